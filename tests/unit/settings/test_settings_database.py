"""The database address: one form that every driver reads the same, and a password that is never told."""

import pytest

from agent.errors import ConfigurationError
from agent.settings import load_settings

GOOD = [
    "postgresql://kos:geheim@db.bank:5432/kosnote",
    "postgresql+psycopg://kos:a%40b%3A@10.0.0.1/kosnote?sslmode=require",
    "postgresql://kos:a:b@h/kosnote",
    "postgresql:///kosnote?host=/var/run/postgresql",
]
WRONG = {
    "another database": "mysql://kos:geheim@h/db",
    "sqlite, which needs no address": "sqlite:///geheim.db",
    "a driver that is not used": "postgresql+asyncpg://kos:geheim@h/db",
    "no scheme": "kos:geheim@h/db",
    "no name of a database": "postgresql://kos:geheim@h",
    "a password with a raw @": "postgresql://kos:geheim@x@h/db",
    "a password with a raw slash": "postgresql://kos:geheim/x@h/db",
    "a password of digits and a raw slash": "postgresql://kos:12/geheim@h/db",
    "a password with a raw #": "postgresql://kos:geheim#x@h/db",
    "a password with a raw ?": "postgresql://kos:geheim?x@h/db",
    "a password with a raw %": "postgresql://kos:geheim%x@h/db",
    "a port that is no number": "postgresql://kos:geheim@h:geheim/db",
}


@pytest.mark.parametrize("url", GOOD)
def test_it_comes_from_the_environment_for_record_and_checkpoints(monkeypatch, url):
    monkeypatch.setenv("KOSNOTE_DATABASE", url)
    settings = load_settings()
    assert settings.record_target == settings.checkpoint_target == url and "geheim" not in repr(settings)


def test_without_one_both_are_files_under_home(monkeypatch, tmp_path):
    monkeypatch.setenv("KOSNOTE_DATABASE", "")
    settings = load_settings(home=tmp_path)
    assert (settings.record_target, settings.checkpoint_target) == (tmp_path / "record.db", tmp_path / "checkpoints.db")


@pytest.mark.parametrize("what", WRONG)
def test_another_form_is_refused_with_the_remedy_and_without_the_password(monkeypatch, what):
    monkeypatch.setenv("KOSNOTE_DATABASE", WRONG[what])
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert caught.value.code == "database_address_wrong" and caught.value.exit_code == 2
    assert "postgresql://" in caught.value.hint and "%40" in caught.value.hint
    assert "geheim" not in str(caught.value) + caught.value.hint


def test_no_file_may_hold_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kosnote.toml").write_text('database = "postgresql://u:geheim@h/db"', "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert caught.value.code == "settings_secret_in_file" and "geheim" not in str(caught.value)
