"""What has changed since the last version, sentence by sentence; readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from nicegui import ui

from agent.desk.values import FieldDiff, SentenceDiff
from agent.web.pages.desk.badges import short_hash
from agent.web.pages.desk.opened import Opened
from agent.web.pages.writing import attribute, text
from agent.web.words import Words

__all__ = ["show_differences"]

TAGS = {"kept": "span", "removed": "del", "added": "ins"}


def show_differences(opened: Opened) -> None:
    """Show the changed sentences, and count those that stayed."""
    say, diff = opened.say, opened.case.diff
    text(say("desk_diff"), "desk-section-title", tag="h2")
    if diff is None:
        text(say("desk_diff_first"), "desk-quiet")
    elif not diff.changed:
        text(say("desk_diff_none"), "desk-quiet")
    else:
        hashes = {"from_hash": short_hash(diff.from_hash), "to_hash": short_hash(diff.to_hash)}
        text(say("desk_diff_from", **hashes), "desk-quiet desk-hash")
        for field in diff.fields:
            if field.changed:
                _field(say, field)


def _field(say: Words, field: FieldDiff) -> None:
    with ui.element("div").classes("desk-field"):
        text(say(f"desk_field_{field.field}"), "desk-field-name")
        for kept, sentences in groupby(field.sentences, key=lambda sentence: sentence.kind == "kept"):
            if kept:
                text(say("desk_diff_kept", count=len(list(sentences))), "desk-quiet")
            else:
                _changed(say, list(sentences))


def _changed(say: Words, sentences: Sequence[SentenceDiff]) -> None:
    for sentence in sentences:
        with ui.element("div").classes(f"desk-change desk-change-{sentence.kind}"):
            text(say(f"desk_diff_{sentence.kind}"), "desk-change-kind", tag="span")
            with ui.element("p").classes("desk-words") as words:
                attribute(words, dir="auto")
                for piece in sentence.pieces:
                    text(piece.text.rstrip("\n"), tag=TAGS[piece.kind])
