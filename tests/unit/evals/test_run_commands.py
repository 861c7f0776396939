"""`run`, `record` and `score` as they are typed."""

import pytest
import scripted
import yaml
from endpoints import Step
from typer.testing import CliRunner
from written_cases import CASE, write_case

from agent.workspace import load_workspace
from evals import cassette_hygiene, cassettes
from evals.cli import app

COFFEE = {
    "topic": "下班绕路喝一杯手冲", "note_type": "benefit", "persona": "aning", "facts": [scripted.FACT],
    "keyword": "手冲咖啡", "as_of": "2026-11-24",
}  # fmt: skip


@pytest.fixture
def root(tmp_path):
    """One case that the scripted replies fit, with every hard check in it."""
    told = load_workspace(None).material_set("aning-coffee").items
    case = {
        **yaml.load(CASE, Loader=yaml.BaseLoader),
        "brief": COFFEE,
        "material": [{"kind": item.kind, "text": item.text} for item in told],
        "expect": {"outcome": "pass", "must_say": ["手冲"], "must_not_say": ["稳赚"], "disclosures": ["每户每月限3次"],
                   "must_facts": [{"fact": scripted.FACT, "any_of": ["满30元减5元"]}]},
    }  # fmt: skip
    write_case(tmp_path / "cases", yaml.safe_dump(case, allow_unicode=True))
    return tmp_path / "cases"


@pytest.fixture
def model(endpoint, monkeypatch, tmp_path):
    endpoint.script = dict(scripted.GOOD)
    for name, value in endpoint.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cassettes, "CASSETTES", tmp_path / "tapes")
    monkeypatch.setattr(cassette_hygiene, "LIST", tmp_path / "recorded.yaml")
    return endpoint


def typed(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_run_prints_its_table_and_is_scored_again_to_the_same(root, tmp_path):
    done = typed("run", "--root", root, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert "结局符合预期" in done.stdout and "jiangbian-run #0" in done.stderr
    before = (tmp_path / "run" / "summary.json").read_bytes()
    assert typed("score", tmp_path / "run", "--root", root).stdout == done.stdout
    assert (tmp_path / "run" / "summary.json").read_bytes() == before


@pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
def test_what_is_recorded_is_listed_and_replays_without_the_endpoint(root, model, monkeypatch, tmp_path):
    done = typed("record", "--root", root, "--out", tmp_path / "live")
    assert done.exit_code == 0, done.output
    assert cassette_hygiene.load_recorded(cassette_hygiene.LIST).cases == ("jiangbian-run",)
    model.close()
    monkeypatch.delenv("KOSNOTE_MODEL")
    done = typed("run", "--lane", "replay", "--root", root, "--out", tmp_path / "replay")
    assert done.exit_code == 0, done.output
    assert "in_review" in done.stderr


@pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
def test_an_endpoint_that_is_gone_makes_the_run_invalid_and_lists_nothing(root, model, tmp_path):
    model.script = {"*": [Step(status=401)]}
    done = typed("record", "--root", root, "--out", tmp_path / "live")
    assert done.exit_code == 2 and not cassette_hygiene.LIST.exists()
    assert "jiangbian-run #0 出错" in done.stderr


@pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
def test_live_repeats_every_case_and_tells_the_judge(root, model, tmp_path):
    done = typed("run", "--live", "--k", "2", "--root", root, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert "k:2" in done.stdout and "judge:test-model@" in done.stdout


@pytest.mark.parametrize("wrong", [("--lane", "nowhere"), ("--split", "both"), ("--k", "0")])
def test_a_choice_that_does_not_exist_is_refused(wrong, tmp_path):
    assert typed("run", "--out", tmp_path / "run", *wrong).exit_code == 2
    assert not (tmp_path / "run").exists()
