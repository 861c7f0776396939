"""The shape of a rule file: one YAML file per rule, read by compliance authors.

This module owns the schema and nothing else; loading, compiling and matching live beside it. Everything is
data: a rule never runs code.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from agent.models import AccountType, Basis, Category, Fix, Frozen, NoteType, Severity, Stage

Kind = Literal["term", "pattern", "combine", "require", "number", "pii", "structure", "metadata", "similarity", "judge"]
Within = Literal["clause", "sentence", "paragraph", "note"]
Place = Literal["title", "body", "tags", "cover"]
Guard = Literal[
    "negation", "warning", "quotation", "question", "statutory", "parameter", "product_truth", "lifestyle",
    "fraud_story", "own_loss",
]  # fmt: skip
Plane = Literal["norm", "skeleton", "syllable", "letters"]
EVERY_PLANE: Final[tuple[Plane, ...]] = ("norm", "skeleton", "syllable", "letters")


def _read_planes(value: object) -> object:
    """Read yes as every plane, no as none, and planes in their own order, each once."""
    if isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false")):
        return EVERY_PLANE if str(value).lower() == "true" else ()
    if isinstance(value, list | tuple) and all(entry in EVERY_PLANE for entry in value):
        return tuple(plane for plane in EVERY_PLANE if plane in value)
    return value


Planes = Annotated[
    tuple[Plane, ...],
    BeforeValidator(_read_planes),
    WithJsonSchema(
        {"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"enum": list(EVERY_PLANE), "type": "string"}}]}
    ),
]


class Scope(Frozen):
    """Limit where a rule applies. Every absent key means no limit.

    products: the note promotes one of these categories (declared or inferred). A note whose products are
    unknown is inside the scope; use `anchor` to keep such a rule silent on pure life notes.
    """

    products: tuple[Category, ...] = ()
    note_types: tuple[NoteType, ...] = ()
    account_types: tuple[AccountType, ...] = ()
    places: tuple[Place, ...] = ("title", "body", "tags", "cover")
    field: Literal["note", "reply", "any"] = "any"
    origin: Literal["human", "ai", "any"] = "any"
    promotes: bool | None = None  # True: only a note that promotes a product (named, rate or entry)


class Anchor(Frozen):
    """Demand that one of these terms (or `@list`s) stands near the hit; without it there is no candidate."""

    any_of: tuple[str, ...]
    within: Within = "sentence"


class About(Frozen):
    """Let the product that the note as a whole promotes stand for the product word a sentence lacks.

    It does where the sentence speaks of the note's offer (`agent.guardrails.offering`), for one of these products
    (empty: those of the rule's scope, or any).
    instead_of_anchor: a hit there needs no anchor. any_of: wordings (terms, `@list`s, `re:…`) that name no product
    themselves and count only there.
    """

    products: tuple[Category, ...] = ()
    instead_of_anchor: bool = False
    any_of: tuple[str, ...] = ()


class ForProducts(Frozen):
    """Say what a rule tells where a hit speaks of these products and of no other: their law, what helps there.

    The first entry that fits counts (`agent.guardrails.tailoring`); what it leaves out is the rule's own.
    any_of: it fits only where one of these (terms, `@list`s, `re:…`) stands near, 结构性 for a structured deposit.
    Of a rule of kind require: suffices are wordings (terms, `@list`s, `re:…`) that do as the line for these products,
    beside the rule's own, and those of every entry that fits count; with asks: false it asks for no line
    (the advice says why).
    """

    products: tuple[Category, ...] = Field(min_length=1)
    any_of: tuple[str, ...] = ()
    suffices: tuple[str, ...] = ()
    asks: bool = True
    within: Within = "note"
    message: str = ""
    advice: str = Field(min_length=1)
    fix: Fix | None = None
    basis: tuple[Basis, ...] = ()


class OwnWords(Frozen):
    """Hold the words in which a note tells of the breach itself, for a rule that judges something else than wording.

    They are found by the note's text alone, before there is a publication record, whatever its origin and whether or
    not it promotes anything. any_of: terms, `@list`s, `re:…`. anchor, except and clear_by are theirs, not the rule's.
    message: why, where the rule's own message speaks of a record.
    """

    any_of: tuple[str, ...] = Field(min_length=1)
    anchor: Anchor | None = None
    except_: tuple[str, ...] = Field(default=(), alias="except")
    clear_by: tuple[Guard, ...] = ()
    message: str = ""


class Condition(Frozen):
    """Compare one value of the input.

    Paths: account_type, account.licences, publication.reviewer and the like.

    The closed set of `op`: in, not_in, present, absent, true, false, covers_products, not_expired, equals_text_hash,
    equals (another path), no_terms (the value contains none of `value`, which may hold @lists), at_least (a number),
    each (the value is a list; `value` holds `when` and `must` with paths inside an entry, and every entry for which
    all of `when` hold must meet all of `must`).
    A path that is missing makes the rule undetermined, naming the path's first part. `covers_products` may carry a
    mapping (category → terms): each product it lists needs one of its terms in the value.
    """

    path: str
    op: Literal[
        "in", "not_in", "present", "absent", "true", "false", "covers_products", "not_expired",
        "equals_text_hash", "equals", "no_terms", "at_least", "each",
    ]  # fmt: skip
    value: Any = None

    @model_validator(mode="after")
    def _entries(self) -> Condition:
        if self.op == "each":
            self.entries  # noqa: B018 - a wrong key inside is told when the file is read
        return self

    @property
    def entries(self) -> Entries:
        """Return what `each` asks of every entry."""
        return Entries.model_validate(self.value)


class Entries(Frozen):
    """Hold what an `each` condition asks of the entries of a list: those that meet `when` must meet `must`."""

    when: tuple[Condition, ...] = ()
    must: tuple[Condition, ...] = Field(min_length=1)


class Match(Frozen):
    r"""Hold what each kind looks for; the loader refuses keys that do not belong to the rule's kind.

    term        terms (literals or @list)
    pattern     patterns (RE2 on the norm plane: simplified Chinese, lower case, half width; no look-around, \b, \w)
    combine     groups: each a list of terms, `@list`s or `re:…` patterns; one of each within `within`; `ordered`,
                `gap` = largest distance in characters between neighbours; the span covers all parts
    require     when (trigger), then any_of texts ({slot} matches anything short) or disclosure ids;
                position, proximity to the trigger; `insert` is the sentence a fix adds
    number      check: `facts` (compare every number claim with the fact ledger), statuses that fire
    pii         detectors
    structure   limit (what is counted) and max
    metadata    when (all hold) then must (all hold)
    similarity  threshold on shingle Jaccard against `earlier` notes
    judge       criterion: needs a model; without one the rule is undetermined

    disguise (term, pattern, combine): on which planes words in disguise count for this rule; True every plane, False
    none. norm: aliases, initials, stand-ins, masks, escapes; skeleton: marks, repeats, components, other orders;
    syllable: homophones; letters: pinyin. What the norm table folds counts always.
    """

    terms: tuple[str, ...] = ()
    disguise: Planes = EVERY_PLANE
    patterns: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    within: Within = "sentence"
    ordered: bool = False
    gap: int | None = None
    any_of: tuple[str, ...] = ()
    disclosure: tuple[str, ...] = ()
    position: Literal["anywhere", "body", "own_line", "before_tags"] = "body"
    proximity: Literal["sentence", "paragraph", "next_paragraph", "note"] = "note"
    insert: str = ""
    trigger: tuple[str, ...] = ()  # require: terms, @list or re:…; empty = the scope alone triggers
    check: Literal["", "facts", "provenance"] = ""
    statuses: tuple[Literal["contradicted", "stale", "unsupported", "condition_missing"], ...] = ()
    detectors: tuple[
        Literal["mobile", "landline", "id_card", "bank_card", "email", "wechat", "qq", "url", "handle"], ...
    ] = ()
    limit: Literal["", "title_units", "body_units", "tags", "images", "cover_units"] = ""
    max: int | None = None
    when: tuple[Condition, ...] = ()
    must: tuple[Condition, ...] = ()
    threshold: float | None = None
    criterion: str = ""


class Case(Frozen):
    """Give one example. A bare string in YAML means `text`. Every other key is passed to `check` as its input.

    text is the body (or `title`/`tags`/`cover` are given); `products` defaults to the first of the rule's scope;
    span: the raw text that must be hit (optional, flag cases only).
    """

    text: str = ""
    title: str = ""
    tags: tuple[str, ...] = ()
    cover: str = ""
    span: str = ""
    note_type: Literal["lifestyle", "education", "benefit", "marketing", "auto"] = "auto"
    products: tuple[Category, ...] | None = None
    account_type: AccountType | None = None
    origin: Literal["human", "ai"] = "human"
    field: Literal["note", "reply"] = "note"
    account: dict[str, Any] | None = None
    publication: dict[str, Any] | None = None
    facts: tuple[dict[str, Any], ...] = ()
    material: tuple[dict[str, Any], ...] = ()
    segments: tuple[dict[str, Any], ...] = ()
    earlier: tuple[dict[str, Any], ...] = ()
    as_of: date | None = None
    by: str = ""  # who wrote the case when it was not the rule's author, e.g. "law-only"

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value


class Cases(Frozen):
    """Hold the examples that run as tests; known_miss records honest gaps (turning green is reported)."""

    flag: tuple[Case, ...]
    pass_: tuple[Case, ...] = Field(alias="pass")
    known_miss: tuple[Case, ...] = ()


class Rule(Frozen):
    """Describe one check, its law and its cases.

    `about` lets what the whole note promotes count as the product that a sentence speaks of.
    `own_words` holds words that tell of the breach, for a kind that reads none.
    `for_products` gives another law and remedy where the hit speaks of certain products.
    `except` lists benign superstrings (保温杯 for 保…): a hit inside one is cleared by "benign superstring".
    `clear_by` names the guards that may clear a hit; empty = nothing clears it. A disguised hit is never cleared.
    """

    id: str = Field(pattern=r"^[A-Z]{2,4}-\d{2}$")
    title: str = Field(min_length=1)
    severity: Severity
    stage: Stage = "note"
    kind: Kind
    scope: Scope = Scope()
    effective: date
    until: date | None = None
    match: Match
    anchor: Anchor | None = None
    about: About | None = None
    own_words: OwnWords | None = None
    except_: tuple[str, ...] = Field(default=(), alias="except")
    clear_by: tuple[Guard, ...] = ()
    message: str = Field(min_length=1)
    advice: str = Field(min_length=1)
    fix: Fix | None = None
    basis: tuple[Basis, ...] = Field(min_length=1)
    for_products: tuple[ForProducts, ...] = ()
    known_problems: str = ""
    cases: Cases

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the lines that a rule of kind require asks for, the rule's own and those of its products."""
        if self.kind != "require":
            return ()
        told = (entry.fix.replacement for entry in self.for_products if entry.fix)
        return tuple(line for line in (self.match.insert, *told) if line)


class PackInfo(Frozen):
    """Describe a folder of rules: `pack.yaml`."""

    name: str
    title: str
    version: str
    jurisdiction: str = Field(default="cn", pattern=r"^[a-z]{2}$")
    status: str = ""
