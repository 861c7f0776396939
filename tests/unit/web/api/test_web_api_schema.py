"""The API keeps to its own description, whatever is sent, and the description changes only on purpose."""

import json
import os
from pathlib import Path

import pytest
import schemathesis
from asking_api import DRAFT
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.specs.openapi import checks as conformance
from visiting import NOW, OIDC, SECRET

from agent.record import Store
from agent.settings import Settings
from agent.web.api.describing import describe
from agent.web.app import build_app
from agent.web.identity import SCOPES
from agent.web.signin.tokens import issue
from agent.workspace import load_workspace

SNAPSHOT = Path(__file__).parents[3] / "data" / "openapi.json"
CHECKS = [
    not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_headers_conformance,
    conformance.response_schema_conformance,
    conformance.negative_data_rejection,
    conformance.unsupported_method,
    conformance.ignored_auth,
]


HELD = {}


async def application(scope, receive, send):
    """Pass on to the application of this module, which is built when its first test runs."""
    await HELD["app"](scope, receive, send)


SCHEMA = schemathesis.openapi.from_path(SNAPSHOT)
SCHEMA.app = application
SCHEMA.config.update(base_url="http://testserver/api/v1")
SCHEMA.config.generation.with_security_parameters = False  # everybody here brings a token that counts
SCHEMA.config.generation.deterministic = True


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The application, and what somebody with a token sends along."""
    load_all_checks()
    web = {**OIDC, "requests_per_minute": 1_000_000, "sign_ins_per_minute": 1_000_000}
    own = Settings(home=tmp_path_factory.mktemp("schema"), author="offline", web_secret=SECRET, web=web)
    with Store.open(own.record_target) as store:
        token = issue(store, user="neirong", name="接口", scopes=SCOPES, by="neirong", at=NOW, days=3650)[1]
    HELD["app"] = build_app(load_workspace(None), own, pages=False)
    yield {"headers": {"Authorization": f"Bearer {token}"}}
    shutdown_lifespans()


@pytest.fixture(scope="module")
def known_run(served):
    """The id of a run that is there, so that not every path leads nowhere."""
    answer = SCHEMA["/runs"]["POST"].Case(body=DRAFT, media_type="application/json").call(**served)
    assert answer.status_code == 201, answer.text
    return answer.json()["run"]


@SCHEMA.parametrize()
@settings(max_examples=8, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_the_answer_is_one_the_description_names(case, served, known_run):
    if "run_id" in case.path_parameters and len(str(case.path_parameters["run_id"])) % 2:
        case.path_parameters["run_id"] = known_run
    case.call_and_validate(checks=CHECKS, **served)


def test_the_description_of_the_api_changes_only_on_purpose(served):
    """Run with KOSNOTE_ACCEPT_OPENAPI=1 to take a change over; say so in the changelog, and raise the version."""
    api = next(route.app for route in HELD["app"].routes if getattr(route, "name", "") == "api")
    text = json.dumps(describe(api), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("KOSNOTE_ACCEPT_OPENAPI"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8"), "the API differs from tests/data/openapi.json"


def test_the_version_of_the_description_stands_in_the_changelog():
    changes = (SNAPSHOT.parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"version {SCHEMA.raw_schema['info']['version']}" in changes and SCHEMA.raw_schema["servers"]
