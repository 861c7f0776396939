"""The tongue and the light of a browser: kept by a POST that proves where it came from, and by nothing else."""

import pytest
from visiting import PEOPLE, client_of


@pytest.fixture
def app(visiting):
    from agent.web import preferences

    return visiting.open(visiting.settings(), routes=lambda app: app.include_router(preferences.router))


@pytest.mark.parametrize(
    ("form", "cookie"),
    [({"tongue": "en"}, "kosnote_tongue=en"), ({"light": "dark"}, "kosnote_light=dark")],
)
def test_a_choice_is_kept_and_leads_back(visiting, app, form, cookie):
    answer = visiting.seated(app, PEOPLE[0].id).post("/preferences", data={**form, "next": "/chat/t1"})
    assert answer.status_code == 303 and answer.headers["location"] == "/chat/t1"
    assert cookie in answer.headers["set-cookie"] and "HttpOnly" in answer.headers["set-cookie"]


def test_what_is_no_choice_is_not_kept_and_nobody_is_led_elsewhere(visiting, app):
    form = {"tongue": "xx", "light": "red", "next": "//example.org"}
    answer = visiting.seated(app, PEOPLE[0].id).post("/preferences", data=form)
    assert "set-cookie" not in answer.headers and answer.headers["location"] == "/"


def test_a_choice_without_proof_is_refused(app):
    client = client_of(app, cookies={"kosnote_who": PEOPLE[0].id})
    assert client.post("/preferences", data={"tongue": "en"}).status_code == 403
