"""Cassettes answer exactly what was asked when they were recorded, and nothing else."""

import asyncio

import pytest
import yaml

from agent.llm.openai_compatible import open_models
from agent.models import Message
from agent.settings import load_settings
from evals.cassettes import CassetteError, use_cassette

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])


@pytest.fixture
def settings(endpoint, monkeypatch, tmp_path):
    endpoint.script["*"] = ["手冲😀很香\n第二行"]
    for name, value in endpoint.env.items():
        monkeypatch.setenv(name, value)
    return load_settings(home=tmp_path)


def ask(settings, *texts):
    async def once():
        async with open_models(settings) as models:
            return [(await models["writer"].complete((Message(role="user", content=text),))).text for text in texts]

    return asyncio.run(once())


@pytest.fixture
def recorded(settings, endpoint, tmp_path):
    path = tmp_path / "case-one.yaml"
    with use_cassette(path, "record"):
        assert ask(settings, "说说咖啡", "再说一遍") == ["手冲😀很香\n第二行"] * 2
    endpoint.close()
    return path


def test_a_cassette_answers_without_the_endpoint(recorded, settings):
    with use_cassette(recorded):
        assert ask(settings, "说说咖啡", "再说一遍") == ["手冲😀很香\n第二行"] * 2


def test_a_changed_prompt_finds_no_answer_and_is_named(recorded, settings):
    told = r"case-one: .*first difference: -说说咖啡 \+说说茶"
    with pytest.raises(CassetteError, match=told), use_cassette(recorded):
        ask(settings, "说说茶")


def test_an_answer_nobody_asked_for_fails(recorded, settings):
    with pytest.raises(CassetteError, match="1 recorded answers were not asked for"), use_cassette(recorded):
        ask(settings, "说说咖啡")


def test_a_missing_cassette_says_how_to_record_it(tmp_path):
    with pytest.raises(CassetteError, match="evals record --case nowhere"), use_cassette(tmp_path / "nowhere.yaml"):
        pass


def test_two_cassettes_are_never_open_at_once(recorded, settings):
    with use_cassette(recorded):
        with pytest.raises(CassetteError, match="another cassette is open"), use_cassette(recorded):
            pass
        ask(settings, "说说咖啡", "再说一遍")


def test_a_cassette_keeps_chinese_readable_and_no_header_that_could_hold_a_secret(recorded, settings):
    text = recorded.read_text(encoding="utf-8")
    assert "手冲" in text and "说说咖啡" in text
    assert "sk-secret-key" not in text and "127.0.0.1" not in text
    held = yaml.safe_load(text)["interactions"][0]
    assert {name.lower() for name in held["request"]["headers"]} == {"content-type"}
    assert {name.lower() for name in held["response"]["headers"]} <= {"content-type", "date"}


def test_an_error_is_not_recorded(settings, endpoint, tmp_path):
    from endpoints import Step

    endpoint.script["*"] = [Step(status=429, headers={"retry-after": "0"}), "好了"]
    path = tmp_path / "faulty.yaml"
    with use_cassette(path, "record"):
        assert ask(settings, "说说咖啡") == ["好了"]
    assert [one["response"]["status"]["code"] for one in yaml.safe_load(path.read_text())["interactions"]] == [200]
