"""The lock: a published text that changed, appeared or went is told with its file and what to do."""

import pytest

from agent.errors import ConfigurationError, StorageError
from agent.prompting import load_prompts
from agent.prompting.lock import LOCK, check_lock, write_lock

BODY = '{% block user %}{% include "_shared/part.v1.md.j2" %}{% endblock %}'


@pytest.fixture
def locked(prompt, bank):
    """Lock a prompt whose text is `part`; return its lock."""
    prompt(BODY, part="一句话")
    path = write_lock(load_prompts(bank.root), bank.root)
    return path.read_bytes()


def checked(bank):
    return check_lock(load_prompts(bank.root), bank.root)


def test_what_did_not_change_is_quiet(locked, prompt, bank):
    assert checked(bank) == ()
    prompt(BODY, part="一句话")
    bank(LOCK, locked.decode())
    assert checked(bank) == ()


@pytest.mark.parametrize(("body", "part"), [(BODY, "两句话"), (BODY + "\n", "一句话")])
def test_a_changed_file_or_include_names_the_file_and_the_remedy(locked, prompt, bank, body, part):
    prompt(body, part=part)
    bank(LOCK, locked.decode())
    (problem,) = checked(bank)
    assert "greet_reader@1" in problem.message and "greet_reader/v1.md.j2" in problem.message
    assert "新版本" in problem.hint and "agent prompts lock --write" in problem.hint


def test_a_version_not_locked_and_one_that_went_are_told(locked, bank, prompt):
    prompt()
    bank(LOCK, locked.decode().replace("greet_reader@1", "greet_reader@7"))
    missing, extra = checked(bank)
    assert "greet_reader@1 不在" in missing.message and "greet_reader@7 已没有文件" in extra.message


def test_the_lock_of_a_bank_holds_its_own_prompts_alone(locked):
    assert [line.split(b":")[0] for line in locked.splitlines()[1:]] == [b"greet_reader@1"]


@pytest.mark.parametrize("text", ["- greet_reader@1\n", "greet_reader@1: [a]\n", "只有一句话\n"])
def test_a_lock_of_another_shape_is_an_error_with_its_place(prompt, bank, text):
    prompt()
    bank(LOCK, text)
    with pytest.raises(ConfigurationError) as caught:
        checked(bank)
    assert caught.value.code == "prompt_lock_wrong" and "lock.yaml 第 1 行" in caught.value.message


def test_a_lock_that_cannot_be_written_is_told(prompt, bank):
    prompt()
    (bank.root / LOCK).mkdir()
    with pytest.raises(StorageError) as caught:
        write_lock(load_prompts(bank.root), bank.root)
    assert LOCK in caught.value.message and caught.value.hint
