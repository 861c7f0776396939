"""What `agent check` says of a text, by line, for the tests of the letter."""

from agent.guardrails import check
from agent.guardrails.advice import to_text
from agent.models import NoteInput


def told(packs, body, *, full=False, **given):
    """Check a body, with whatever else is given of the note, and return the lines of its report."""
    note = NoteInput(**{"title": "湖边散步", "body": body, **given})
    return to_text([note], [check(note, packs=packs)], full=full).split("\n")


def place(lines, start):
    """Return the number of the first line that begins so, indents apart."""
    return next(number for number, line in enumerate(lines) if line.strip().startswith(start))
