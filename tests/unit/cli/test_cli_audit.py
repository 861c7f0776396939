"""`agent audit verify --head`: a hash from elsewhere, as people copy it."""


def test_a_head_counts_with_and_without_its_prefix(agent, monkeypatch, tmp_path):
    monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path))
    code, _, told = agent("draft", "--topic", "周末带爸妈去植物园", "--quiet")
    assert code == 0, told
    head = agent("audit", "head")[1].strip()
    assert agent("audit", "verify", "--head", head)[0] == 0
    assert agent("audit", "verify", "--head", head.removeprefix("sha256:"))[0] == 0
    assert agent("audit", "verify", "--head", "0" * 64)[0] == 1
