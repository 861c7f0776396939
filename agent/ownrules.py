"""A bank's own rules put to use, and its waivers held against them: each must name a rule, and bring what it wants.

A waiver that can never act is refused when the folder is put to use, with its place; what depends on a note is said in
the report of that note.
"""

from __future__ import annotations

from rapidfuzz import process

from agent.guardrails import Packs, Rule, load_packs
from agent.guardrails.loader import jurisdictions
from agent.guardrails.waivers import ABSENCES
from agent.models import Waiver
from agent.workspace import Workspace
from agent.workspace.bank import entry_files
from agent.workspace.waivers import Objection, refuse
from agent.yamlsource import read_yaml

__all__ = ["demand_waivers", "object_by_rule", "packs_of"]


def packs_of(bank: Workspace) -> Packs:
    """Return the rules in force with the bank's own, without their examples; compiled once a process."""
    return load_packs(overlay=(bank.rules_overlay,) if bank.rules_overlay else (), examples=False)


def demand_waivers(bank: Workspace, packs: Packs | None = None) -> None:
    """Raise `ConfigurationError` with the place of the first waiver that these rules leave nothing to do."""
    for waiver in bank.waivers:
        objection = object_by_rule(waiver, packs or packs_of(bank))
        if objection is not None:
            _refuse(bank, waiver, objection)


def object_by_rule(waiver: Waiver, packs: Packs) -> Objection | None:
    """Return what keeps a waiver from ever acting on its rule; None when nothing does."""
    rule = _rule(waiver.rule, packs)
    if rule is None:
        known = [compiled.rule.id for compiled in packs.rules]
        nearest = "、".join(match[0] for match in process.extract(waiver.rule, known, limit=3))
        return Objection("rule", "waiver_unknown_rule", {"id": waiver.id, "rule": waiver.rule, "nearest": nearest})
    told: dict[str, object] = {"id": waiver.id, "rule": rule.id}
    if not waiver.second_approver.strip() and (rule.severity == "block" or waiver.every_note):
        code = "waiver_second_for_all" if waiver.every_note else "waiver_second_for_block"
        return Objection("id", code, told)
    if rule.kind in ABSENCES and not waiver.text_hash:
        return Objection("rule", "waiver_of_absence", told)
    return None


def _rule(name: str, packs: Packs) -> Rule | None:
    """Return a rule of these packs, else of any jurisdiction: a bank's folder serves all of them."""
    found = {compiled.rule.id: compiled.rule for compiled in packs.rules}.get(name)
    if found is not None:
        return found
    others = (load_packs(jurisdiction=place, examples=False) for place in jurisdictions())
    return next((c.rule for other in others for c in other.rules if c.rule.id == name), None)


def _refuse(bank: Workspace, waiver: Waiver, objection: Objection) -> None:
    for file in entry_files(bank.root, "waivers"):
        source = read_yaml(file)
        for index, entry in enumerate(source.value or ()):
            if entry.get("id") == waiver.id:
                raise refuse(objection, source, (index,))
