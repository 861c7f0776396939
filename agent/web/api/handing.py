"""What a text must be before it is changed or published: the one that was seen, and at the platform's own address."""

from __future__ import annotations

from agent.results import DraftResult
from agent.text.addresses import HOSTS, platform_address
from agent.web.api.problems import ApiError

__all__ = ["demand_open", "demand_platform"]


def demand_open(result: DraftResult, text_hash: str) -> DraftResult:
    """Return a result whose note waits for a person and is the text that was seen; raise 409 otherwise."""
    if result.note is None or result.outcome not in ("in_review", "needs_human"):
        raise ApiError(409, "run_not_in_review", run=result.run, outcome=result.outcome)
    if result.note.text_hash != text_hash:
        raise ApiError(409, "review_of_other_text", run=result.run, given=text_hash, current=result.note.text_hash)
    return result


def demand_platform(url: str) -> str:
    """Return an address of the platform; raise 422 for any other, a look-alike too."""
    if not platform_address(url):
        raise ApiError(422, "api_address_foreign", hosts="、".join(HOSTS))
    return url
