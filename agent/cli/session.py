"""What several commands share: settings and workspace from options, dates, and the line style of stderr."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.errors import UsageError
    from agent.guardrails import Packs
    from agent.models import Waiver
    from agent.settings import Settings
    from agent.workspace import Workspace

__all__ = [
    "AsOf",
    "Overlay",
    "Reviewer",
    "RuleFolder",
    "WorkspaceOption",
    "day",
    "demand_rule",
    "load",
    "load_rules",
    "named",
    "no_rule",
    "rules_home",
    "talk",
    "tell_unread",
    "typed",
    "waivers_of",
]

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", "-w", help="工作区目录；不给则用内置的云杉银行演示工作区。")
]
AsOf = Annotated[str, typer.Option("--as-of", metavar="DATE", help="以这一天为准（YYYY-MM-DD），默认今天。")]
Overlay = Annotated[Path | None, typer.Option("--workspace", "-w", help="连同这个工作区里的本行规则。")]
RuleFolder = Annotated[Path | None, typer.Option("--dir", help="连同这个目录里的规则。")]
Reviewer = Annotated[str, typer.Option("--reviewer", help="审核人姓名或工号。")]


def load(workspace: Path | None, **overrides: object) -> tuple[Settings, Workspace]:
    """Read settings (an option given here wins) and load the workspace they name."""
    from agent.settings import load_settings
    from agent.workspace import load_workspace

    given = {key: value for key, value in overrides.items() if value is not None}
    if workspace is not None:
        given["workspace"] = workspace
    settings = load_settings(**given)
    return settings, load_workspace(settings.workspace)


def load_rules(workspace: Path | None, folder: Path | None = None) -> Packs:
    """Load the shipped rules, with those of a workspace or of a folder when one is given."""
    from agent.guardrails import load_packs

    if folder is not None:
        from agent.guardrails.loader import load_folder

        return load_folder(folder)
    if workspace is None:
        return load_packs()
    from agent.workspace import load_workspace

    overlay = load_workspace(workspace).rules_overlay
    return load_packs(overlay=(overlay,) if overlay else ())


def rules_home(workspace: Path | None, folder: Path | None = None) -> Path | None:
    """Return the folder of a bank's own rules that these options name; None when they name none."""
    if folder is not None:
        inner = folder / "guardrails"
        return inner if (folder / "workspace.yaml").is_file() and inner.is_dir() else folder
    if workspace is None:
        return None
    from agent.workspace import load_workspace

    return load_workspace(workspace).rules_overlay


def tell_unread(home: Path | None) -> int:
    """Name on stderr the files that look like rules and are not read, with the remedy; return how many."""
    from agent.guardrails.rulefiles import unread_files

    unread = unread_files(home) if home is not None and home.is_dir() else ()
    for entry in unread:
        talk(f"注意：{entry.message}")
        talk(f"提示：{entry.remedy}")
    return len(unread)


def demand_rule(rule_id: str, packs: Packs, home: Path | None, option: str) -> None:
    """Raise `UsageError` for a rule that is not there, naming what is near, or the file that holds it and is not read.

    `home` is the folder of the bank's own rules and `option` how it was named; None and empty where none was.
    """
    if not any(compiled.rule.id == rule_id for compiled in packs.rules):
        raise no_rule(rule_id, [compiled.rule.id for compiled in packs.rules], home, option)


def no_rule(rule_id: str, known: Iterable[str], home: Path | None, option: str) -> UsageError:
    """Return the error that says why there is no rule of this id among those that were looked at."""
    from agent.errors import UsageError
    from agent.guardrails.rulefiles import near_ids, unread_files

    for entry in unread_files(home) if home is not None and home.is_dir() else ():
        if entry.path.name.upper().startswith(rule_id.upper()):
            return UsageError("unknown_rule_unread", rule=rule_id, why=entry.message, remedy=entry.remedy)
    if option:
        return UsageError("unknown_rule_own", rule=rule_id, nearest=near_ids(rule_id, known), option=option)
    return UsageError("unknown_rule", rule=rule_id, nearest=near_ids(rule_id, known))


def named(workspace: Path | None, folder: Path | None) -> str:
    """Write the options that name a bank's rules, as they are typed."""
    if folder is not None:
        return f"--dir {typed(folder)}"
    return f"-w {typed(workspace)}" if workspace is not None else ""


def typed(path: Path | str) -> str:
    """Write a path as it can be pasted into a shell."""
    return f'"{path}"' if " " in str(path) else str(path)


def waivers_of(workspace: Path | None, packs: Packs) -> tuple[Waiver, ...]:
    """Return the waivers of a workspace, if one is given; raise `ConfigurationError` for one that can never act."""
    if workspace is None:
        return ()
    from agent.ownrules import demand_waivers
    from agent.workspace import load_workspace

    bank = load_workspace(workspace)
    demand_waivers(bank, packs)
    return bank.waivers


def day(text: str, option: str = "--as-of") -> date:
    """Read the date of an option; today when it is empty."""
    from agent.errors import UsageError

    if not text:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("date_malformed", value=text, option=option) from error


def talk(line: str) -> None:
    """Say something on stderr."""
    typer.echo(line, err=True)
