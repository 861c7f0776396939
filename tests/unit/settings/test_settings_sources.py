"""Where a setting may come from, who wins, and what a wrong one is told."""

import os

import pytest

from agent.errors import ConfigurationError
from agent.settings import load_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Run in an empty folder with none of our variables set, and put the environment back."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.upper().startswith(("KOSNOTE_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_")):
            monkeypatch.delenv(name)
    before = dict(os.environ)
    yield tmp_path
    for name in set(os.environ) - set(before):
        del os.environ[name]


@pytest.fixture
def toml(tmp_path):
    return lambda text: (tmp_path / "kosnote.toml").write_text(text, encoding="utf-8")


def test_argument_beats_environment_beats_file_beats_default(toml, monkeypatch):
    assert load_settings().rounds == 3
    toml("rounds = 4\n")
    assert load_settings().rounds == 4
    monkeypatch.setenv("KOSNOTE_ROUNDS", "5")
    assert load_settings().rounds == 5
    assert load_settings(rounds=6).rounds == 6


def test_the_folder_one_works_in_beats_the_workspace(toml, tmp_path):
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "kosnote.toml").write_text("rounds = 7\nreview = false\n", encoding="utf-8")
    toml("rounds = 2\n")
    settings = load_settings(workspace=bank)
    assert (settings.rounds, settings.review) == (2, False)


def test_a_workspace_keeps_its_records_unless_a_home_is_named(tmp_path):
    assert load_settings(workspace=tmp_path).home == tmp_path / ".kosnote"
    assert load_settings(workspace=tmp_path, home=tmp_path / "elsewhere").home == tmp_path / "elsewhere"


def test_only_prefixed_and_openai_variables_are_read(monkeypatch):
    monkeypatch.setenv("API_KEY", "sk-of-another-program")
    monkeypatch.setenv("BASE_URL", "https://other.example")
    settings = load_settings()
    assert settings.api_key.get_secret_value() == "" and settings.base_url == ""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ours")
    assert load_settings().api_key.get_secret_value() == "sk-ours"


def test_a_key_is_never_shown(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-1")
    settings = load_settings()
    assert "sk-secret-1" not in repr(settings) and "sk-secret-1" not in settings.model_dump_json()
    with pytest.raises(ConfigurationError) as caught:
        load_settings(api_key=["sk-secret-2"])
    assert "sk-secret-2" not in caught.value.message


def test_a_key_in_a_file_is_refused(toml):
    toml('api_key = "sk-in-a-file"\n')
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert caught.value.code == "settings_secret_in_file" and "sk-in-a-file" not in caught.value.message


@pytest.mark.parametrize("value", ["11", "-1", "many"])
def test_a_wrong_value_is_named_with_its_setting(monkeypatch, value):
    monkeypatch.setenv("KOSNOTE_ROUNDS", value)
    with pytest.raises(ConfigurationError, match="rounds") as caught:
        load_settings()
    assert value in caught.value.message and "KOSNOTE_" in caught.value.hint


def test_an_empty_variable_is_no_value(monkeypatch):
    monkeypatch.setenv("KOSNOTE_ROUNDS", "")
    assert load_settings().rounds == 3


def test_an_unknown_setting_in_the_file_lists_the_known_ones(toml):
    toml("round = 4\n")
    with pytest.raises(ConfigurationError, match="round") as caught:
        load_settings()
    assert "rounds" in caught.value.hint


@pytest.mark.parametrize("content", [b"rounds = \n", "review = “是”\n".encode("gb18030")])
def test_a_broken_file_is_named(tmp_path, content):
    (tmp_path / "kosnote.toml").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"kosnote\.toml"):
        load_settings()


def test_tracing_to_outside_is_off_unless_turned_on(monkeypatch):
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    load_settings()
    assert os.environ["LANGSMITH_TRACING"] == "false"
    assert os.environ["FASTAPI_OTEL_AUTO_CONFIGURE"] == "false"
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    load_settings(tracing=True)
    assert os.environ["LANGSMITH_TRACING"] == "true"


@pytest.mark.parametrize("tracing", [True, False])
def test_checkpoints_are_read_strictly_whatever_tracing_is(tracing):
    load_settings(tracing=tracing)
    assert os.environ["LANGGRAPH_STRICT_MSGPACK"] == "true"


class TestModels:
    def test_a_role_without_a_model_of_its_own_uses_the_writers(self, monkeypatch):
        monkeypatch.setenv("KOSNOTE_MODEL", "writer-1")
        monkeypatch.setenv("KOSNOTE_CRITIC_MODEL", "critic-1")
        settings = load_settings()
        assert [settings.model_of(role) for role in ("writer", "critic", "judge")] == [
            "writer-1", "critic-1", "writer-1"
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("given", "writes"),
        [
            ({}, False),
            ({"model": "m", "api_key": "sk-1"}, True),
            ({"model": "m", "base_url": "http://127.0.0.1:8000/v1"}, True),
            ({"model": "m", "api_key": "sk-1", "author": "offline"}, False),
        ],
    )
    def test_a_model_writes_when_one_is_named_unless_told_otherwise(self, given, writes):
        assert load_settings(**given).writes_with_model is writes

    @pytest.mark.parametrize(
        ("given", "code", "remedy"),
        [
            ({"author": "model"}, "author_model_missing", "KOSNOTE_MODEL"),
            ({"author": "model", "model": "m"}, "author_endpoint_missing", "OPENAI_API_KEY"),
        ],
    )
    def test_a_model_that_should_write_and_cannot_is_told_with_a_remedy(self, given, code, remedy):
        with pytest.raises(ConfigurationError) as caught:
            _ = load_settings(**given).writes_with_model
        assert caught.value.code == code and remedy in caught.value.hint

    def test_prices_come_from_the_file_per_million_tokens(self, toml):
        toml('[prices."qwen-plus"]\ninput = 2.0\noutput = 8.0\n')
        assert load_settings().prices["qwen-plus"].of(1_000_000, 500_000) == 6.0

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("STRUCTURED", "xml"),
            ("TEMPERATURE", "3"),
            ("TIMEOUT", "0"),
            ("MAX_RETRIES", "-1"),
            ("CONCURRENCY", "0"),
            ("REQUESTS_PER_MINUTE", "-5"),
            ("BUDGET_TOKENS", "0"),
            ("BUDGET_COST", "-1"),
            ("BATCH_TOKENS", "many"),
            ("BATCH_COST", "0"),
            ("AUTHOR", "gpt"),
            ("BASE_URL", "api.deepseek.com"),
            ("BASE_URL", "http://[::1/v1"),
        ],
    )
    def test_a_wrong_one_is_refused_by_name(self, monkeypatch, name, value):
        monkeypatch.setenv(f"KOSNOTE_{name}", value)
        with pytest.raises(ConfigurationError) as caught:
            load_settings()
        assert name in caught.value.message.upper() and value in caught.value.message

    def test_a_password_in_a_wrong_address_is_not_repeated(self, monkeypatch):
        monkeypatch.setenv("OPENAI_BASE_URL", "user:pass-word@127.0.0.1/v1")
        with pytest.raises(ConfigurationError) as caught:
            load_settings()
        assert "pass-word" not in caught.value.message

    @pytest.mark.parametrize("key", ["你的密钥", "sk-one sk-two", "sk-a\nb"])
    def test_a_key_no_header_can_carry_is_refused_unseen(self, monkeypatch, key):
        monkeypatch.setenv("OPENAI_API_KEY", key)
        with pytest.raises(ConfigurationError, match="密钥") as caught:
            load_settings()
        assert key not in caught.value.message
        assert "Value error" not in caught.value.message

    def test_blanks_around_a_key_or_an_address_do_no_harm(self, monkeypatch):
        monkeypatch.setenv("OPENAI_API_KEY", " sk-1\n")
        monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1/v1 \n")
        settings = load_settings()
        assert settings.api_key.get_secret_value() == "sk-1" and settings.base_url == "http://127.0.0.1/v1"


def test_evidence_is_kept_for_no_longer_than_a_date_can_tell():
    assert load_settings(evidence_days=36_500).evidence_days == 36_500
    with pytest.raises(ConfigurationError) as caught:
        load_settings(evidence_days=36_501)
    assert caught.value.code == "setting_wrong" and "evidence_days" in caught.value.message
