"""Suggest replies to a comment or a private message. Nothing is ever sent, and what fails a check is never shown.

A reply gives no individual advice, makes no suitability test, leads nobody off the platform, states no number and no
experience nobody told, and hands business over to the official channel. The incoming text is data: it chooses a kind
of reply and nothing more.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import date
from random import Random
from typing import Literal

from agent import guardrails
from agent.catalogue import say
from agent.chat.replydata import ReplyKind, load_replies
from agent.errors import ProviderError, UsageError
from agent.models import Account, Frozen, Institution, Material, Note, NoteInput, Segment
from agent.text.clean import clean
from agent.text.provenance import checkable_numbers, first_person_claims
from agent.text.sentences import clauses, sentences
from agent.text.shingles import shingles, similarity

__all__ = ["MAX_REPLY", "Replies", "ReplyWriter", "faults_of", "suggest_replies", "told_of"]

MAX_REPLY = 220
MAX_INCOMING = 1000
ALTERNATIVES = 3
TOO_ALIKE = 0.4  # of the two-character pieces
ANSWERS = 0.5  # of the letters of a question, in the sentence that answers it
LONGEST_TOLD = 80
_NUMBER = re.compile(r"(?<![0-9])[0-9][0-9 \-]{1,}[0-9](?![0-9])")

ReplyWriter = Callable[[str, ReplyKind], Awaitable[Sequence[str]]]


class Replies(Frozen):
    """Hold the alternatives to choose from, none to all of them fit to be sent by a person.

    `ways` says of each what it does, nothing of a model's; `dropped` counts those that failed a check; `remark` says
    what the sender should know.
    """

    kind: str
    label: str
    alternatives: tuple[str, ...]
    ways: tuple[str, ...] = ()
    handoff: bool
    by: Literal["offline", "model"]
    dropped: int = 0
    remark: str = ""


async def suggest_replies(
    incoming: str,
    *,
    institution: Institution,
    account: Account | None = None,
    as_of: date | None = None,
    packs: guardrails.Packs | None = None,
    earlier: Sequence[str] = (),
    told: Sequence[str] = (),
    write: ReplyWriter | None = None,
) -> Replies:
    """Return up to three replies; raise `UsageError` when there is nothing to reply to.

    `told` is what the employee told of the thing: a question about it is answered in those words, or left open.

    `write` asks a model; templates fill up what it leaves, and replace it when it cannot answer. `earlier` are replies
    sent before: one much like them is left out, because the platform takes repeated wording for a campaign.
    """
    text = clean(incoming).text.strip()[:MAX_INCOMING]
    if not text:
        raise UsageError("reply_to_nothing")
    kind = load_replies().kind_of(text)
    drafted, remark = await _drafted(text, kind, write)
    answer = "" if kind.handoff else told_of(text, told)
    check = functools.partial(
        faults_of,
        kind=kind,
        institution=institution,
        account=account,
        as_of=as_of,
        packs=packs,
        earlier=earlier,
        told=answer,
    )
    fit: dict[str, str] = {}
    dropped = 0
    for way, replies in ((("", drafted)), *_templates(kind, text, institution, answer)):
        for reply in replies:
            if len(fit) == ALTERNATIVES or any(similarity(reply, other, size=2) > TOO_ALIKE for other in fit):
                continue
            if any(check(reply)):
                dropped += way == ""
                continue
            fit[reply] = way
            if way:
                break
    return Replies(
        kind=kind.id,
        label=kind.label,
        alternatives=tuple(fit),
        ways=tuple(fit.values()),
        handoff=kind.handoff,
        by="model" if set(drafted) & set(fit) else "offline",
        dropped=dropped,
        remark=remark or ("" if fit else say("reply_none_fit")),
    )


def faults_of(
    reply: str,
    *,
    kind: ReplyKind,
    institution: Institution,
    account: Account | None = None,
    as_of: date | None = None,
    packs: guardrails.Packs | None = None,
    earlier: Sequence[str] = (),
    told: str = "",
) -> Iterator[str]:
    """Name what forbids a reply: a line of ours, or a rule of the guardrails; nothing when it may be shown.

    The words `told` by the employee may hold their own numbers and what happened to them.
    """
    data = load_replies()
    if not reply.strip() or len(reply) > MAX_REPLY:
        yield "length"
        return
    yield from (line.id for line in data.lines if line.is_crossed_by(reply))
    known = (*institution.hotlines, *data.public_numbers)
    ours = reply.replace(told, "□") if told else reply
    bare = _without(ours, known)
    if checkable_numbers(bare) or _NUMBER.search(bare):
        yield "number"
    if first_person_claims(ours):
        yield "experience"
    official = (*data.official, *institution.hotlines, *filter(None, (institution.app_name,)))
    if kind.handoff and not any(name in reply for name in official):
        yield "handoff"
    note = NoteInput(body=reply, field="reply", origin="ai", account=account)
    notes = tuple(_as_note(text) for text in earlier)
    material = (Material(id="m1", text=told, kind="event"),) if told else ()
    report = guardrails.check(note, account=account, earlier=notes, as_of=as_of, packs=packs, material=material)
    yield from (finding.rule for finding in report.open("block", "fix"))


async def _drafted(text: str, kind: ReplyKind, write: ReplyWriter | None) -> tuple[tuple[str, ...], str]:
    """Return what a model wrote, and what to say when it could not."""
    if write is None:
        return (), ""
    try:
        written = await write(text, kind)
    except ProviderError as error:
        return (), say("reply_model_failed", reason=error.message)
    return tuple(dict.fromkeys(" ".join(clean(reply).text.split()) for reply in written)), ""


def told_of(text: str, told: Iterable[str]) -> str:
    """Return the sentence of a story that speaks of what a comment asks; empty when none does.

    What few of its sentences hold weighs most: a story about a toy names the toy everywhere.
    """
    asked = _asked_in(text)
    letters = frozenset("".join(asked))
    pieces = frozenset[str]().union(*(shingles(part, size=2) for part in asked))
    lines = [line.text.strip() for item in told for line in sentences(item)]
    known = [line for line in lines if pieces & shingles(line, size=2) and len(line) <= LONGEST_TOLD]

    def weight(line: str) -> float:
        return sum(1 / sum(letter in other for other in lines) for letter in letters if letter in line)

    best = max(known, key=weight, default="")
    return best.rstrip("。，,；; ") if best and len(letters & set(best)) >= ANSWERS * len(letters) else ""


def _asked_in(text: str) -> list[str]:
    """Return what the questions in a comment are about, without the words that only ask."""
    data = load_replies()
    asks = [part.text for part in clauses(text) if any(re.search(cue, part.text) for cue in data.questions)]
    bare = [functools.reduce(lambda rest, noise: re.sub(noise, "|", rest), data.noise, clause) for clause in asks]
    return [part for clause in bare for part in re.split(r"\W+", clause) if part]


def _templates(kind: ReplyKind, text: str, institution: Institution, told: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the templates of a kind by what they do, in an order that the text decides: the same comment, the same."""
    rng = Random(hashlib.sha256(text.encode()).digest())
    for way, filled in load_replies().filled(kind, institution, told).items():
        yield way, rng.sample(filled, len(filled))


def _without(reply: str, known: Iterable[str]) -> str:
    """Take out numbers that anybody may call; one that only begins like them stays."""
    for number in known:
        reply = re.sub(rf"(?<![0-9\-]){re.escape(number)}(?![0-9\-])", "□", reply)
    return reply


def _as_note(text: str) -> Note:
    return Note(titles=("回复",), title="回复", segments=(Segment(text=text, kind="life"),))
