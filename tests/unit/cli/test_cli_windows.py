"""PostgreSQL's driver cannot use the event loop that Windows takes by default."""

import asyncio
import sys

import pytest

from agent.cli.main import run


class Selector:
    """Stand in for a policy that other systems do not have."""


@pytest.mark.parametrize(
    ("platform", "database", "taken"),
    [
        ("win32", "postgresql://u:p@h/db", [Selector]),
        ("win32", "", []),
        ("linux", "postgresql://u:p@h/db", []),
    ],
)
def test_the_loop_suits_the_driver_where_the_default_does_not(monkeypatch, capsys, platform, database, taken):
    policies = []
    monkeypatch.setattr(asyncio, "WindowsSelectorEventLoopPolicy", Selector, raising=False)
    monkeypatch.setattr(asyncio, "set_event_loop_policy", lambda policy: policies.append(type(policy)))
    monkeypatch.setattr(sys, "argv", ["agent", "rules", "--help"])
    monkeypatch.setenv("KOSNOTE_DATABASE", database)
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(SystemExit):
        run()
    assert policies == taken and capsys.readouterr().out
