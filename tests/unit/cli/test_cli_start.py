"""A start builds what was asked for, and looks for no garbage that is not there."""

import atexit
import gc
import os
import sys

import pytest
from typer.main import get_command

from agent import garbage
from agent.cli import main


def names():
    return [*(one.name for one in main.app.registered_commands), *(one.name for one in main.app.registered_groups)]


def test_only_the_command_that_is_asked_for_is_built():
    every, whole = names(), get_command(main.app)
    assert len(every) > 20
    for name in every:
        narrow = get_command(main._asked_for([name]))
        assert list(narrow.commands) == [name]
        assert [option.name for option in narrow.commands[name].params] == [p.name for p in whole.commands[name].params]
    assert names() == every


@pytest.mark.parametrize("words", [[], ["--help"], ["chekc"]])
def test_whoever_names_no_command_is_shown_all_of_them(words):
    assert main._asked_for(words) is main.app


def test_a_start_leaves_collecting_and_threads_for_later(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["agent", "facts", "--help"])
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "")  # so that it is put back
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    at_exit = []
    monkeypatch.setattr(atexit, "register", at_exit.append)
    before = gc.get_threshold()
    try:
        with pytest.raises(SystemExit):
            main.run()
        assert gc.get_threshold()[0] >= 200_000 and os.environ["OPENBLAS_NUM_THREADS"] == "1"
        assert gc.freeze in at_exit
    finally:
        gc.set_threshold(*before)
    assert capsys.readouterr().out


def test_what_goes_on_for_long_looks_for_garbage_again(monkeypatch):
    monkeypatch.setattr(atexit, "register", lambda _: None)
    monkeypatch.setattr(garbage, "_USUAL", (701, 11, 12))
    before = gc.get_threshold()
    try:
        garbage.hurry()
        assert gc.get_threshold() != (701, 11, 12)
        garbage.settle()
        assert gc.get_threshold() == (701, 11, 12) and gc.get_freeze_count() > 0
    finally:
        gc.set_threshold(*before)
