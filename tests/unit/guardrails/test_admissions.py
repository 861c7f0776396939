"""A rule that judges a record, a number or sameness also hears what the note tells of the breach (`own_words`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.cli.explaining import _sought
from agent.errors import ConfigurationError
from agent.guardrails import loader, packcache
from agent.guardrails.engine import check
from agent.guardrails.loader import load_packs, read_rule
from agent.guardrails.packs import Packs
from agent.models import AccountType, NoteInput, Report, Stage
from agent.paths import data_root

LENT = "这个员工号借给代运营工作室发了，理财笔记都是他们写的，密码也给了。"
RENAMED = "新号来啦，我是“阿紫基金研究所”，没有认证，凭兴趣更新。"


@pytest.fixture(scope="module")
def packs() -> Packs:
    return load_packs(examples=False)


def report_on(body: str, packs: Packs, stage: Stage = "note", account_type: AccountType | None = None) -> Report:
    return check(NoteInput(body=body, account_type=account_type), packs=packs, stage=stage, likeness=False)


def told(report: Report) -> set[str]:
    return {finding.rule for finding in report.open()}


def test_what_the_note_tells_counts_before_there_is_a_record(packs: Packs) -> None:
    report = report_on(LENT, packs)
    (finding,) = [finding for finding in report.open() if finding.rule == "XHS-07"]
    assert finding.severity == "block"
    assert finding.text in LENT
    assert finding.message.startswith("正文里说了账号不是本人在用")  # not that of the record
    assert "XHS-07" in {entry.rule for entry in report.undetermined}  # the record is still to come


def test_a_brief_is_not_yet_a_note(packs: Packs) -> None:
    assert "XHS-07" not in told(report_on(LENT, packs, stage="brief"))


def test_whom_the_rule_is_not_about_it_does_not_hear(packs: Packs) -> None:
    assert "ACC-05" in told(report_on(RENAMED, packs, account_type="unbound"))
    assert "ACC-05" not in told(report_on(RENAMED, packs, account_type="institution"))


def test_guards_and_exceptions_of_the_admission_clear_it(packs: Packs) -> None:
    assert "XHS-07" not in told(report_on("员工号不得出租、出借给代运营工作室，银行会处理。", packs))


def test_admissions_are_kept_between_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOSNOTE_CACHE", str(tmp_path))
    folders = (data_root() / "guardrails" / "cn",)
    compiled = loader._read_folders(folders, examples=False)
    packcache.keep_packs(folders, lambda: compiled)
    kept = packcache.keep_packs(folders, lambda: pytest.fail("compiled again"))
    assert report_on(LENT, kept) == report_on(LENT, compiled)


def test_explaining_a_rule_tells_that_its_own_words_count(packs: Packs) -> None:
    assert any(line.startswith("正文自己说了也算") for line in _sought(packs["XHS-07"].rule))


def test_a_rule_about_wording_has_no_own_words_beside_it(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("name: own\ntitle: 自有\nversion: 2026.11.1\n", encoding="utf-8")
    path = tmp_path / "BNK-01.yaml"
    path.write_text(
        "id: BNK-01\ntitle: 秒批\nseverity: block\nkind: term\neffective: 2020-01-01\nmatch: {terms: [秒批]}\n"
        "own_words: {any_of: [当天放款]}\nmessage: 甲\nadvice: 乙\nbasis: [{instrument: 某办法}]\n"
        "cases: {flag: [], pass: []}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError) as caught:
        read_rule(path)
    assert caught.value.code == "rule_own_words_kind"
    assert caught.value.parameters["line"] == 7
