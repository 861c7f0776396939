"""`agent draft`: one note from a topic, or many from a plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.session import AsOf, WorkspaceOption, day, load, talk

if TYPE_CHECKING:
    from agent.models import Brief
    from agent.people import Person
    from agent.results import DraftResult
    from agent.settings import Settings
    from agent.workspace import Workspace

__all__ = ["draft"]

Many = list[str]


def draft(
    topic: Annotated[str, typer.Option("--topic", "-t", help="写什么，例如“周末带爸妈去植物园”。")] = "",
    note_type: Annotated[
        str, typer.Option("--type", help="lifestyle 生活 | education 知识 | benefit 权益 | marketing 营销")
    ] = "lifestyle",
    persona: Annotated[str, typer.Option("--persona", "-p", help="人设（编号或名字）。")] = "",
    account: Annotated[str, typer.Option("--account", help="发布账号；给了人设时默认用其名下账号。")] = "",
    product: Annotated[Many | None, typer.Option("--product", help="产品，可多次给出。")] = None,
    fact: Annotated[Many | None, typer.Option("--fact", help="台账事实编号，可多次给出。")] = None,
    point: Annotated[Many | None, typer.Option("--point", help="知识点编号，可多次给出。")] = None,
    material: Annotated[
        list[Path] | None,
        typer.Option("--material", "-m", help="素材文件（txt、md、yaml）：一件事讲上三句就能写，可多次给出。"),
    ] = None,
    material_text: Annotated[
        Many | None, typer.Option("--material-text", help="直接讲下一件事，三句以上就能写，可多次给出。")
    ] = None,
    material_set: Annotated[str, typer.Option("--material-set", help="工作区里的素材集编号。")] = "",
    keyword: Annotated[str, typer.Option("--keyword", "-k", help="希望被搜到的词。")] = "",
    audience: Annotated[str, typer.Option("--audience", help="写给谁看。")] = "",
    rounds: Annotated[int | None, typer.Option("--rounds", help="最多几轮（1–10），默认 3。")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="换一个数，换一种写法。")] = None,
    language: Annotated[str, typer.Option("--language", help="zh-CN | zh-Hant | en")] = "zh-CN",
    output: Annotated[str, typer.Option("--format", "-f", help="text | md | json")] = "text",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="把笔记和依据写进这个目录。")] = None,
    batch: Annotated[Path | None, typer.Option("--batch", help="计划表（csv、xlsx、yaml），逐行写稿，可续跑。")] = None,
    review: Annotated[bool, typer.Option("--review/--no-review", help="写完等人审；关闭则合格即 ready。")] = True,
    as_of: AsOf = "",
    workspace: WorkspaceOption = None,
    stream: Annotated[bool | None, typer.Option("--stream/--no-stream", help="模型写的时候就看见它写。")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度。")] = False,
) -> None:
    """Draft one note (stdout) with its evidence (stderr), or a batch into a folder."""
    from agent.cli.output import OUTPUTS, require_choice

    require_choice("--format", output, OUTPUTS)
    settings, bank = load(workspace, rounds=rounds, review=review if not review else None, stream=stream)
    if batch is not None:
        from agent.cli.batch import run_batch

        raise typer.Exit(run_batch(batch, bank=bank, settings=settings, out=out, as_of=day(as_of), quiet=quiet))

    from agent.briefs import Request, make_brief

    request = Request(
        topic=topic,
        note_type=note_type,
        persona=persona,
        account=account,
        products=tuple(product or ()),
        facts=tuple(fact or ()),
        points=tuple(point or ()),
        material_files=tuple(material or ()),
        material_texts=tuple(material_text or ()),
        material_set=material_set,
        keyword=keyword,
        audience=audience,
        language=language,
        seed=settings.seed if seed is None else seed,
    )
    brief, notices = make_brief(request, workspace=bank, as_of=day(as_of))
    for notice in notices:
        talk(notice)
    result = _run(brief, bank, settings, quiet=quiet)
    _deliver(result, bank.people, output=output, out=out, quiet=quiet)
    raise typer.Exit(result.exit_code)


def _run(brief: Brief, bank: Workspace, settings: Settings, *, quiet: bool) -> DraftResult:
    from agent.chat.streaming import SentenceStream
    from agent.cli.progress import Progress
    from agent.drafting import draft as run_draft
    from agent.errors import ProviderError

    progress = Progress(bank, quiet=quiet)
    on_text = (
        None if quiet or not settings.stream else SentenceStream(lambda text: typer.echo(text, err=True, nl=False))
    )
    try:
        return run_draft(brief, workspace=bank, settings=settings, on_event=progress, on_text=on_text)
    except ProviderError:
        talk(f"停在这里，写到的地方已保存。继续：agent resume {brief.id}")
        raise
    except KeyboardInterrupt:
        talk(f"已中断。继续：agent resume {brief.id}")
        raise typer.Exit(130) from None


def _deliver(result: DraftResult, people: Sequence[Person], *, output: str, out: Path | None, quiet: bool) -> None:
    from agent.cli.output import render, summary, write_files

    text = render(result, output)
    if text:
        typer.echo(text)
    if not quiet or result.exit_code:
        talk(summary(result, people=people))
    if out is not None:
        for path in write_files(result, out, stem=result.run):
            talk(f"已写入 {path}")
