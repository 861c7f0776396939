"""The gate: may this account say this today? No model, and nothing has been written yet.

Account and licence are rules of stage `brief`. What only a brief can know (a fact outside its validity, a product
outside the account's scope, an authorisation that has lapsed) is stated here under the rule that owns the law.
"""

from __future__ import annotations

from datetime import date

from agent.catalogue import advise, say
from agent.graph.protocols import Checker
from agent.graph.submission import categories
from agent.guardrails import load_packs
from agent.guardrails.wording import label_of
from agent.models import Account, Fact, Finding, NoteInput, Sources

__all__ = ["refusals"]

STALE_FACT = "CIT-01"
OUT_OF_SCOPE = "ACC-02"
NOT_AUTHORISED = "ACC-01"


def refusals(sources: Sources, *, check: Checker) -> tuple[Finding, ...]:
    """Return what forbids this brief: each finding names the clause and what would make it possible."""
    brief = sources.brief
    named = tuple(product for product in sources.products if product.id in _named_products(sources))
    note = NoteInput(
        id=brief.id,
        title=brief.topic,
        note_type=brief.note_type,
        products=categories(named),
        account_type=sources.account.type if sources.account else None,
        account=sources.account,
        origin="ai",
    )
    report = check(note, facts=sources.facts, account=sources.account, as_of=brief.as_of, stage="brief")
    own = [_stale(fact, brief.as_of) for fact in _named_facts(sources) if not fact.is_valid(brief.as_of)]
    if sources.account:
        own += _beyond_account(sources.account, sources)
    return (*report.open("block"), *own)


def _named_facts(sources: Sources) -> tuple[Fact, ...]:
    return tuple(fact for fact in sources.facts if fact.id in sources.brief.facts)


def _named_products(sources: Sources) -> set[str]:
    return {*sources.brief.products, *(fact.product for fact in _named_facts(sources))}


def _beyond_account(account: Account, sources: Sources) -> list[Finding]:
    found = []
    named = _named_products(sources)
    for product in sources.products:
        if product.id in named and account.scope and product.category not in account.scope:
            found.append(
                _finding(
                    OUT_OF_SCOPE,
                    "gate_out_of_scope",
                    text=product.name,
                    account=account.nickname,
                    category=label_of("product", product.category),
                )
            )
    until = account.authorised_until
    if named and until is not None and until < sources.brief.as_of:
        found.append(
            _finding(
                NOT_AUTHORISED,
                "gate_authorisation_lapsed",
                text=account.nickname,
                until=until,
            )
        )
    return found


def _stale(fact: Fact, as_of: date) -> Finding:
    code = "gate_fact_future" if as_of < fact.valid_from else "gate_fact_expired"
    return _finding(STALE_FACT, code, text=fact.id, since=fact.valid_from, until=fact.valid_to, as_of=as_of)


def _finding(rule_id: str, code: str, *, text: str, **parameters: object) -> Finding:
    pack, rule = load_packs(examples=False).find(rule_id)
    return Finding(
        rule=rule.id,
        pack=pack,
        severity="block",
        field="note",
        text=text,
        message=say(code, text=text, **parameters),
        basis=rule.basis,
        advice=advise(code, text=text, **parameters),
        fingerprint=f"{rule.id}:{text}",
    )
