"""Say what is to be mended in a note, and apply a model's edits to that and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agent.authors.grounding import attributed, known_sources, tidy
from agent.authors.shapes import Edit
from agent.catalogue import say
from agent.models import Critique, Finding, Metric, Note, Report, Revision, RubricAnswer, Segment, Sources
from agent.tone.thresholds import load_thresholds

__all__ = ["Issue", "apply_edits", "drop_flagged_titles", "issues_of"]

LOCKED = frozenset({"disclosure", "role", "label"})
Target = tuple[str, int]  # a field and, for a segment, its index; fields have index -1
ANYWHERE: Target = ("segment", -1)


@dataclass(frozen=True)
class Issue:
    """Name one thing to mend: what asks for it, which parts may be touched, and the text shown to the writer."""

    id: str
    what: str
    where: str
    text: str
    targets: frozenset[Target] = field(default_factory=frozenset)


def issues_of(note: Note, report: Report, critique: Critique) -> tuple[Issue, ...]:
    """List open blocks and fixes, then, when the tone did not pass, failed metrics and answers."""
    found = [_of_finding(note, finding) for finding in report.open("block", "fix")]
    if not critique.passed:
        found += [_of_metric(note, name, metric) for name, metric in _metrics_to_mend(critique)]
        found += [_of_answer(note, name, a) for name, a in critique.rubric.items() if a.answer == "no"]
    return tuple(
        Issue(id=f"i{number}", what=what, where=_where(targets), text=text, targets=targets)
        for number, (what, targets, text) in enumerate(found, start=1)
    )


def drop_flagged_titles(note: Note, report: Report) -> tuple[Note, Report, tuple[str, ...]]:
    """Leave out flagged title candidates while a clean one is left: no model is asked for what can be dropped.

    Returns the note, the report without what that settles, and the changes.
    """
    titles = note.titles if note.title in note.titles else (note.title, *note.titles)
    flagged = [finding for finding in report.open("block", "fix") if finding.field == "title"]
    indices = {finding.index for finding in flagged}
    clean = tuple(title for index, title in enumerate(titles) if index not in indices)
    if not clean or not flagged:
        return note, report, ()
    title = note.title if note.title in clean else clean[0]
    rules = "、".join(sorted({finding.rule for finding in flagged}))
    left = tuple(finding for finding in report.findings if finding not in flagged)
    return (
        note.model_copy(update={"titles": clean, "title": title}),
        report.model_copy(update={"findings": left}),
        (say("model_change", what=rules, where=say("where_title")),),
    )


def apply_edits(note: Note, edits: Sequence[Edit], *, issues: Iterable[Issue], sources: Sources) -> Revision:
    """Return the note with the allowed edits; a locked or unflagged part stays as it is."""
    issues = tuple(issues)
    names = {issue.id: issue.what for issue in issues}
    allowed = frozenset().union(*(issue.targets for issue in issues)) if issues else frozenset()
    standing = [edit for edit in edits if _may(edit, note, allowed)]
    revised = _with_fields(_with_segments(note, standing, sources), standing)
    if revised == note:
        return Revision(note=note)
    return Revision(note=revised, changes=tuple(_change(edit, names) for edit in standing))


_Found = tuple[str, frozenset[Target], str]


def _metrics_to_mend(critique: Critique) -> list[tuple[str, Metric]]:
    """Return the failed metrics, unless only warnings failed and few enough: then the answers alone are to be met."""
    failed = [(name, metric) for name, metric in critique.metrics.items() if metric.passed is False]
    if len(failed) > load_thresholds().allowed_warnings:
        return failed
    return [(name, metric) for name, metric in failed if metric.level == "block"]


def _of_finding(note: Note, finding: Finding) -> _Found:
    lines = [say("issue_quote", text=finding.text)] if finding.text else []
    lines.append(say("issue_why", text=finding.message))
    if finding.advice:
        lines.append(say("issue_advice", text=finding.advice))
    if finding.fix:
        code = "issue_insert" if finding.start is None else "issue_replacement"
        lines.append(say(code, text=finding.fix.replacement))
    return finding.rule, _targets_of_finding(note, finding), "\n".join(lines)


def _of_metric(note: Note, name: str, metric: Metric) -> _Found:
    if name == "T04":
        targets = frozenset({("tags", -1)})
    elif name == "T27":
        targets = frozenset({("cover", -1)})
    elif name == "T02":
        targets = frozenset({("title", -1)})
    else:
        targets = _targets_of_quote(note, metric.span) | ({("title", -1)} if name == "T05" else set())
    return name, targets, say("issue_why", text=metric.message)


def _of_answer(note: Note, name: str, answer: RubricAnswer) -> _Found:
    lines = [say("issue_quote", text=answer.span)] if answer.span else []
    lines.append(say("issue_advice", text=answer.edit or say("model_no_reason")))
    return name, _targets_of_quote(note, answer.span), "\n".join(lines)


def _targets_of_finding(note: Note, finding: Finding) -> frozenset[Target]:
    if finding.field in ("title", "cover", "tags"):
        return frozenset({(finding.field, -1)})
    if finding.start is None or finding.end is None:
        return frozenset({ANYWHERE})
    start, end = finding.start, finding.end
    hit = {("segment", index) for index, (low, high) in enumerate(_extents(note)) if start < high and end > low}
    return frozenset(hit) or frozenset({ANYWHERE})


def _targets_of_quote(note: Note, quote: str) -> frozenset[Target]:
    """Return the parts that hold a quote; all of the body when there is none to go by."""
    if not quote:
        return frozenset({ANYWHERE})
    fields = {("title", -1): note.title, ("cover", -1): note.cover}
    held = {target for target, text in fields.items() if quote in text}
    position = note.body.find(quote)
    if position >= 0:
        end = position + len(quote)
        held |= {("segment", i) for i, (low, high) in enumerate(_extents(note)) if position < high and end > low}
    return frozenset(held) or frozenset({ANYWHERE})


def _extents(note: Note) -> list[tuple[int, int]]:
    """Return where each segment stands in the body."""
    extents, position = [], 0
    for index, segment in enumerate(note.segments):
        position += 1 if index and segment.paragraph else 0
        extents.append((position, position + len(segment.text)))
        position += len(segment.text)
    return extents


def _where(targets: frozenset[Target]) -> str:
    fields = [say(f"where_{target}") for target, index in sorted(targets) if target != "segment"]
    indices = sorted(index for target, index in targets if target == "segment")
    if indices and indices[0] < 0:
        fields.append(say("where_note"))
    elif indices:
        fields.append(say("where_body", indices="、".join(map(str, indices))))
    return "、".join(fields)


def _may(edit: Edit, note: Note, allowed: frozenset[Target]) -> bool:
    if edit.target != "segment":
        return (edit.target, -1) in allowed and bool(tidy(edit.text))
    if not 0 <= edit.index < len(note.segments):
        return False
    if edit.insert_after:
        return bool(tidy(edit.text)) and bool(allowed & {ANYWHERE, ("segment", edit.index)})
    flagged = bool(allowed & {ANYWHERE, ("segment", edit.index)})
    return flagged and note.segments[edit.index].kind not in LOCKED


def _with_segments(note: Note, edits: Sequence[Edit], sources: Sources) -> Note:
    segments: list[Segment] = []
    opens = False  # a paragraph whose first segment went begins with the next one
    for index, segment in enumerate(note.segments):
        own = [edit for edit in edits if edit.target == "segment" and edit.index == index]
        kept: Segment | None = segment
        for edit in own:
            if not edit.insert_after:
                kept = _edited(segment, edit, sources)
        if kept and opens:
            kept = kept.model_copy(update={"paragraph": True})
        opens = kept is None and (opens or segment.paragraph)
        segments += [kept] if kept else []
        segments += [_inserted(edit, segment, sources) for edit in own if edit.insert_after]
    return note.model_copy(update={"segments": attributed(segments, sources)}) if segments else note


def _edited(segment: Segment, edit: Edit, sources: Sources) -> Segment | None:
    text = tidy(edit.text)
    if not text:
        return None
    cited = segment.sources if edit.sources is None else known_sources(edit.sources, sources)
    changed = {"text": text, "kind": edit.kind or segment.kind, "sources": cited}
    return segment.model_copy(update={**changed, "paragraph": segment.paragraph or edit.new_paragraph})


def _inserted(edit: Edit, after: Segment, sources: Sources) -> Segment:
    cited = known_sources(edit.sources or (), sources)
    return Segment(text=tidy(edit.text), kind=edit.kind or "life", sources=cited, paragraph=edit.new_paragraph)


def _with_fields(note: Note, edits: Sequence[Edit]) -> Note:
    for edit in edits:
        text = tidy(edit.text)
        if edit.target == "title":
            titles = (text, *(title for title in note.titles if title not in (text, note.title)))
            note = note.model_copy(update={"title": text, "titles": titles})
        elif edit.target == "cover":
            note = note.model_copy(update={"cover": text})
        elif edit.target == "tags":
            tags = tuple(dict.fromkeys(filter(None, (tag.lstrip("#") for tag in text.split()))))
            note = note.model_copy(update={"tags": tags})
    return note


def _change(edit: Edit, names: dict[str, str]) -> str:
    what = "、".join(dict.fromkeys(names[issue] for issue in edit.issues if issue in names))
    return say(
        "model_change", what=what or "—", where=say(f"where_{'note' if edit.target == 'segment' else edit.target}")
    )
