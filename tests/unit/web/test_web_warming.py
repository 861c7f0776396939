"""The first person waits for nothing that could be done before: the server warms up, and only then says it is there."""

from dataclasses import replace
from datetime import date

import pytest
from visiting import pages_anew

from agent.errors import ConfigurationError
from agent.settings import Settings
from agent.web import serving
from agent.web.warming import warm
from agent.workspace import load_workspace


def test_a_server_warms_up_before_it_takes_anybody_in(tmp_path, monkeypatch):
    happened = []
    monkeypatch.setattr(serving, "warm", lambda workspace, *, today: happened.append("warm"))
    monkeypatch.setattr(serving.garbage, "settle", lambda: happened.append("settle"))
    monkeypatch.setattr(serving._Server, "run", lambda server, sockets: happened.append("run") or sockets[0].close())
    monkeypatch.setattr(serving, "set_up_logs", lambda settings: None)
    settings = Settings(home=tmp_path, author="offline", web={"port": 0})
    with pages_anew():
        serving.serve(load_workspace(None), settings, say=happened.append)
    assert happened == ["warm", "settle", "run"]


def test_warming_up_names_a_rule_that_cannot_be_read(tmp_path):
    pack = tmp_path / "guardrails" / "ours"
    pack.mkdir(parents=True)
    (pack / "OUR-01.yaml").write_text("id: OUR-01\nseverity: loud\n", encoding="utf-8")
    bank = load_workspace(None)
    with pytest.raises(ConfigurationError, match=r"OUR-01\.yaml"):
        warm(replace(bank, root=tmp_path), today=date(2026, 11, 24))
