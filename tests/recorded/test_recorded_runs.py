"""Every committed recording replays through the real graph without a network, and together they show the loop."""

import asyncio

import pytest

from agent.workspace import load_workspace
from evals.case_files import read_cases
from evals.cassette_hygiene import LIST, load_recorded, problems
from evals.cassettes import CassetteError, cassette_of, use_cassette
from evals.datasets import Planned
from evals.lanes import lane_of

RECORDED = load_recorded(LIST)
CASES = {case.id: case for case in read_cases()}
PASSED = {"ready", "in_review"}


def replayed(case):
    return asyncio.run(lane_of("replay").draw(Planned(case=case, repeat=0, seed=case.brief.seed), load_workspace(None)))


@pytest.fixture(scope="module")
def samples():
    return {name: replayed(CASES[name]) for name in RECORDED.cases}


def test_there_are_enough_and_all_are_clean():
    assert len(RECORDED.cases) >= 24
    assert problems(RECORDED, cases=frozenset(CASES)) == []


def test_each_replay_asks_exactly_what_was_recorded(samples):
    """A request without an answer, or an answer without a request, would have raised."""
    assert {name for name, sample in samples.items() if sample.error} == set()
    assert all(sample.author == f"model:{RECORDED.models[0]}" for sample in samples.values())


def test_some_recordings_show_a_revision(samples):
    assert [name for name, sample in samples.items() if len(sample.rounds) > 1 and sample.outcome in PASSED]


def test_some_recordings_end_with_a_person(samples):
    assert [name for name, sample in samples.items() if sample.outcome == "needs_human"]


def test_a_changed_brief_finds_no_answer(samples):
    case = next(CASES[name] for name, sample in samples.items() if sample.outcome in PASSED)
    other = case.model_copy(update={"brief": case.brief.model_copy(update={"topic": case.brief.topic + "了"})})
    with pytest.raises(CassetteError, match=case.id):
        replayed(other)


def test_an_answer_too_many_is_named():
    with pytest.raises(CassetteError, match="were not asked for"), use_cassette(cassette_of(RECORDED.cases[0])):
        pass
