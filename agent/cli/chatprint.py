"""How an answer looks in a terminal: what to keep on stdout, numbered answers to tap below it."""

from __future__ import annotations

from collections.abc import Iterator

from agent.chat.values import Answer, FindingCard, Intent, MayISay, NoteCard, StatusCard
from agent.cli.output import LEVELS, OUTCOMES
from agent.guardrails.wording import label_of
from agent.record.statuses import status_word

__all__ = ["answer_lines"]

MARKS = {"yes": "✓", "no": "✗", "change": "✎", "needs": "△"}


def answer_lines(answer: Answer) -> Iterator[str]:
    """Yield the lines of an answer, top to bottom as a person reads them."""
    yield answer.text
    if answer.may_i_say:
        yield from _verdict_lines(answer.may_i_say)
    if answer.saved:
        yield from (f"  素材 {item.id} {item.text}" for item in answer.saved.items)
        yield from (f"  ? {question}" for question in answer.saved.open_questions)
    yield from (f"  改动：{change}" for change in answer.changes)
    if answer.note and (answer.changes or answer.intent is Intent.DRAFT):
        yield from _note_lines(answer.note)
    for number, card in enumerate(answer.findings, 1):
        yield from _finding_lines(number, card)
    yield from (line for card in answer.status for line in _status_lines(card))
    yield from (f"  {number}）{reply}" for number, reply in enumerate(answer.replies, 1))
    yield from (f"  按：{assumption}" for assumption in answer.assumptions)
    yield from (f"  注意：{limit}" for limit in answer.limits)
    if answer.question:
        yield f"问：{answer.question.text}"
        yield from (f"  [{number}] {option.label}" for number, option in enumerate(answer.question.options, 1))


def _verdict_lines(verdict: MayISay) -> Iterator[str]:
    yield f"  {MARKS[verdict.verdict]} “{verdict.sentence}” · {label_of('note_type', verdict.note_type)}笔记"
    if verdict.why:
        yield f"    为什么：{verdict.why}（{verdict.clause}）"
    if verdict.needs:
        yield f"    改法：{verdict.needs}"


def _note_lines(note: NoteCard) -> Iterator[str]:
    yield ""
    for block in note.blocks:
        mark = "[锁]" if block.locked else ""
        name = {"title": "标题", "cover": "封面", "tags": "话题"}.get(block.id, "")
        yield f"{mark}{name + '：' if name else ''}{block.text}"
    others = [title for title in note.titles if title != note.title]
    if others:
        yield f"  备选标题：{' / '.join(others)}"
    yield f"  运行 {note.run} · {OUTCOMES[note.outcome]} · 第 {note.rounds} 轮 · 作者 {note.author}"
    yield from (f"  依据：{line}" for line in note.evidence)
    yield from (f"  口吻：{line}" for line in note.tone)
    if note.label_step:
        yield f"  标识：{note.label_step}"


def _finding_lines(number: int, card: FindingCard) -> Iterator[str]:
    where = f"“{card.text}”" if card.text else ""
    yield f"  {number}. [{LEVELS[card.severity]}] {card.rule} {where}  编号 {card.id}"
    if card.sentence and card.sentence != card.text:
        yield f"     哪句：{card.sentence}"
    yield f"     为什么：{card.why}（{card.clause}）"
    if card.advice:
        yield f"     改法：{card.advice}"
    if card.acceptable:
        yield f"     可直接改为：{card.fix or '（删去）'}　/接受 {card.id}"
    if card.drop:
        yield f"     整句不要也行：删掉“{card.drop.text}”"


def _status_lines(card: StatusCard) -> Iterator[str]:
    named = f"{card.title}（主题：{card.topic}）" if card.title else card.topic
    yield f"  {card.run}  {status_word(card.status)}  {named}" + (
        f"  {card.open_findings} 处待看" if card.open_findings else ""
    )
    if card.decided_by:
        yield f"    {card.decided_by}：{card.reason or '（没写理由）'}"
    yield from (f"    已发布：{url}" for url in card.urls)
