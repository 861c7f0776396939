"""`agent check --advise`: a configured model writes to the author; verdict and exit code stay the rules'."""

import json

import pytest
from endpoints import Step

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
REPLY = {
    "opening": "早市写得活，先不要发。", "product": "fund", "misread": [], "keep": [], "ask": "",
    "points": [
        {"quote": "这款基金保本，稳赚不赔。", "rule": "RET-01", "why": "跌了谁也赔不了", "deed": False, "grave": 3},
    ],
}  # fmt: skip
BAD = "今早买了豆浆。\n这款基金保本，稳赚不赔。"


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text(BAD, encoding="utf-8")
    return path


@pytest.fixture
def served(endpoint, monkeypatch):
    for name, value in endpoint.env.items():
        monkeypatch.setenv(name, value)
    endpoint.script["*"] = [REPLY]
    return endpoint


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    for name in ("KOSNOTE_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY", "KOSNOTE_AUTHOR"):
        monkeypatch.delenv(name, raising=False)


def test_the_model_writes_the_letter_and_the_rules_decide(agent, note, no_model, served):
    code, out, _ = agent("check", note, "--advise", "--as-of", "2026-11-28")
    assert code == 1 and "早市写得活" in out and "跌了谁也赔不了" in out and len(served.requests) == 1
    assert agent("check", note, "--as-of", "2026-11-28")[0] == code and len(served.requests) == 1


def test_a_note_without_findings_is_not_sent(agent, tmp_path, no_model, served):
    path = tmp_path / "life.txt"
    path.write_text("今早买了豆浆，凉了一半。", encoding="utf-8")
    code, out, _ = agent("check", path, "--advise", "--as-of", "2026-11-28")
    assert code == 0 and "未见问题" in out and not served.requests


@pytest.mark.parametrize("step", ["不会", Step(status=500), Step(status=401)])
def test_a_model_that_fails_leaves_the_programs_own_text_with_the_reason(agent, note, no_model, served, step):
    served.script["*"] = [step]
    code, out, err = agent("check", note, "--advise", "--as-of", "2026-11-28")
    assert code == 1 and "RET-01" in out and "早市写得活" not in out
    assert "这封信没有由模型写" in err


def test_without_a_model_it_says_how_to_configure_one(agent, note):
    code, out, err = agent("check", note, "--advise")
    assert code == 2 and not out
    assert all(name in err for name in ("KOSNOTE_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY"))


@pytest.mark.parametrize("others", [["--format", "json"], ["--fix"], ["--diff"]])
def test_it_is_for_a_text_that_is_not_being_changed(agent, note, others):
    code, out, err = agent("check", note, "--advise", *others)
    assert code == 2 and not out and "--advise" in err


def test_json_is_the_same_with_and_without_a_model(agent, note, no_model, served):
    first = json.loads(agent("check", note, "--format", "json", "--as-of", "2026-11-28")[1])
    assert first[0]["verdict"] == "block" and not served.requests
