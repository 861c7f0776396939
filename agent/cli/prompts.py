"""`agent prompts list | show | render | diff | test | lock`: for editors, who read templates and not code."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli.session import talk

if TYPE_CHECKING:
    from agent.models import Message
    from agent.prompting import Library, Prompt
    from agent.prompting.cases import Problem

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
Overlay = Annotated[Path | None, typer.Option("--workspace", "-w", help="连同这个工作区里的本行提示词。")]
Name = Annotated[str, typer.Argument(help="名字，或 名字@版本，例如 write_note@1。")]
RULER = "─" * 8


@app.command("list", help="列出提示词：名字@版本#摘要、角色、用途。")
def list_prompts(workspace: Overlay = None) -> None:
    """List every version."""
    for prompt in _library(workspace).all():
        typer.echo(f"{prompt.ref}  {prompt.head.role:7} → {prompt.head.output}  {prompt.head.description}")


@app.command("show", help="一个提示词：用途、输入和原文。")
def show_prompt(name: Name, workspace: Overlay = None) -> None:
    """Print what a prompt takes and gives, then its file."""
    prompt = _library(workspace).find(name)
    typer.echo(f"{prompt.ref}  {prompt.head.role} → {prompt.head.output}\n{prompt.path}\n")
    for key, wanted in prompt.head.inputs.items():
        marks = "、".join(word for word, said in (("外来", wanted.untrusted), ("可不给", wanted.optional)) if said)
        typer.echo(f"{key}  {wanted.type}  {wanted.description}{f'（{marks}）' if marks else ''}")
    typer.echo(f"\n{prompt.path.read_text(encoding='utf-8-sig').rstrip()}")


@app.command("render", help="渲染成要发出去的消息；不给输入就用第一个用例的。")
def render_prompt(
    name: Name,
    inputs: Annotated[Path | None, typer.Option("--inputs", help="输入（JSON 文件）。")] = None,
    output: Annotated[str, typer.Option("--format", "-f", help="text | json")] = "text",
    workspace: Overlay = None,
) -> None:
    """Print the messages a prompt becomes."""
    from agent.cli.output import require_choice

    require_choice("--format", output, ("text", "json"))
    library = _library(workspace)
    prompt = library.find(name)
    values = _read_inputs(inputs) if inputs else _first_inputs(prompt, workspace)
    messages = prompt.render(**values)
    if output == "json":
        typer.echo(json.dumps([message.model_dump() for message in messages], ensure_ascii=False, indent=2))
        return
    typer.echo(_text(messages), nl=False)


@app.command("diff", help="两个版本差在哪里（原文逐行）。")
def diff_prompts(old: Name, new: Name, workspace: Overlay = None) -> None:
    """Print a unified diff of two versions' files."""
    library = _library(workspace)
    one, other = library.find(old), library.find(new)
    before, after = (prompt.path.read_text(encoding="utf-8-sig").splitlines() for prompt in (one, other))
    for line in difflib.unified_diff(before, after, fromfile=one.ref, tofile=other.ref, lineterm=""):
        typer.echo(line)


@app.command("test", help="运行用例：渲染结果里该有的、不该有的。")
def test_prompts(
    names: Annotated[list[str] | None, typer.Argument(help="名字；不给则全部。")] = None, workspace: Overlay = None
) -> None:
    """Run the cases; exit 1 when one fails."""
    from agent.prompting.cases import check_case, load_cases

    library = _library(workspace)
    wanted = {library.find(name).head.name for name in names or ()}
    cases = [case for root in _roots(workspace) for case in load_cases(root)]
    cases = [case for case in cases if not wanted or case.prompt.split("@")[0] in wanted]
    problems = [problem for case in cases for problem in check_case(case, library)]
    typer.echo(f"{len(cases)} 个用例，{len(problems)} 处不符")
    _report(problems)


@app.command("lock", help="核对已发布版本的摘要；--write 重写锁文件。")
def lock_prompts(
    write: Annotated[bool, typer.Option("--write", help="把现在的摘要写进 lock.yaml，并说明改了什么。")] = False,
    workspace: Overlay = None,
) -> None:
    """Check or write the lock of the shipped prompts, or of a workspace's own."""
    from agent.errors import UsageError
    from agent.prompting.lock import check_lock, write_lock

    library, root = _library(workspace), _roots(workspace)[-1]
    if workspace and len(_roots(workspace)) == 1:
        raise UsageError("prompt_no_folder", path=workspace)
    problems = list(check_lock(library, root))
    if write:
        for problem in problems:
            talk(f"· {problem.message}")
        typer.echo(f"已写 {write_lock(library, root)}")
        return
    typer.echo(f"{len(problems)} 处与锁文件不符")
    _report(problems)


def _report(problems: list[Problem]) -> None:
    for problem in problems:
        talk(f"✗ {problem.message}\n  {problem.hint}")
    if problems:
        raise typer.Exit(1)


def _library(workspace: Path | None) -> Library:
    from agent.prompting import load_prompts

    return load_prompts(*_roots(workspace)[1:])


def _roots(workspace: Path | None) -> list[Path]:
    """Return the folders prompts come from: the shipped one and a workspace's own, if it has one."""
    from agent.paths import data_root
    from agent.workspace import load_workspace

    own = load_workspace(workspace).prompts_overlay if workspace else None
    return [data_root() / "prompts", *([own.resolve()] if own else [])]


def _read_inputs(path: Path) -> dict[str, Any]:
    from agent.errors import UsageError

    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError("prompt_inputs_unreadable", file=path, detail=error) from None
    if not isinstance(values, dict):
        raise UsageError("prompt_inputs_unreadable", file=path, detail="不是一个 JSON 对象")
    return values


def _first_inputs(prompt: Prompt, workspace: Path | None) -> dict[str, Any]:
    from agent.errors import UsageError
    from agent.prompting.cases import load_cases

    for root in reversed(_roots(workspace)):
        for case in load_cases(root):
            if case.prompt in (prompt.id, prompt.head.name):
                return case.inputs_of(prompt)
    raise UsageError("prompt_no_case", name=prompt.id)


def _text(messages: tuple[Message, ...]) -> str:
    return "".join(f"{RULER} {message.role}\n{message.content}\n\n" for message in messages)
