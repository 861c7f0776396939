"""`agent check`: any text against the rules, by sentence, clause and remedy. Loads neither graph nor record."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from agent.cli.baselines import known_apart
from agent.cli.fixing import Check, FixOptions, Source, fix_notes
from agent.cli.session import AsOf, day, talk, tell_unread, typed

if TYPE_CHECKING:
    from agent.guardrails import Packs
    from agent.guardrails.output import ReportFormat
    from agent.models import NoteInput, Report, Stage

__all__ = ["check", "checker_for", "read_sources"]

FAIL_ON = {"block": ("block",), "fix": ("block", "fix"), "warn": ("block", "fix", "warn")}
FORMATS = ("text", "json", "jsonl", "sarif", "html")


def check(
    files: Annotated[list[str] | None, typer.Argument(help="笔记文件（txt、md、json、jsonl）；- 为标准输入。")] = None,
    text: Annotated[str, typer.Option("--text", help="直接核对一句话：这句能说吗。")] = "",
    output: Annotated[str, typer.Option("--format", "-f", help="text | json | jsonl | sarif | html")] = "text",
    fail_on: Annotated[
        str, typer.Option("--fail-on", help="block | fix | warn：到这一级就以 1 退出；“须看”算 fix，“请看”算 warn。")
    ] = "fix",
    product: Annotated[
        list[str] | None, typer.Option("--product", help="笔记推广的类别：card、fund、wm…，可多次。")
    ] = None,
    account: Annotated[str, typer.Option("--account", help="工作区里的账号，用来核对账号类规则。")] = "",
    stage: Annotated[str, typer.Option("--stage", help="brief | note | publish")] = "note",
    as_of: AsOf = "",
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", help="给了工作区，就用其中的事实、账号和本行规则。")
    ] = None,
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", help="法域：cn | hk | tw | sg。")] = "cn",
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="基线文件：里面已知的问题不算，只看新的。")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--write-baseline", help="把现有的问题都记为已知，写进这个文件。")
    ] = None,
    advise: Annotated[
        bool, typer.Option("--advise", help="由配置的模型读过原文，用同事的口气写给作者；判定仍由规则作。")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="text 格式里每条规则的理由都讲全，放行的也列出来。")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="放心能改的直接改，其余编号列出，由人点头。")] = False,
    accept: Annotated[str, typer.Option("--accept", metavar="2,5", help="和 --fix 一起用：采纳这几条改法。")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="和 --fix 一起用：改后的笔记写到这个新文件。")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="和 --fix 一起用：在标准输出列出改动。")] = False,
    in_place: Annotated[bool, typer.Option("--in-place", help="和 --fix 一起用：改原文件，原文另存 .orig。")] = False,
) -> None:
    """Check notes and print a report; exit 1 when a finding reaches `--fail-on`, or a rewrite left a slot to fill."""
    from agent.cli.output import require_choice
    from agent.errors import UsageError

    for option, value, allowed in (
        ("--format", output, FORMATS),
        ("--fail-on", fail_on, tuple(FAIL_ON)),
        ("--stage", stage, ("brief", "note", "publish")),
    ):
        require_choice(option, value, allowed)
    changing = bool(fix or accept or out or diff or in_place)
    if advise and (changing or output != "text"):
        raise UsageError("advise_alone")
    sources = read_sources(files or [], text, product or [])
    notes = [note for source in sources for note in source.notes]
    checker, packs = checker_for(workspace, account=account, stage=stage, as_of=as_of, jurisdiction=jurisdiction)
    for status in packs.statuses:
        talk(status)
    if workspace is None and not account:
        _tell_workspace(Path.cwd())
    failing = FAIL_ON[fail_on]
    if changing:
        if baseline or keep:
            raise UsageError("baseline_alone")
        _fix(sources, checker, packs, FixOptions(accept, out, diff, in_place), fix=fix, output=output, failing=failing)
        return
    reports = known_apart([checker(note) for note in notes], baseline=baseline, keep=keep)
    from agent.guardrails.advice import further_words
    from agent.guardrails.output import render_reports

    letters = _letters(notes, reports, checker, packs, as_of=as_of, workspace=workspace) if advise else {}
    typer.echo(
        render_reports(
            list(zip(notes, reports, strict=True)),
            format=cast("ReportFormat", output),
            packs=packs,
            full=full,
            letters=letters,
        ),
        nl=False,
    )
    if output == "text" and (further := further_words(notes, reports, full=full)):
        talk(further)
    if any(report.open(*failing) for report in reports):  # type: ignore[arg-type]
        raise typer.Exit(1)


def _letters(
    notes: Sequence[NoteInput],
    reports: Sequence[Report],
    checker: Check,
    packs: Packs,
    *,
    as_of: str,
    workspace: Path | None,
) -> dict[int, tuple[str, ...]]:
    """Return what a model has written of notes with open findings, by their place; say why it wrote none of others."""
    from agent.cli.advising import written_letters

    when = day(as_of)
    letters, reasons = written_letters(notes, reports, check=checker, packs=packs, as_of=when, workspace=workspace)
    for reason in reasons:
        talk(reason)
    return letters


def _tell_workspace(here: Path) -> None:
    """Say that the workspace around this folder, its own rules and facts, was not asked for."""
    home = next((folder for folder in (here, *here.parents) if (folder / "workspace.yaml").is_file()), None)
    if home is not None:
        talk(f"注意：没有用 {home} 里的本行规则、事实和账号；要用，加上 -w {typed('.' if home == here else home)}")


def _fix(
    sources: list[Source], checker: Check, packs: Packs, options: FixOptions, *, fix: bool, output: str,
    failing: tuple[str, ...],
) -> None:  # fmt: skip
    """Rewrite instead of reporting; exit 1 while a finding or an empty slot is left."""
    from agent.errors import UsageError

    if not fix or output != "text":
        raise UsageError("fix_alone")
    outcomes = fix_notes(sources, check=checker, packs=packs, options=options)
    reports = [outcome.report for outcome in outcomes]
    if any(report.open(*failing) for report in reports) or any(outcome.blanks for outcome in outcomes):  # type: ignore[arg-type]
        raise typer.Exit(1)


def read_sources(files: list[str], text: str = "", products: Sequence[str] = ()) -> list[Source]:
    """Read the notes of files (`-`: standard input) and of a sentence; raise `UsageError` when there is none."""
    from agent.errors import UsageError
    from agent.guardrails.parsing import parse_notes
    from agent.models import NoteInput

    sources = []
    if text.strip():
        note = NoteInput(id="text", body=text)
        sources.append(Source("", text, "body", tuple(_with_products([note], products))))
    for name in files:
        raw, suffix = _load(name)
        notes = _with_products(parse_notes(raw, format=suffix, name=name), products)
        sources.append(Source(name, raw, suffix, tuple(notes)))
    if not any(source.notes for source in sources):
        raise UsageError("nothing_to_check")
    return sources


def _load(name: str) -> tuple[str, Literal["json", "jsonl", "md", "txt"]]:
    """Return a file's text and its format; standard input is JSON when it looks like it, else text."""
    from agent.workspace import read_text

    if name == "-":
        raw = sys.stdin.read()
        head = raw.lstrip()[:1]
        return raw, "json" if head in ("{", "[") else "txt"
    path = Path(name)
    known: dict[str, Literal["json", "jsonl", "md"]] = {".json": "json", ".jsonl": "jsonl", ".md": "md"}
    return read_text(path), known.get(path.suffix.lower(), "txt")


def _with_products(notes: list[NoteInput], products: Sequence[str]) -> list[NoteInput]:
    from typing import get_args

    from agent.cli.output import require_choice
    from agent.models import Category

    for product in products:
        require_choice("--product", product, get_args(Category))
    if not products:
        return notes
    return [note.model_copy(update={"products": tuple(products)}) for note in notes]


def checker_for(
    workspace: Path | None, *, account: str, stage: str = "note", as_of: str, jurisdiction: str = "cn"
) -> tuple[Check, Packs]:
    """Return the check with everything but the note settled, and the packs it uses."""
    from agent.guardrails import check as check_note
    from agent.guardrails import load_packs

    when, at = day(as_of), cast("Stage", stage)
    if workspace is None and not account:
        packs = load_packs(jurisdiction=jurisdiction, examples=False)
        return (lambda note: check_note(note, as_of=when, stage=at, packs=packs)), packs
    from agent.ownrules import demand_waivers
    from agent.workspace import load_workspace

    bank = load_workspace(workspace)
    owner = bank.account(account) if account else None
    tell_unread(bank.rules_overlay)
    overlay = (bank.rules_overlay,) if bank.rules_overlay else ()
    packs = load_packs(overlay=overlay, jurisdiction=jurisdiction, examples=False)
    demand_waivers(bank, packs)
    evidence = {"facts": bank.facts, "points": bank.points, "account": owner, "waivers": bank.waivers}
    return (lambda note: check_note(note, as_of=when, stage=at, packs=packs, **evidence)), packs  # type: ignore[arg-type]
