"""The audit at the command line: heads from elsewhere, and who gave and took access."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import yaml

from agent.cli.audit import ROLES, SCOPES
from agent.paths import package_data
from agent.people import Role
from agent.record import Store
from agent.record.values import TokenRecord
from agent.web.identity import SCOPES as SCOPES_OF_TOKENS


def test_a_head_counts_with_and_without_its_prefix(agent, monkeypatch, tmp_path):
    monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path))
    code, _, told = agent("draft", "--topic", "周末带爸妈去植物园", "--quiet")
    assert code == 0, told
    head = agent("audit", "head")[1].strip()
    assert agent("audit", "verify", "--head", head)[0] == 0
    assert agent("audit", "verify", "--head", head.removeprefix("sha256:"))[0] == 0
    assert agent("audit", "verify", "--head", "0" * 64)[0] == 1


def test_who_gave_and_took_access_is_listed_and_an_erased_person_is_named_no_more(agent, monkeypatch, tmp_path):
    monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path))
    assert agent("audit", "access")[1] == ""
    began = datetime(2026, 11, 24, 4, tzinfo=UTC)
    with Store.open(tmp_path / "record.db") as store:
        token = TokenRecord(
            id="t1", user="linjie", name="门户", scopes=("check", "facts"), created_by="guanli", created_at=began,
            expires_at=began + timedelta(days=7),
        )  # fmt: skip
        store.access.add_token(token, digest="s")
        store.access.revoke_token("t1", at=began, by="aning")
    assert [line.split("  ")[1:] for line in agent("audit", "access")[1].splitlines()] == [
        ["发放令牌", "linjie", "由 guanli", "检查文字、看事实台账"],
        ["停用令牌", "linjie", "由 aning", "检查文字、看事实台账"],
    ]
    assert "guanli" not in agent("audit", "access", "--user", "aning")[1]
    (made, _) = json.loads(agent("audit", "access", "--format", "json")[1])
    assert (made["user"], made["by"], made["about"]["token"]) == ("linjie", "guanli", "t1")
    code, out, told = agent("forget", "--user", "linjie", "--yes")
    assert code == 0 and "权限变动里的名字 2 处" in out, told
    assert "linjie" not in agent("audit", "access")[1] and "（已删除的人）" in agent("audit", "access")[1]
    assert agent("audit", "verify")[0] == 0


def test_a_token_put_in_behind_the_program_is_named(agent, monkeypatch, tmp_path):
    monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path))
    agent("audit", "head")
    with closing(sqlite3.connect(tmp_path / "record.db")) as connection, connection:
        connection.execute(
            "INSERT INTO api_tokens (id, digest, user_id, name, scopes_json, created_by, created_at, expires_at)"
            " VALUES ('t', 'd', 'x', '', '[]', 'x', '2026-11-24 04:00:00', '2026-11-25 04:00:00')"
        )
    code, out, _ = agent("audit", "verify")
    assert code == 1 and "接口令牌 t 没有发放记录" in out and "—" not in out


def test_roles_accounts_and_leaving_are_told_in_the_words_of_the_pages(agent, monkeypatch, tmp_path):
    monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path))
    with Store.open(tmp_path / "record.db") as store:
        for minute, may in enumerate((
            {"aning": {"roles": ["employee", "content"], "accounts": ["staff-aning"], "left_on": None}},
            {"aning": {"roles": ["reviewer"], "accounts": [], "left_on": "2026-12-01"}},
            {"aning": {"roles": ["reviewer", "admin"], "accounts": [], "left_on": "2026-12-05"}},
            {},
        )):  # fmt: skip
            store.access.note_roles(may, at=datetime(2026, 11, 24, 4, minute, tzinfo=UTC))
    assert [line.split("  ")[1:] for line in agent("audit", "access")[1].splitlines()] == [
        ["角色", "aning", "员工、内容", "账号 staff-aning", "（新增 员工、内容，账号 staff-aning）"],
        ["角色", "aning", "审核", "账号 无", "2026-12-01 离职",
         "（新增 审核；去掉 员工、内容，账号 staff-aning；离职日定为 2026-12-01）"],
        ["角色", "aning", "审核、管理", "账号 无", "2026-12-05 离职",
         "（新增 管理；离职日由 2026-12-01 改为 2026-12-05）"],
        ["角色", "aning", "无", "（去掉 审核、管理；取消离职日 2026-12-05）"],
    ]  # fmt: skip


def test_every_role_and_scope_has_the_name_the_pages_give_it():
    shown = yaml.safe_load((package_data("web") / "signin.yaml").read_text(encoding="utf-8"))
    assert {role: shown[f"role_{role}"]["zh"] for role in map(str, Role)} == ROLES
    assert {scope: shown[f"people_scope_{scope}"]["zh"] for scope in SCOPES_OF_TOKENS} == SCOPES
