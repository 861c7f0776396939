"""Answer "may I say this?": yes, no, change these words, or what is missing; with the type of note and the clause.

Verdict and advice agree: words that must go are a no or a change, and only what can be added is missing. The rules
answer, on the sentence and on the account. Numbers must be in the ledger; what the employee lived is theirs to tell, so
that experience is not questioned here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from agent import guardrails
from agent.catalogue import say
from agent.chat.context import TurnContext
from agent.chat.state import ThreadState
from agent.chat.values import MayISay
from agent.graph.gatekeeping import refusals
from agent.guardrails.wording import cite, label_of
from agent.models import Brief, Fact, Finding, NoteInput, Product, Report, Sources

__all__ = ["may_i_say", "products_named"]

_OFFER = re.compile(r"[^，,。；;：:！!？?\s0-9.]?[0-9](?:[^，,。；;：:！!？?\s]*[0-9])?")
_UNITS = re.compile(r"[元块\s]")


def may_i_say(sentence: str, *, context: TurnContext, state: ThreadState) -> MayISay:
    """Return the verdict on one sentence as this account would say it today."""
    named = products_named(sentence, context)
    facts = tuple(
        fact
        for fact in context.workspace.facts
        if fact.is_valid(context.today) and (not named or fact.product in {product.id for product in named})
    )
    report = _report(sentence, named, facts, context, state)
    barred = _barred(sentence, report, named, context, state)
    forbidden, unfit = (
        [finding for finding in report.open(severity) if finding.start is not None] for severity in ("block", "fix")
    )
    lacking = [finding for finding in report.open("block", "fix") if finding.start is None]
    if not barred and not unfit and forbidden and (claim := _fact_behind(sentence, forbidden, facts, context)):
        return _verdict("needs", sentence, report, forbidden, needs=say("say_whole_fact", claim=claim))
    if barred or forbidden:
        return _verdict("no", sentence, report, [*forbidden, *barred])
    if unfit:
        return _verdict("change", sentence, report, unfit, needs=_advice(unfit))
    if lacking:
        return _verdict("needs", sentence, report, lacking, needs=_advice(lacking))
    return _verdict("yes", sentence, report, [])


def products_named(text: str, context: TurnContext) -> tuple[Product, ...]:
    """Return the bank's products a text names, by name or alias."""
    return tuple(
        product
        for product in context.workspace.products
        if any(name in text for name in (product.name, product.full_name, *product.aliases))
    )


def _report(
    sentence: str, named: Sequence[Product], facts: Sequence[Fact], context: TurnContext, state: ThreadState
) -> Report:
    account = context.account(state)
    note = NoteInput(
        body=sentence,
        products=tuple(dict.fromkeys(product.category for product in named)),
        account_type=account.type if account else None,
        account=account,
        origin="human",
    )
    return guardrails.check(
        note,
        facts=facts,
        account=account,
        as_of=context.today,
        packs=context.packs,
        waivers=context.workspace.waivers,
    )


def _barred(
    sentence: str, report: Report, named: Sequence[Product], context: TurnContext, state: ThreadState
) -> tuple[Finding, ...]:
    """Return what keeps this account from speaking of these products, named or only meant."""
    bank = context.workspace.institution
    meant = [c for c in report.products if c not in {product.category for product in named}]
    spoken = (
        *named,
        *(
            Product(id=f"said-{c}", name=(name := label_of("product", c)), full_name=name, category=c, issuer=bank.name)
            for c in meant
        ),
    )
    sources = Sources(
        brief=Brief(
            id=context.turn.thread,
            topic=sentence,
            note_type=report.note_type,
            products=tuple(product.id for product in spoken),
            account=state.account,
            as_of=context.today,
        ),
        institution=bank,
        products=spoken,
        account=context.account(state),
    )
    return refusals(sources, check=functools.partial(guardrails.check, packs=context.packs))


def _fact_behind(sentence: str, findings: Sequence[Finding], facts: Sequence[Fact], context: TurnContext) -> str:
    """Return the claim that says these numbers in these words, when the ledger is all that speaks against them."""
    ledger = {compiled.rule.id for compiled in context.packs.rules if compiled.rule.kind == "number"}
    if not all(finding.rule in ledger for finding in findings):
        return ""
    offers = [_bare(found) for found in _OFFER.findall(sentence)]
    return next((f.claim for f in facts if offers and all(offer in _bare(f.claim) for offer in offers)), "")


def _bare(text: str) -> str:
    return _UNITS.sub("", text)


def _advice(findings: Sequence[Finding]) -> str:
    return " ".join(dict.fromkeys(finding.advice for finding in findings[:2]))


def _verdict(verdict: str, sentence: str, report: Report, findings: Sequence[Finding], *, needs: str = "") -> MayISay:
    first = findings[0] if findings else None
    return MayISay.model_validate(
        {
            "verdict": verdict,
            "sentence": sentence,
            "note_type": report.note_type,
            "needs": needs or (first.advice if first else ""),
            "clause": cite(first.basis[0]) if first and first.basis else "",
            "why": first.message if first else "",
        }
    )
