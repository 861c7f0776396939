"""`agent backup | restore` as somebody types them."""

import pytest


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KOSNOTE_AUTHOR", "offline")
    monkeypatch.chdir(tmp_path)
    return lambda name: monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path / name))


def test_a_drafted_note_is_backed_up_and_put_back_elsewhere(agent, home):
    home("first")
    assert agent("draft", "--topic", "周末带爸妈去植物园", "--type", "education")[0] == 0
    listed = agent("runs")[1]
    code, out, err = agent("backup", "a.zip")
    assert code == 0 and "1 次运行" in out and "加密" in err
    assert agent("backup", "a.zip")[0] == 2
    home("second")
    code, out, err = agent("restore", "a.zip")
    assert code == 0 and "审计链与备份时一致" in out and "agent forget" in err
    assert agent("runs")[1] == listed and agent("audit", "verify")[0] == 0
    code, out, err = agent("restore", "a.zip")
    assert code == 2 and out == "" and "--force" in err
    assert agent("restore", "a.zip", "--force")[0] == 0
