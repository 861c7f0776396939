"""Hand a note in for review and record where it was published: each names the text by its hash."""

from __future__ import annotations

from urllib.parse import urlsplit

from agent.drafting import Drafting
from agent.record import RunRecord
from agent.results import DraftResult
from agent.web.api.problems import ApiError
from agent.web.api.shapes import PublicationBody, SubmissionBody
from agent.web.services import Services

__all__ = ["demand_open", "hand_in", "record_publication"]

HOSTS = ("xiaohongshu.com", "xhslink.com")


async def hand_in(run: RunRecord, body: SubmissionBody, *, drafting: Drafting, by: str) -> None:
    """Record the hand-in of the text as it stands; raise 409 when it is another one or holds an open block."""
    result = demand_open(await drafting.peek(run.id), body.text_hash)
    blocks = result.report.open("block") if result.report else ()
    if blocks:
        raise ApiError(409, "api_submit_blocked", rules="、".join(sorted({finding.rule for finding in blocks})))
    drafting.store.publishing.submit(run.id, text_hash=body.text_hash, submitted_by=by, submitted_at=drafting.now())


def record_publication(run: RunRecord, body: PublicationBody, *, services: Services, by: str) -> None:
    """Record where a text was published; raise unless it was approved and the address is the platform's."""
    if not _is_platform(body.url):
        raise ApiError(422, "api_address_foreign", hosts="、".join(HOSTS))
    services.store.publishing.publish(
        run.id, text_hash=body.text_hash, url=body.url, published_by=by, published_at=services.now()
    )


def demand_open(result: DraftResult, text_hash: str) -> DraftResult:
    """Return a result whose note waits for a person and is the text that was seen; raise 409 otherwise."""
    if result.note is None or result.outcome not in ("in_review", "needs_human"):
        raise ApiError(409, "run_not_in_review", run=result.run, outcome=result.outcome)
    if result.note.text_hash != text_hash:
        raise ApiError(409, "review_of_other_text", run=result.run, given=text_hash, current=result.note.text_hash)
    return result


def _is_platform(url: str) -> bool:
    """Tell whether an address is the platform's; a look-alike host is not."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return False
    return any(host == known or host.endswith(f".{known}") for known in HOSTS)
