"""The invented bank that ships: whole, consistent, and itself free of what the rules forbid."""

from collections import Counter
from datetime import date

import pytest

from agent.briefs import Request, make_brief
from agent.guardrails import check
from agent.guardrails.disclosures import required_disclosures
from agent.models import NoteInput
from agent.paths import package_data
from agent.plans import load_plan
from agent.text.numbers import find_numbers
from agent.workspace import check_facts, load_demo_requests, load_workspace

TODAY = date(2026, 11, 24)
SCENES = {
    "coffee", "dining", "cooking", "commute", "running", "hiking", "travel", "overseas", "reading", "movie",
    "parenting", "parents", "pets", "housing", "wedding", "festival", "shopping", "study", "health", "work",
    "savings", "safety", "garden", "market",
}  # fmt: skip
BANK = load_workspace(None)


def test_there_is_enough_to_work_with():
    assert len(BANK.products) >= 9 and len(BANK.facts) >= 45 and len(BANK.points) >= 50
    assert len(BANK.personas) >= 5 and len(BANK.materials) >= 12
    assert {account.type for account in BANK.accounts} == {
        "institution", "enterprise-staff", "personal-authorised", "unbound"
    }  # fmt: skip
    assert {product.category for product in BANK.products} == {
        "card", "deposit", "wm", "fund", "insurance", "gold", "loan"
    }  # fmt: skip


def test_scenes_are_known_and_every_scene_has_a_point():
    named = Counter(scene for entry in (*BANK.products, *BANK.points) for scene in entry.scenes)
    assert set(named) <= SCENES
    assert {scene for point in BANK.points for scene in point.scenes} == SCENES


@pytest.mark.parametrize("product", BANK.products, ids=lambda product: product.id)
def test_every_mandatory_line_of_a_product_can_be_filled(product):
    for disclosure in required_disclosures((product,), "benefit", "业绩比较基准"):
        assert disclosure.missing_slots(product.slots) == (), disclosure.id


def test_the_only_problems_of_the_ledger_are_the_dates_meant_to_show_them():
    codes = Counter(problem.code for problem in check_facts(BANK, TODAY))
    assert set(codes) == {"fact_expired", "fact_future"} and min(codes.values()) >= 2


@pytest.mark.parametrize(
    "fact",
    [fact for fact in BANK.facts if fact.category == "card" and fact.valid_to],
    ids=lambda fact: fact.id,
)
def test_a_card_benefit_states_period_limit_and_where_to_read(fact):
    kept = "；".join(fact.must_keep)
    assert "活动期" in kept
    assert "限" in fact.claim or "不超过" in fact.claim
    assert "云杉手机银行" in kept
    assert f"{fact.valid_from.month}月{fact.valid_from.day}日" in kept
    assert f"{fact.valid_to.month}月{fact.valid_to.day}日" in kept


@pytest.mark.parametrize("fact", BANK.facts, ids=lambda fact: fact.id)
def test_every_amount_rate_and_quota_in_a_claim_is_in_the_ledger(fact):
    values = {number.value for number in fact.numbers}
    for claim in find_numbers(fact.claim):
        if claim.kind in ("amount", "rate", "quota"):
            assert any(value in claim.text for value in values), claim.text


@pytest.mark.parametrize("point", BANK.points, ids=lambda point: point.id)
def test_a_point_is_short_sourced_and_can_be_done_tonight(point):
    assert 36 <= len(point.text) <= 90 and point.source and point.caveat and point.keywords
    assert 2 <= len(point.steps) <= 3


def told_texts():
    """Yield every text with the day to check it on (a fact on a day it is valid) and the material it rests on."""
    for fact in BANK.facts:
        day = max(fact.valid_from, min(TODAY, fact.valid_to or TODAY))
        yield fact.id, fact.claim, (fact.category,), day, ()
    for point in BANK.points:
        yield point.id, "\n".join((point.text, *point.steps, point.caveat)), (), TODAY, ()
    for entry in BANK.materials:
        yield entry.id, "\n".join(item.text for item in entry.items), (), TODAY, entry.items


@pytest.mark.parametrize(
    ("name", "text", "products", "day", "material"), [pytest.param(*row, id=row[0]) for row in told_texts()]
)
def test_nothing_in_the_bank_is_forbidden_by_a_rule(name, text, products, day, material):
    note = NoteInput(id=name, body=text, products=products, account_type="institution")
    report = check(note, facts=BANK.facts, points=BANK.points, material=material, as_of=day)
    assert not [(finding.rule, finding.text) for finding in report.open("block")]


def test_personas_speak_differently():
    for one in BANK.personas:
        assert 4 <= len(one.samples) <= 6 and one.words_used and one.words_never and one.habits
        text = "".join(one.samples)
        assert not [word for word in one.words_never if word in text]
    assert len({sample for persona in BANK.personas for sample in persona.samples}) == sum(
        len(persona.samples) for persona in BANK.personas
    )


def test_material_is_told_by_someone_and_holds_details():
    names = {product.name for product in BANK.products}
    for entry in BANK.materials:
        assert entry.persona and 4 <= len(entry.items) <= 8
        assert len({item.kind for item in entry.items}) >= 2, entry.id
        assert not [name for name in names for item in entry.items if name in item.text]


def test_accounts_show_what_the_gate_refuses():
    lapsed = [a for a in BANK.accounts if a.authorised_until and a.authorised_until < TODAY]
    unlicensed = [a for a in BANK.accounts if a.type == "enterprise-staff" and "基金从业资格" not in a.licences]
    assert lapsed and unlicensed


def test_every_row_of_the_plan_and_the_demo_resolves():
    plan = package_data("demo", "plans", "week.csv")
    rows = load_plan(plan)
    assert len(rows) >= 8 and plan.read_text(encoding="utf-8").startswith("topic,note_type,persona,")
    requests = [row.request(seed=0, folder=plan.parent) for row in rows]
    requests += [Request(**fields) for fields in load_demo_requests()]
    for request in requests:
        brief, _ = make_brief(request, workspace=BANK, as_of=TODAY)
        assert brief.persona or not request.persona
        assert all(BANK.fact(fact).is_valid(TODAY) for fact in brief.facts)
