"""The committed cassettes are complete, readable, free of secrets, small, and young enough."""

from datetime import date

import pytest
import yaml

from evals.cassette_hygiene import LARGEST, Recorded, problems, warnings

CLEAN = {
    "version": 1,
    "interactions": [
        {
            "request": {
                "method": "POST",
                "uri": "http://model/v1/chat/completions",
                "headers": {"content-type": ["application/json"]},
                "json": {"model": "local-general", "messages": [{"role": "user", "content": "说说咖啡"}]},
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"date": ["Tue, 24 Nov 2026 09:00:00 GMT"], "content-type": ["application/json"]},
                "json": {"choices": [{"message": {"content": "好"}}]},
            },
        }
    ],
}
LISTED = Recorded(about="a", models=("local-general",), structured="json_object", cases=("one",))


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, "one", CLEAN)
    return tmp_path


def write(folder, name, held, *, ascii_only=False):
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(held, allow_unicode=not ascii_only), encoding="utf-8")


def changed(part, **values):
    held = yaml.safe_load(yaml.safe_dump(CLEAN))
    held["interactions"][0][part] |= values
    return held


def test_clean_cassettes_are_quiet(folder):
    assert problems(LISTED, folder=folder, cases=frozenset({"one"})) == []


def test_an_orphan_is_named(folder):
    write(folder, "two", CLEAN)
    assert problems(LISTED, folder=folder) == ["two: orphan cassette, listed nowhere"]


def test_a_missing_one_is_named(folder):
    (folder / "one.yaml").unlink()
    assert problems(LISTED, folder=folder) == ["one: listed, but there is no cassette"]


def test_a_cassette_of_no_case_is_named(folder):
    assert problems(LISTED, folder=folder, cases=frozenset()) == ["one: recorded, but there is no such case"]


@pytest.mark.parametrize("secret", ["sk-abcdefghij", "Bearer abcdefghij", "set-cookie: a=b", "api_key"])
def test_a_secret_fails_and_is_not_repeated(folder, secret):
    write(folder, "one", changed("response", json={"text": secret}))
    (found,) = problems(LISTED, folder=folder)
    assert "looks like a secret" in found and "abcdefghij" not in found


def test_a_header_that_is_not_kept_fails(folder):
    write(folder, "one", changed("response", headers={"x-request-id": ["7"]}))
    assert problems(LISTED, folder=folder) == ["one: headers that are not kept: x-request-id"]


def test_escaped_chinese_fails(folder):
    write(folder, "one", CLEAN, ascii_only=True)
    assert problems(LISTED, folder=folder) == ["one: Chinese is escaped; it must be readable"]


def test_an_unknown_model_fails(folder):
    write(folder, "one", changed("request", json={"model": "other"}))
    assert problems(LISTED, folder=folder) == ["one: model other is not one of local-general"]


def test_an_error_reply_fails(folder):
    write(folder, "one", changed("response", status={"code": 500, "message": "no"}))
    assert problems(LISTED, folder=folder) == ["one: an error reply is recorded"]


def test_a_large_one_fails(folder):
    write(folder, "one", changed("response", json={"text": "长" * LARGEST}))
    assert "more than 400 KB" in problems(LISTED, folder=folder)[0]


def test_age_only_warns(folder):
    assert warnings(folder=folder, today=date(2026, 12, 1)) == []
    assert warnings(folder=folder, today=date(2027, 2, 1)) == ["one: recorded 2026-11-24, more than 60 days ago"]
