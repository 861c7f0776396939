"""Errors as problem documents (RFC 9457): a code, what failed, what to do next, and nothing else.

No traceback, no address of a file and no words of a note leave here or reach the log.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.catalogue import advise, say
from agent.errors import BudgetError, ConfigurationError, GuardError, KosnoteError, ProviderError, StorageError
from agent.models import Frozen

__all__ = [
    "MEDIA_TYPE",
    "STATUS",
    "ApiError",
    "FieldProblem",
    "LastResort",
    "Problem",
    "handle_problems",
    "problem",
    "status_of",
]

MEDIA_TYPE = "application/problem+json"
LONGEST_PLACE = 100
MOST_ERRORS = 20
logger = logging.getLogger(__name__)

CODES: dict[int, str] = {
    403: "desk_has_left desk_not_reviewer desk_other_lane desk_own_note desk_wrote_on_it waiver_same_person",
    404: "delegation_unknown publication_unknown run_unknown thread_unknown waiver_unknown",
    409: (
        "kept_as_evidence "
        "approval_unfounded approve_with_block approve_without_packs desk_decided_already desk_key_reused "
        "desk_must_review desk_no_such_finding desk_no_such_text desk_not_clean desk_not_today "
        "publication_forbidden publication_retracted publication_unapproved resume_other_author "
        "review_of_other_text run_being_decided run_not_in_review run_unfinished run_without_text "
        "submission_blocked submission_sent_back thread_busy"
    ),
    410: "run_erased",
    422: "record_value_refused",
}
STATUS: dict[str, int] = {code: status for status, codes in CODES.items() for code in codes.split()}
PROVIDER_STATUS = {"provider_busy": 503, "provider_timeout": 504}
OURS = {
    ConfigurationError: ("api_misconfigured", 500),
    StorageError: ("api_storage", 503),
    GuardError: ("api_guard", 500),
}


class FieldProblem(Frozen):
    """Name one place of a request and what is wrong there."""

    at: str
    problem: str


class Problem(Frozen):
    """Describe one error; `code` is stable, `title` and `hint` are for people."""

    type: str
    title: str
    status: int
    code: str
    hint: str = ""
    errors: tuple[FieldProblem, ...] = ()


class ApiError(KosnoteError):
    """Report what only the API knows: a status of its own for a code of the catalogue."""

    def __init__(self, status: int, code: str, **parameters: object) -> None:
        self.status = status
        super().__init__(code, **parameters)


class LastResort:
    """Answer with a problem what nothing else has caught, and log where it came from without its words."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; an error after the answer began can only end the connection."""
        began = False

        async def watch(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            logger.error("unexpected %s at %s", type(error).__name__, _place(error))
            if not began:
                await problem(500, "api_unexpected")(scope, receive, send)


def problem(
    status: int,
    code: str,
    *,
    title: str = "",
    hint: str = "",
    errors: tuple[FieldProblem, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document; title and hint come from the catalogue unless given."""
    content = Problem(
        type=f"urn:kosnote:problem:{code.removeprefix('api_')}",
        title=title or say(code),
        status=status,
        code=code.removeprefix("api_"),
        hint=hint or advise(code),
        errors=errors,
    )
    return JSONResponse(content.model_dump(mode="json"), status, dict(headers or {}), MEDIA_TYPE)


def handle_problems(app: FastAPI) -> None:
    """Make every error of an application a problem document."""
    app.add_exception_handler(KosnoteError, _failed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(LastResort)


async def _failed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, KosnoteError)
    kind = None if error.code in STATUS else next((kind for kind in OURS if isinstance(error, kind)), None)
    if kind is not None:
        logger.error("%s %s: %s", request.method, _route(request), error.code)
        code, status = OURS[kind]
        return problem(status, error.code, title=say(code), hint=advise(code))
    return problem(status_of(error), error.code, title=error.message, hint=_hint(error))


def status_of(error: KosnoteError) -> int:
    """Return the status of an error."""
    if isinstance(error, ApiError):
        return error.status
    if isinstance(error, ProviderError):
        return 503 if isinstance(error, BudgetError) else PROVIDER_STATUS.get(error.code, 502)
    return STATUS.get(error.code, 422)


def _hint(error: KosnoteError) -> str:
    """Return what to do next for somebody without a terminal: hints that speak of commands have another wording."""
    if isinstance(error, ProviderError):
        return advise("api_provider")
    return advise(f"api_{error.code}", **error.parameters) or ("" if "agent " in error.hint else error.hint)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = error.detail if error.detail in ("unauthenticated", "forbidden") else ""
    code = code or HTTPStatus(error.status_code).name.lower()
    return problem(error.status_code, f"api_{code}", headers=error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = tuple(
        FieldProblem(at=_where(each.get("loc", ())), problem=_what(each)) for each in error.errors()[:MOST_ERRORS]
    )
    return problem(422, "api_request_invalid", errors=found)


def _where(steps: Any) -> str:
    """Return the place of an error; names in it come from the request and are shown as far as they can be."""
    text = ".".join(str(step) for step in steps)[:LONGEST_PLACE]
    return "".join(character if character.isprintable() else "�" for character in text)


def _what(error: dict[str, Any]) -> str:
    """Say what is wrong without repeating what was sent."""
    known = {key: value for key, value in error.get("ctx", {}).items() if isinstance(value, str | int | float)}
    said = say(f"api_field_{error['type']}", **known)
    return say("api_field_wrong") if said == f"api_field_{error['type']}" else said


def _route(request: Request) -> str:
    return str(getattr(request.scope.get("route"), "path", "?"))


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
