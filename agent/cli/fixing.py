"""`agent check --fix`: apply what is safe, offer the rest, and keep the original as it was."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from agent.guardrails import Packs
    from agent.guardrails.rewriting import Key, Rewrite
    from agent.models import NoteInput, Report

__all__ = ["Check", "FixOptions", "Source", "fix_notes"]

Check = Callable[["NoteInput"], "Report"]


@dataclass(frozen=True)
class Source:
    """Hold one file (or standard input, or `--text`) as it was read, with the notes in it."""

    name: str
    raw: str
    format: str
    notes: tuple[NoteInput, ...]

    @property
    def is_file(self) -> bool:
        """Tell whether the text came from a file that could be written again."""
        return self.name not in ("-", "")


@dataclass(frozen=True)
class FixOptions:
    """Say which proposals are taken and where the outcome goes."""

    accept: str = ""
    out: Path | None = None
    diff: bool = False
    in_place: bool = False


def fix_notes(sources: Sequence[Source], *, check: Check, packs: Packs, options: FixOptions) -> list[Rewrite]:
    """Rewrite every note, tell what was done and what is left, write the outcome and return it.

    Raises `UsageError` for a choice that does not exist or a place that must not be written.
    """
    _refuse_bad_places(sources, options)
    firsts = [rewrite_all(source, check, packs) for source in sources]
    chosen = _chosen([rewrite for group in firsts for rewrite in group], options)
    say = _teller(options)
    outcomes: list[Rewrite] = []
    number = 1
    for source, group in zip(sources, firsts, strict=True):
        done = rewrite_all(source, check, packs, [chosen[id(first)] for first in group])
        for first, final in zip(group, done, strict=True):
            for line in _lines(first, final, chosen[id(first)], number):
                say(line)
            number += len(first.proposals)
        _write(source, [rewrite.note for rewrite in done], options)
        outcomes += done
    if not (options.out or options.diff or options.in_place):
        say("\n原文没有动。加 --diff 看改了哪里，--out 新文件 存下来，--in-place 直接改（原文另存 .orig）。")
    return outcomes


def rewrite_all(
    source: Source, check: Check, packs: Packs, accepted: Sequence[set[Key]] | None = None
) -> list[Rewrite]:
    """Rewrite the notes of a source with the safe fixes, and with those accepted for each of them."""
    from agent.guardrails.rewriting import rewrite

    keys: Sequence[set[Key]] = accepted or [set() for _ in source.notes]
    return [
        rewrite(note, check=check, packs=packs, accepted=chosen)
        for note, chosen in zip(source.notes, keys, strict=True)
    ]


def _refuse_bad_places(sources: Sequence[Source], options: FixOptions) -> None:
    from agent.errors import UsageError

    if options.out and len(sources) > 1:
        raise UsageError("fix_one_file", count=len(sources))
    for source in sources:
        if options.out and source.is_file and options.out.resolve() == Path(source.name).resolve():
            raise UsageError("fix_over_original", path=source.name)
        if options.in_place and not source.is_file:
            raise UsageError("fix_no_file")
        if options.in_place and _orig(source).exists():
            raise UsageError("fix_orig_exists", path=_orig(source))


def _chosen(firsts: Sequence[Rewrite], options: FixOptions) -> dict[int, set[Key]]:
    """Return, for every note, the keys of the proposals taken by number, or by asking at a terminal."""
    from agent.guardrails.rewriting import key_of

    total = sum(len(first.proposals) for first in firsts)
    numbers = _numbers(options.accept, total) if options.accept else None
    asking = numbers is None and total > 0 and sys.stdin.isatty() and sys.stdout.isatty()
    chosen: dict[int, set[Key]] = {id(first): set() for first in firsts}
    number = 0
    for first in firsts:
        for proposal in first.proposals:
            number += 1
            if (numbers is not None and number in numbers) or (asking and _ask(number, proposal)):
                chosen[id(first)].add(key_of(proposal.finding))
    return chosen


def _ask(number: int, proposal: object) -> bool:
    from agent.guardrails.fixtext import proposal_lines

    for line in proposal_lines(number, proposal):  # type: ignore[arg-type]
        typer.echo(line, err=True)
    return typer.confirm("这样改？", default=False, err=True)


def _numbers(text: str, total: int) -> set[int]:
    from agent.errors import UsageError

    parts = [part for part in re.split(r"[\s,，、]+", text) if part]
    if not all(part.isdecimal() and 1 <= int(part) <= total for part in parts):
        raise UsageError("fix_no_such_proposal", value=text, total=total)
    return {int(part) for part in parts}


def _lines(first: Rewrite, final: Rewrite, chosen: set[Key], number: int) -> Sequence[str]:
    from agent.guardrails.fixtext import rewrite_lines

    return rewrite_lines(first, final, chosen, number)


def _teller(options: FixOptions) -> Callable[[str], None]:
    """Talk on stderr when stdout carries a diff."""
    return lambda line: typer.echo(line, err=options.diff)


def _write(source: Source, notes: Sequence[NoteInput], options: FixOptions) -> None:
    from agent.guardrails.notefiles import write_back

    text = write_back(source.raw, source.notes, notes, format=source.format)
    if options.diff:
        typer.echo(_diff(source, text), nl=False)
    if options.out:
        _save(options.out, text)
    if options.in_place and text != source.raw:
        path = Path(source.name)
        _save(_orig(source), path.read_bytes())
        _save(path, text)


def _save(path: Path, content: str | bytes) -> None:
    from agent.errors import UsageError

    try:
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    except OSError as error:
        raise UsageError("fix_unwritable", path=path, reason=error.strerror or error) from error


def _orig(source: Source) -> Path:
    return Path(f"{source.name}.orig")


def _diff(source: Source, text: str) -> str:
    name = source.name if source.is_file else "note"
    lines = difflib.unified_diff(source.raw.splitlines(), text.splitlines(), name, f"{name}（改后）", lineterm="")
    return "".join(f"{line}\n" for line in lines)
