"""What a broken guard does to the offline lane: it turns red and names the case; what is whole stays quiet."""

import asyncio

import pytest
from written_cases import CASE, write_case

from agent.graph import assembly, gatekeeping, nodes
from agent.workspace import load_workspace
from evals.case_files import read_cases
from evals.comparing import compare
from evals.datasets import Planned
from evals.lanes import lane_of
from evals.scoring import score_all
from evals.summaries import summarize, summary_bytes

BANK = load_workspace(None)
REVIEW = "review: {owner: content team, reviewed_at: 2026-11-27}\n"
FUND = """\
id: fund
theme: kitchen
brief: {topic: 炖一锅汤的周末, note_type: marketing, keyword: 炖汤, persona: linjie, account: staff-linjie,
        products: [index-fund], facts: [fund-fee]}
material:
  - {text: 周六下午炖了一锅萝卜牛腩，炖了两个半小时}
  - {text: 孩子把萝卜都挑给我，说要吃肉}
  - {text: 家里那位回来晚，汤热了两回}
expect: {outcome: pass, disclosures: [基金有风险，投资需谨慎], must_say: [汤], must_not_say: [稳赚],
         must_facts: [{fact: fund-fee, any_of: [费]}]}
"""
REFUSED = (
    FUND.replace("id: fund", "id: refused")
    .replace("account: staff-linjie", "account: staff-daxu")
    .replace("outcome: pass", "outcome: refuse, refused_by: [ACC-02]")
)
UNTOLD = """\
id: untold
theme: travel
brief: {topic: 第一次跳伞是什么感觉, note_type: lifestyle, persona: daxu, account: staff-daxu}
expect: {outcome: needs_material}
"""


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    root = tmp_path_factory.mktemp("cases")
    write_case(root, CASE)
    for name, text in (("fund", FUND), ("refused", REFUSED), ("untold", UNTOLD)):
        write_case(root, text + REVIEW, folder=name, first=None, second=None)
    return read_cases(root)


def drawn(cases):
    lane = lane_of("offline")
    samples = [asyncio.run(lane.draw(Planned(case, 0, 0), BANK)) for case in cases]
    scored = score_all(samples, cases, cases)
    return summarize(scored, suite="offline", k=1, signature={}, treatment={}, partial=True)


@pytest.fixture(scope="module")
def whole(cases):
    return drawn(cases)


def test_nothing_changed_is_nothing_told(cases, whole):
    again = drawn(cases)
    assert summary_bytes(again) == summary_bytes(whole)
    found = compare(whole, again)
    assert (found.verdict, found.flips, found.hard) == ("OK", (), ())


def test_the_cases_show_what_is_to_be_broken(whole):
    outcomes = {name: case.outcomes[0] for name, case in whole.cases.items()}
    assert outcomes == {
        "fund": "in_review", "jiangbian-run": "in_review", "refused": "refused", "untold": "needs_material",
    }  # fmt: skip


BROKEN = {
    "a disclosure is not added": (assembly, "required_disclosures", (), "fund", "DIS-01"),
    "the gate refuses nothing": (gatekeeping, "refusals", (), "refused", "预期“refuse”"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_guard_is_red_and_names_the_case(cases, whole, monkeypatch, what):
    module, name, answer, case, told = BROKEN[what]
    monkeypatch.setattr(module, name, lambda *_, **__: answer)
    found = compare(whole, drawn(cases))
    assert found.verdict == "REGRESSED"
    assert [line for line in found.hard if line.startswith(case) and told in line], found.hard


def test_a_router_that_lets_everything_pass_is_red_and_names_what_it_let_pass(cases, monkeypatch):
    fund = [case for case in cases if case.id == "fund"]
    monkeypatch.setattr(assembly, "required_disclosures", lambda *_, **__: ())
    revised = drawn(fund)  # a second round takes back what must not stand without the lines
    assert "cleared" not in revised.cases["fund"].failed
    monkeypatch.setattr(nodes, "judge_round", lambda *_, **__: "passed")
    found = compare(revised, drawn(fund))
    assert found.verdict == "REGRESSED" and any("放行时还留着：DIS-01" in line for line in found.hard)
