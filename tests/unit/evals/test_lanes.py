"""Samples drawn through the real graph, lane by lane."""

import asyncio
import json
from pathlib import Path

import pytest
import scripted
from endpoints import Step
from written_cases import CASE, write_case

from agent.errors import ProviderError
from agent.settings import Settings
from agent.workspace import load_workspace
from evals import cassette_hygiene, cassettes
from evals.case_files import read_cases
from evals.datasets import Planned, plan, run_planned
from evals.errors import EvalError
from evals.lanes import brief_of, lane_of, recording_lane
from evals.recorded_list import add_recorded, settings_as_recorded
from evals.values import Case

BANK = load_workspace(None)


@pytest.fixture
def case(tmp_path):
    write_case(tmp_path / "cases")
    return read_cases(tmp_path / "cases")[0]


def draw(lane, planned):
    return asyncio.run(lane.draw(planned, BANK))


def test_the_brief_of_a_sample_is_the_case_with_the_seed_of_its_repeat(case):
    brief = brief_of(Planned(case, 2, 2007), BANK)
    assert (brief.id, brief.seed, str(brief.as_of)) == ("jiangbian-run-r2", 2007, "2026-11-24")
    assert brief.topic == "12:30 沿江跑五公里 #晨跑" and brief.account == "staff-daxu"
    assert [(item.id, item.kind) for item in brief.material] == [("m1", "event"), ("m2", "amount")]


def test_material_reaches_the_brief_without_hidden_characters(tmp_path):
    write_case(tmp_path, CASE.replace("六点出门", "六点\u202e出门"))
    assert brief_of(Planned(read_cases(tmp_path)[0], 0, 0), BANK).material[0].text.startswith("六点出门")


def test_every_repeat_has_a_seed_of_its_own_and_all_cases_come_before_the_next_repeat(case):
    planned = plan([case, case.model_copy(update={"id": "other"})], k=2, seed=7)
    assert [(one.case.id, one.repeat, one.seed) for one in planned] == [
        ("jiangbian-run", 0, 7), ("other", 0, 7), ("jiangbian-run", 1, 1007), ("other", 1, 1007),
    ]  # fmt: skip


def test_offline_draws_the_same_note_twice_whatever_the_environment_says(case, monkeypatch):
    first = draw(lane_of("offline"), Planned(case, 0, 0))
    monkeypatch.setenv("KOSNOTE_MODEL", "some-model")
    monkeypatch.setenv("KOSNOTE_ROUNDS", "1")
    monkeypatch.setenv("KOSNOTE_DATABASE", "postgresql://nobody@127.0.0.1:1/x")
    assert draw(lane_of("offline"), Planned(case, 0, 0)) == first
    assert first.outcome == "in_review" and first.note and first.rounds and first.report and first.brief
    assert first.latency is None and first.usage is None and first.lane == "offline"


def test_another_seed_writes_another_note(case):
    first, second = (draw(lane_of("offline"), one) for one in plan([case], k=2))
    assert first.note != second.note and (first.repeat, second.repeat) == (0, 1)


@pytest.fixture
def coffee(case):
    told = BANK.material_set("aning-coffee").items
    material = [{"kind": item.kind, "text": item.text} for item in told]
    asked = {"topic": "下班绕路喝一杯手冲", "note_type": "benefit", "persona": "aning", "facts": [scripted.FACT],
             "keyword": "手冲咖啡"}  # fmt: skip
    return Case.model_validate({**case.model_dump(), "id": "coffee", "brief": asked, "material": material})


def test_scripted_takes_the_replies_of_its_case_from_a_file(coffee, tmp_path):
    path = tmp_path / "replies.json"
    other = {**scripted.GOOD, "NoteDraft": scripted.with_body(titles=["别的标题，忘在桶里的伞"])}
    path.write_text(json.dumps({"*": other, "coffee": scripted.GOOD}, ensure_ascii=False), encoding="utf-8")
    lane = lane_of("scripted", replies=path)
    sample = draw(lane, Planned(coffee, 0, 0))
    assert sample.outcome == "in_review" and sample.note.title == scripted.NOTE["titles"][0]
    assert sample.author == "model:scripted" and sample.usage.calls == 4 and sample.latency is None
    anybody = draw(lane, Planned(coffee.model_copy(update={"id": "anybody"}), 0, 0))
    assert anybody.note.title == "别的标题，忘在桶里的伞"


@pytest.mark.parametrize(("text", "told"), [("[", "Expecting value"), ("[]", "items"), (None, "No such file")])
def test_replies_that_cannot_be_read_are_told(tmp_path, text, told):
    path = tmp_path / "replies.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(EvalError, match=told):
        lane_of("scripted", replies=path)


def test_one_cassette_is_open_at_a_time():
    assert lane_of("replay").at_once == recording_lane().at_once == 1


def test_one_module_alone_knows_the_runner_library():
    evals = Path(__file__).parents[3] / "evals"
    assert [path.name for path in evals.rglob("*.py") if "pydantic_evals" in path.read_text(encoding="utf-8")] == [
        "datasets.py"
    ]


def test_a_lane_says_what_it_lacks(monkeypatch):
    monkeypatch.delenv("KOSNOTE_MODEL", raising=False)
    with pytest.raises(EvalError, match="live 要有一个模型"):
        lane_of("live")
    with pytest.raises(EvalError, match="scripted"):
        lane_of("scripted")


def test_a_task_that_fails_is_handed_over_with_its_words_and_stops_nobody(case):
    planned, kept, failed = plan([case], k=3), [], []

    async def task(one):
        if one.repeat == 1:
            raise RuntimeError("broken")
        return None if one.repeat == 2 else lane_of("offline").failed(one, "")

    asyncio.run(
        run_planned(
            planned, task, at_once=2, on_sample=kept.append, on_failure=lambda one, error: failed.append((one, error))
        )
    )
    assert [sample.repeat for sample in kept] == [0]
    assert failed == [(planned[1], "RuntimeError: broken")]


def test_what_keeping_a_sample_raises_ends_the_run(case):
    def full(sample):
        raise OSError("disk full")

    async def task(one):
        return lane_of("offline").failed(one, "")

    with pytest.raises(OSError, match="disk full"):
        asyncio.run(run_planned(plan([case], k=1), task, at_once=1, on_sample=full, on_failure=lambda one, error: None))


@pytest.fixture
def recorded(endpoint, monkeypatch, tmp_path):
    """An endpoint that replies well, and a place of its own for what is recorded."""
    endpoint.script = dict(scripted.GOOD)
    for name, value in endpoint.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cassettes, "CASSETTES", tmp_path / "cases")
    monkeypatch.setattr(cassette_hygiene, "LIST", tmp_path / "recorded.yaml")
    return endpoint


@pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
def test_what_was_recorded_is_drawn_again_without_an_endpoint(coffee, recorded, monkeypatch, tmp_path):
    planned, lane = Planned(coffee, 0, 0), recording_lane()
    live = draw(lane, planned)
    add_recorded(["coffee"], lane.settings(tmp_path))
    recorded.close()
    for name in recorded.env:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KOSNOTE_TEMPERATURE", "1.5")
    monkeypatch.setenv("KOSNOTE_MODEL", "another")
    replayed = draw(lane_of("replay"), planned)
    assert live.latency > 0 and replayed.latency is None and replayed.cassette == "coffee.yaml"
    kept = {"lane": "replay", "latency": None}
    assert live.model_copy(update=kept) == replayed
    assert cassette_hygiene.problems(
        cassette_hygiene.load_recorded(tmp_path / "recorded.yaml"), folder=tmp_path / "cases"
    ) == []  # fmt: skip


@pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
def test_a_changed_brief_finds_no_answer_and_a_failed_recording_leaves_no_cassette(coffee, recorded, tmp_path):
    lane = recording_lane()
    draw(lane, Planned(coffee, 0, 0))
    add_recorded(["coffee"], lane.settings(tmp_path))
    changed = coffee.model_copy(update={"brief": coffee.brief.model_copy(update={"keyword": "咖啡"})})
    with pytest.raises(cassettes.CassetteError, match="coffee: "):
        draw(lane_of("replay"), Planned(changed, 0, 0))
    recorded.script = {"*": [Step(status=500)]}
    with pytest.raises(ProviderError):
        draw(lane, Planned(coffee, 0, 0))
    assert not (tmp_path / "cases" / "coffee.yaml").exists()


@pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
def test_live_asks_the_endpoint_of_the_environment_and_measures_latency(coffee, recorded):
    lane = lane_of("live")
    sample = draw(lane, Planned(coffee, 0, 0))
    assert sample.author == "model:test-model" and sample.latency > 0 and sample.usage.calls == 4
    assert lane.at_once == 8


def test_the_list_of_recorded_cases_grows_and_keeps_its_settings(monkeypatch, tmp_path):
    monkeypatch.setattr(cassette_hygiene, "LIST", tmp_path / "list" / "recorded.yaml")
    assert settings_as_recorded() == {}
    add_recorded(["b"], Settings.model_construct(model="big", structured="prompt"))
    add_recorded(["a", "b"], Settings.model_construct(model="small", structured="json_schema"))
    held = cassette_hygiene.load_recorded(cassette_hygiene.LIST)
    assert held.cases == ("a", "b") and held.models == ("big",)
    assert settings_as_recorded() == {"author": "model", "model": "big", "structured": "prompt"}
