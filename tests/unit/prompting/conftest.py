"""A bank's folder of prompts to write into; nothing in these tests depends on the wording of a shipped prompt."""

import itertools

import pytest

from agent.errors import ConfigurationError
from agent.prompting import load_prompts

HEAD = """---
name: greet_reader
version: {version}
description: Greet.
role: writer
output: Greeting
inputs:
{inputs}
since: 2026-11-27
---
"""
TOPIC = "  topic: {type: str, description: what staff asked for, untrusted: true}"
BODY = '{% block user %}\n{{ topic | fence("话题") }}\n{% endblock %}\n'


@pytest.fixture
def bank(tmp_path):
    """Return a writer of files in a bank's prompts folder, and that folder as `bank.root`."""

    def write(name, text, encoding="utf-8"):
        path = write.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(encoding))
        return path

    write.root = tmp_path / "prompts"
    return write


@pytest.fixture
def written():
    """Return the text of a prompt file."""
    return lambda version=1, body=BODY: HEAD.format(version=version, inputs=TOPIC) + body


@pytest.fixture
def prompt(bank, tmp_path):
    """Write one prompt and load it, in a folder of its own each time."""
    numbers = itertools.count(1)

    def load(body=BODY, inputs=TOPIC, **partials):
        bank.root = tmp_path / f"prompts{next(numbers)}"
        bank("greet_reader/v1.md.j2", HEAD.format(inputs=inputs, version=1) + body)
        for name, text in partials.items():
            bank(f"_shared/{name}.v1.md.j2", text)
        return load_prompts(bank.root).find("greet_reader")

    return load


@pytest.fixture
def refused(prompt):
    """Write one prompt that cannot be loaded and return the error."""

    def load(*arguments, **options):
        with pytest.raises(ConfigurationError) as caught:
            prompt(*arguments, **options)
        assert caught.value.hint
        assert caught.value.parameters["file"].endswith(".j2")
        return caught.value

    return load
