"""`agent init | demo | doctor`: a bank's own folder, a look around, and what is wrong with this machine."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.session import AsOf, WorkspaceOption, day, load, talk

if TYPE_CHECKING:
    from agent.settings import Settings

__all__ = ["demo", "doctor", "init"]


def init(
    folder: Annotated[Path, typer.Argument(help="要写出的目录。")],
    force: Annotated[bool, typer.Option("--force", help="目录非空也写，同名文件会被覆盖。")] = False,
) -> None:
    """Write a workspace to edit: products, facts, points, personas, accounts, material, plans."""
    from agent.workspace import init_workspace

    written = init_workspace(folder, force=force)
    typer.echo(str(folder))
    talk(f"写出 {len(written)} 个文件。内容是虚构的云杉银行，请换成本行的。")
    talk(f'试一下：agent draft --workspace {folder} --topic "周末带爸妈去植物园"')


def demo(as_of: AsOf = "") -> None:
    """Draft three notes from the shipped bank, in a temporary home that is removed afterwards."""
    from agent.briefs import Request, make_brief
    from agent.cli.output import render, summary
    from agent.cli.progress import Progress
    from agent.drafting import draft
    from agent.workspace import load_demo_requests, load_workspace

    bank = load_workspace(None)
    with tempfile.TemporaryDirectory(prefix="kosnote-demo-") as home:
        for fields in load_demo_requests():
            settings, _ = load(None, home=Path(home))
            brief, _ = make_brief(Request(**fields), workspace=bank, as_of=day(as_of))
            talk(f"\n==== {brief.topic}（{brief.note_type}）")
            result = draft(brief, workspace=bank, settings=settings, on_event=Progress(bank))
            typer.echo(render(result, "text"))
            talk(summary(result))


def doctor(
    workspace: WorkspaceOption = None,
    probe: Annotated[bool, typer.Option("--probe", help="真的问一次模型接口（花几个 token）。")] = False,
) -> None:
    """Check what a run needs; exit 2 when something is missing. Nothing is sent anywhere without `--probe`."""
    checks: tuple[tuple[str, Callable[[Path | None], str]], ...] = (
        ("Python", _python),
        ("设置", _settings),
        ("工作区", _workspace),
        ("规则包", _packs),
        ("记录", _record),
        ("断点", _checkpoints),
        ("提示词", _prompts),
        ("写作", _author),
        *((("接口", _endpoint),) if probe else ()),
    )
    from agent.errors import KosnoteError

    failed = 0
    for name, look in checks:
        try:
            typer.echo(f"✓ {name}：{look(workspace)}")
        except KosnoteError as error:
            failed += 1
            typer.echo(f"✗ {name}：{error.message}。{error.hint}")
    if failed:
        raise typer.Exit(2)


def _python(workspace: Path | None) -> str:
    from agent import __version__

    return f"{sys.version.split()[0]}，kosnote {__version__}"


def _settings(workspace: Path | None) -> str:
    settings, _ = load(workspace)
    return f"记录目录 {settings.home}，最多 {settings.rounds} 轮，人审{'开' if settings.review else '关'}"


def _workspace(workspace: Path | None) -> str:
    from agent.workspace import check_facts

    _, bank = load(workspace)
    problems = check_facts(bank, day(""))
    return (
        f"{bank.institution.full_name}：{len(bank.products)} 个产品，{len(bank.facts)} 条事实"
        f"（{len(problems)} 条要看，agent facts check），{len(bank.points)} 个知识点，{len(bank.personas)} 个人设"
    )


def _packs(workspace: Path | None) -> str:
    from agent.errors import ConfigurationError
    from agent.guardrails import load_packs
    from agent.guardrails.rulefiles import unread_files
    from agent.ownrules import demand_waivers

    _, bank = load(workspace)
    home = bank.rules_overlay
    packs = load_packs(overlay=(home,) if home else (), examples=False)
    unread = unread_files(home) if home else ()
    if unread:
        files, remedies = ("；".join(parts) for parts in zip(*((e.message, e.remedy) for e in unread), strict=True))
        raise ConfigurationError("rules_unread", count=len(unread), files=files, remedies=remedies)
    demand_waivers(bank, packs)
    own = sum(compiled.source.file.is_relative_to(home.resolve()) for compiled in packs.rules) if home else 0
    told = f"（本行 {own} 条）" if own else ""
    over = sum(waiver.expires < day("") for waiver in bank.waivers)
    waived = f"，{len(bank.waivers)} 条豁免（{over} 条已到期）" if bank.waivers else ""
    return f"{len(packs.rules)} 条规则{told}，{len(packs.versions)} 个包{waived}"


def _record(workspace: Path | None) -> str:
    from agent.record import Store

    settings, _ = load(workspace)
    with Store.open(settings.record_target) as store:
        return f"{_where(settings, 'record.db')} 可读写，{len(store.runs(limit=1000))} 次运行"


def _checkpoints(workspace: Path | None) -> str:
    import asyncio

    from agent.graph.checkpoints import open_checkpoints

    settings, _ = load(workspace)

    async def probe() -> str:
        async with open_checkpoints(settings.checkpoint_target):
            return f"{_where(settings, 'checkpoints.db')} 可读写"

    return asyncio.run(probe())


def _prompts(workspace: Path | None) -> str:
    from agent.prompting import load_prompts

    _, bank = load(workspace)
    return "、".join(prompt.ref for prompt in load_prompts(bank.prompts_overlay).all())


def _endpoint(workspace: Path | None) -> str:
    import asyncio

    from agent.llm.openai_compatible import probe

    settings, _ = load(workspace)
    if not settings.writes_with_model:
        return "没有配置模型，不用问"
    listed, shaped = asyncio.run(probe(settings))
    found = f"列出 {len(listed)} 个模型，{'有' if settings.model in listed else '没有列出'} {settings.model}"
    answer = "可用" if shaped else "没有按格式作答，换一个试试"
    return f"{found if listed else '不列出模型'}；{settings.structured} {answer}"


def _where(settings: Settings, file: str) -> str:
    return "PostgreSQL" if settings.database.get_secret_value() else str(settings.home / file)


def _author(workspace: Path | None) -> str:
    from agent.authors import OfflineAuthor

    settings, _ = load(workspace)
    if not settings.writes_with_model:
        return f"{OfflineAuthor.name}，不联网、不用模型"
    readers = f"口吻 {settings.model_of('critic')}，语义审核 {settings.model_of('judge') if settings.judge else '关'}"
    return f"写稿 {settings.model}，{readers}；结构化输出 {settings.structured}；接口 {settings.base_url or 'OpenAI'}"
