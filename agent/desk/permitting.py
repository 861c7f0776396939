"""Who may decide on a note: a reviewer, of its lane or for somebody who is, and nobody whose note it is."""

from __future__ import annotations

from agent.catalogue import say
from agent.desk.standing import Standing
from agent.desk.values import Permission
from agent.errors import UsageError
from agent.people import Person, Role
from agent.workspace.waivers import approvers_of

__all__ = ["demand", "demand_insider", "demand_reviewer", "may_decide", "waived_by_its_own", "why_theirs"]


def may_decide(person: Person, standing: Standing) -> Permission:
    """Tell whether this person may approve or reject the text, for whom, and if not why."""
    if (code := _why_no_reviewer(person, standing)) or (code := why_theirs(person, standing)):
        return Permission(allowed=False, code=code, reason=say(code))
    lane = standing.lane.lane
    own = standing.policy.reviewers(lane)
    given = [
        item.delegator
        for item in standing.delegations
        if item.delegate == person.id
        and item.lane in (lane, "all")
        and (not own or item.delegator in own)
        and _is_reviewing(item.delegator, standing)
    ]
    for_whom = next((name for name in given if not _is_theirs(name, standing)), "")
    if own and person.id not in own and not for_whom:
        return Permission(allowed=False, code="desk_other_lane", reason=say("desk_other_lane"))
    return Permission(allowed=True, on_behalf_of=for_whom)


def why_theirs(person: Person, standing: Standing) -> str:
    """Return the code of why the text counts as this person's own; empty when it does not."""
    brief = standing.run.brief
    if standing.run.owner == person.id or (brief.account and brief.account in person.accounts):
        return "desk_own_note"
    if brief.persona and person.persona and brief.persona in _persona_names(person, standing):
        return "desk_own_note"
    return "desk_wrote_on_it" if {person.id, person.name} & standing.writers else ""


def waived_by_its_own(standing: Standing) -> tuple[str, ...]:
    """Say which waivers of the bank's folder rest on somebody whose text it is: at the desk they could grant none."""
    people = standing.drafting.workspace.people
    return tuple(
        say("desk_waived_by_its_own", waiver=waiver.id, name=person.name)
        for waiver in standing.filed_waivers
        for person in approvers_of(waiver, people)
        if why_theirs(person, standing)
    )


def demand(permission: Permission) -> Permission:
    """Return a permission; raise `UsageError` saying why when it is none."""
    if not permission.allowed:
        raise UsageError(permission.code)
    return permission


def demand_insider(person: Person) -> None:
    """Raise `UsageError` unless this person may see everybody's notes."""
    if not {Role.REVIEWER, Role.CONTENT, Role.ADMIN} & set(person.roles):
        raise UsageError("desk_not_reviewer")


def demand_reviewer(person: Person, standing: Standing) -> None:
    """Raise `UsageError` unless this person reviews at all."""
    if code := _why_no_reviewer(person, standing):
        raise UsageError(code)


def _why_no_reviewer(person: Person, standing: Standing) -> str:
    if Role.REVIEWER not in person.roles:
        return "desk_not_reviewer"
    return "desk_has_left" if person.left_on is not None and person.left_on <= standing.today else ""


def _is_reviewing(name: str, standing: Standing) -> bool:
    """Tell whether somebody is a reviewer of the bank today; whoever is none any longer has nothing to hand over."""
    person = standing.drafting.workspace.person(name)
    return person is not None and not _why_no_reviewer(person, standing)


def _is_theirs(name: str, standing: Standing) -> bool:
    person = standing.drafting.workspace.person(name) or Person(id=name, name=name)
    return bool(why_theirs(person, standing))


def _persona_names(person: Person, standing: Standing) -> set[str]:
    personas = (p for p in standing.drafting.workspace.personas if person.persona in (p.id, p.name))
    return {person.persona, *(name for persona in personas for name in (persona.id, persona.name))}
