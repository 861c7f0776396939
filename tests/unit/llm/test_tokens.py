"""A count never fails, never reaches for the network, and is exact where a vocabulary lies on disk."""

import pytest
import tiktoken
from tiktoken import load

from agent.llm.tokens import PER_MESSAGE, count_messages, counter_for, estimate
from agent.models import Message


@pytest.fixture(autouse=True)
def no_vocabulary(tmp_path, monkeypatch):
    """Look for vocabularies in an empty folder, and forget what was found before."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("tiktoken.registry.ENCODINGS", {})
    counter_for.cache_clear()
    yield
    counter_for.cache_clear()


@pytest.fixture
def vocabulary(monkeypatch):
    """A vocabulary of single bytes, for every model."""
    encoding = tiktoken.Encoding(
        "bytes",
        pat_str=r"[\s\S]",
        mergeable_ranks={bytes([n]): n for n in range(256)},
        special_tokens={"<|end|>": 256},
    )
    monkeypatch.setattr(tiktoken, "encoding_for_model", lambda model: encoding)


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("abcd", 1), ("abcde", 2), ("下雨天", 3), ("喝 coffee", 3), ("，。", 2)]
)
def test_an_estimate_takes_a_token_a_character_in_chinese_and_four_characters_otherwise(text, tokens):
    assert estimate(text) == tokens


@pytest.mark.parametrize("model", ["gpt-4o", "qwen-plus", ""])
def test_without_a_vocabulary_the_estimate_serves_and_nothing_is_fetched(model, monkeypatch):
    fetched = []
    monkeypatch.setattr(load, "read_file", lambda address: fetched.append(address) or b"")
    assert counter_for(model)("下雨天") == 3
    assert fetched == []


def test_tiktoken_can_still_fetch_for_others_afterwards(monkeypatch):
    def fetch(address):
        raise OSError

    monkeypatch.setattr(load, "read_file", fetch)
    counter_for("gpt-4o")
    assert load.read_file is fetch


def test_a_vocabulary_on_disk_counts_exactly(vocabulary):
    assert counter_for("gpt-4o")("雨ab") == 5


def test_a_control_word_in_a_text_is_counted_as_text(vocabulary):
    assert counter_for("gpt-4o")("<|end|>") == 7


def test_a_message_costs_a_little_beside_its_text():
    messages = [Message(role="system", content="下雨"), Message(role="user", content="天")]
    assert count_messages(messages, estimate) == 3 + 2 * PER_MESSAGE
