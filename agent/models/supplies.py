"""What a note may draw on: what the employee lived, and what the bank supplies about itself and its products."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from agent.models.kinds import AccountType, Category, Frozen, MaterialKind

__all__ = ["Account", "Fact", "FactNumber", "Institution", "Material", "Persona", "Point", "Product"]


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
