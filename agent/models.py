"""All values that flow through the program, frozen and free of I/O.

This module owns names and shapes (DESIGN section 4 and 5). It refuses behaviour: loading, checking and
writing live in the layers above. No `computed_field` here: the checkpoint serializer would fall back to
unvalidated construction without a word.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

NoteType = Literal["lifestyle", "education", "benefit", "marketing"]
Language = Literal["zh-CN", "zh-Hant", "en"]
Category = Literal["fund", "wm", "deposit", "card", "loan", "insurance", "securities", "gold"]
AccountType = Literal["institution", "enterprise-staff", "personal-authorised", "unbound"]
MaterialKind = Literal["event", "place", "time", "amount", "feeling", "quote", "photo"]
SegmentKind = Literal["life", "point", "condition", "disclosure", "role", "label"]
Severity = Literal["block", "fix", "warn"]
Verdict = Literal["pass", "revise", "block"]
FieldName = Literal["title", "body", "tags", "cover", "note"]
Outcome = Literal["ready", "in_review", "approved", "needs_human", "needs_material", "refused", "rejected"]
Stage = Literal["brief", "note", "publish"]


class Frozen(BaseModel):
    """Hold immutable values; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Material(Frozen):
    """Keep one thing the employee really lived, in the words they told it."""

    id: str
    text: str
    kind: MaterialKind = "event"
    told_by: str = ""
    told_at: str = ""


class FactNumber(Frozen):
    """Name one number of a fact; `value` is the decimal as text, so that 3.60 stays 3.60."""

    value: str
    unit: str
    what: str


class Fact(Frozen):
    """State one claim the bank supplied, with source and validity (both dates inclusive).

    `kind` benefit may be what a note is about; a term (fee, rate, product feature) is told only when it is named.
    """

    id: str
    kind: Literal["benefit", "term"] = "benefit"
    product: str
    category: Category
    claim: str
    must_keep: tuple[str, ...] = ()
    numbers: tuple[FactNumber, ...] = ()
    source: str
    approval_no: str = ""
    owner: str = ""
    valid_from: date
    valid_to: date | None = None

    def is_valid(self, as_of: date) -> bool:
        """Tell whether the fact may be used on this day."""
        return self.valid_from <= as_of and (self.valid_to is None or as_of <= self.valid_to)


class Product(Frozen):
    """Describe one product: who issues it, who sells it, and the values of its disclosure slots."""

    id: str
    name: str
    full_name: str
    category: Category
    subtype: str = ""
    issuer: str
    seller: str = ""
    risk_grade: str = ""
    aliases: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    slots: dict[str, str] = Field(default_factory=dict)
    terms_at: str = ""


class Point(Frozen):
    """Carry one education point (投教, 消保 or 反诈) with its source, and the steps a reader can take tonight.

    `bridge` is the sentence that leads from daily life to this point; it asserts nothing.
    """

    id: str
    title: str
    theme: Literal["投教", "消保", "反诈"]
    text: str
    bridge: str = ""
    steps: tuple[str, ...] = ()
    caveat: str = ""
    scenes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    source: str


class Persona(Frozen):
    """Describe how one employee speaks."""

    id: str
    name: str
    role: str
    city: str = ""
    voice: str = ""
    habits: tuple[str, ...] = ()
    words_used: tuple[str, ...] = ()
    words_never: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()


class Account(Frozen):
    """Describe one platform account: what it is, whose it is, and what it may speak of."""

    id: str
    type: AccountType
    nickname: str
    employer: str = ""
    certified_name: str = ""
    licences: tuple[str, ...] = ()
    region: str = ""
    scope: tuple[Category, ...] = ()
    authorised_until: date | None = None
    persona: str = ""
    role_on_profile: bool = False


class Institution(Frozen):
    """Name the bank whose workspace this is; official numbers and names are allow-listed contacts."""

    name: str
    full_name: str
    region: str = ""
    hotlines: tuple[str, ...] = ()
    app_name: str = ""


class Brief(Frozen):
    """Say what staff ask for; `as_of` is the only clock of a run."""

    id: str
    topic: str
    note_type: NoteType = "lifestyle"
    keyword: str = ""
    audience: str = ""
    persona: str = ""
    account: str = ""
    products: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    material: tuple[Material, ...] = ()
    language: Language = "zh-CN"
    as_of: date
    seed: int = 0


class Message(Frozen):
    """Hold one message to or from a chat model."""

    role: Literal["system", "user", "assistant"]
    content: str


class Question(Frozen):
    """Ask the employee for one piece of material; `options` are tappable answers."""

    id: str
    text: str
    options: tuple[str, ...] = ()


class Plan(Frozen):
    """Fix angle, search words and ingredients (ids) before writing; `writable` False means only questions remain."""

    angle: str
    keyword: str
    long_tails: tuple[str, ...] = ()
    scene: str = ""
    skeleton: str = ""
    material: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    writable: bool = True
    reason: str = ""


class Segment(Frozen):
    """Hold a piece of body with its sources (ids of material, facts, points; empty asserts nothing checkable).

    `paragraph` False continues the paragraph of the segment before it.
    """

    text: str
    kind: SegmentKind
    sources: tuple[str, ...] = ()
    paragraph: bool = True


class Note(Frozen):
    """Hold one text of a note: title candidates, the chosen title, cover text, segments and tags (without #)."""

    titles: tuple[str, ...]
    title: str
    cover: str = ""
    segments: tuple[Segment, ...] = ()
    tags: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _title_is_a_candidate(self) -> Note:
        if self.title not in self.titles:
            raise ValueError("title must be one of titles")
        return self

    @property
    def body(self) -> str:
        """Join the segments; a segment that starts a paragraph is preceded by a newline."""
        parts: list[str] = []
        for segment in self.segments:
            if parts and segment.paragraph:
                parts.append("\n")
            parts.append(segment.text)
        return "".join(parts)

    def to_text(self) -> str:
        """Render what a reader sees: title, body, then tags on the last line."""
        tags = " ".join(f"#{tag}" for tag in self.tags)
        return "\n\n".join(part for part in (self.title, self.body, tags) if part)

    @property
    def text_hash(self) -> str:
        """Identify the published text; see `hash_text`."""
        return hash_text(title=self.title, cover=self.cover, body=self.body, tags=self.tags)


class NoteInput(Frozen):
    """Hand a note to the rule engine (DESIGN section 5); every key but one of title/body is optional.

    `segments` and `titles` are present when this program wrote the note; texts by people have neither.
    """

    id: str = ""
    title: str = ""
    titles: tuple[str, ...] = ()
    body: str = ""
    tags: tuple[str, ...] = ()
    cover: str = ""
    field: Literal["note", "reply"] = "note"
    note_type: Literal["lifestyle", "education", "benefit", "marketing", "auto"] = "auto"
    products: tuple[Category, ...] = ()
    account_type: AccountType | None = None
    origin: Literal["human", "ai"] = "human"
    account: Account | None = None
    publication: dict[str, Any] | None = None
    segments: tuple[Segment, ...] = ()

    @model_validator(mode="after")
    def _has_text(self) -> NoteInput:
        if not (self.title.strip() or self.body.strip()):
            raise ValueError("a note needs a title or a body")
        return self

    @property
    def text_hash(self) -> str:
        """Identify the published text; equal to the hash of the `Note` it was made from."""
        return hash_text(title=self.title, cover=self.cover, body=self.body, tags=self.tags)


def hash_text(*, title: str, cover: str, body: str, tags: tuple[str, ...]) -> str:
    """Return `sha256:…` over canonical JSON of title, cover, body and tags: what an approval is bound to."""
    payload = json.dumps(
        {"title": title, "cover": cover, "body": body, "tags": list(tags)},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return "sha256:" + hashlib.sha256(payload.encode()).hexdigest()


class Basis(Frozen):
    """Cite one article; an unverified article is printed with 待核 (条款待核 where none is known), never invented."""

    instrument: str = Field(min_length=1)
    article: str = ""
    effective: date | None = None
    verified: bool = False
    status: Literal["in-force", "draft", "practice"] = "in-force"


class Fix(Frozen):
    """Propose a replacement for a span (or a sentence to insert, for an absence)."""

    replacement: str
    safety: Literal["safe", "review"] = "review"


class Finding(Frozen):
    """Report one hit: raw code-point offsets (null for an absence), clause, advice, and whether it still counts.

    A `known` one stands in a baseline: it fails no run, and the verdict of its note is what it would be without one.
    """

    rule: str
    pack: str
    severity: Severity
    field: FieldName
    index: int = 0
    start: int | None = None
    end: int | None = None
    text: str = ""
    message: str
    basis: tuple[Basis, ...] = ()
    advice: str = ""
    fix: Fix | None = None
    by: Literal["rule", "judge"] = "rule"
    fingerprint: str = ""
    status: Literal["open", "cleared", "waived", "known"] = "open"
    status_by: str = ""
    disguise: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


class Undetermined(Frozen):
    """Name a rule that could not be decided, and the inputs it needs."""

    rule: str
    needs: tuple[str, ...]


class LabelDecision(Frozen):
    """Say whether an AI or 广告 label is required, why, the line to add and the step on the platform."""

    required: bool
    reasons: tuple[str, ...] = ()
    text: str = ""
    platform_step: str = ""


class Waiver(Frozen):
    """Accept a finding for a stated reason until a day; block rules need a second approver.

    It covers one place (`fingerprint`: rule, words and the letters beside them), one text (`text_hash`; all the rule
    says of it, or only the words in `quote`), or `quote` in every note, where it says so.
    """

    id: str
    rule: str
    fingerprint: str = ""
    text_hash: str = ""
    quote: str = ""
    every_note: bool = False
    reason: str
    approver: str
    second_approver: str = ""
    created: date
    expires: date


IdleReason = Literal[
    "expired", "not_yet", "second_approver", "no_case", "other_text", "other_place", "other_words", "unused"
]


class IdleWaiver(Frozen):
    """Say why a waiver accepts nothing of a note in which its rule has an open finding.

    `day` is when it expired or begins, `text` the words of that finding.
    """

    waiver: str
    rule: str
    reason: IdleReason
    day: date | None = None
    text: str = ""


class Report(Frozen):
    """Hold all findings of one note; cleared and waived ones stay visible.

    `needs_look` says why a person must look although no finding is open (a judge asked for it or could not do its
    work, a language without rule packs): it keeps a note from passing, never the other way round. `waivers` are those
    that accepted a finding here, as they were that day. `products` are those that it was checked for, `beside` those
    that it names without promoting them.
    """

    id: str = ""
    verdict: Verdict
    note_type: NoteType
    products: tuple[Category, ...] = ()
    beside: tuple[Category, ...] = ()
    findings: tuple[Finding, ...] = ()
    undetermined: tuple[Undetermined, ...] = ()
    label: LabelDecision = LabelDecision(required=False)
    needs_look: tuple[str, ...] = ()
    packs: dict[str, str] = Field(default_factory=dict)
    text_hash: str = ""
    waivers: tuple[Waiver, ...] = ()
    idle_waivers: tuple[IdleWaiver, ...] = ()

    def open(self, *severities: Severity) -> tuple[Finding, ...]:
        """Return the open findings, of these severities if any are given."""
        return tuple(f for f in self.findings if f.status == "open" and (not severities or f.severity in severities))

    @property
    def waived(self) -> tuple[Finding, ...]:
        """Return the findings that a waiver accepts."""
        return tuple(finding for finding in self.findings if finding.status == "waived")


class Metric(Frozen):
    """Score one tone metric. `passed` None means it could not be computed from what was given."""

    value: float | str | None
    passed: bool | None
    level: Literal["block", "warn", "score"] = "warn"
    message: str = ""
    span: str = ""


class RubricAnswer(Frozen):
    """Answer one of the twelve yes/no questions."""

    answer: Literal["yes", "no", "unscored"] = "unscored"
    span: str = ""
    edit: str = ""


class Critique(Frozen):
    """Hold tone metrics (T…) and rubric (D1…D12) of one text; level-block metrics and the rubric decide `passed`."""

    metrics: dict[str, Metric] = Field(default_factory=dict)
    rubric: dict[str, RubricAnswer] = Field(default_factory=dict)
    passed: bool
    needs_look: tuple[str, ...] = ()
    text_hash: str = ""


class Usage(Frozen):
    """Count calls and tokens; `estimated` when an endpoint did not count them; cost is null when a price is unknown."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    cost: float | None = None


class Revision(Frozen):
    """Return a revised note and, one line each, what changed (the rule or metric named)."""

    note: Note
    changes: tuple[str, ...] = ()


class Round(Frozen):
    """Keep one write-or-revise with its check."""

    number: int
    note: Note
    report: Report
    critique: Critique
    changes: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    usage: Usage | None = None


class Sources(Frozen):
    """Resolve the ids of a brief into the values an author may use, and nothing else.

    `drafts` are the text hashes of those earlier notes nobody was handed: a new text may vary, not be barred by, them.
    """

    brief: Brief
    institution: Institution
    products: tuple[Product, ...] = ()
    facts: tuple[Fact, ...] = ()
    points: tuple[Point, ...] = ()
    persona: Persona | None = None
    account: Account | None = None
    earlier: tuple[Note, ...] = ()
    drafts: tuple[str, ...] = ()
