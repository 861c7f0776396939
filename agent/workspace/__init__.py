"""A bank's folder: products and facts, points, personas, accounts, material, waivers, and its own rules."""

from agent.workspace.bank import MaterialSet, Workspace, load_demo_requests, load_workspace
from agent.workspace.copying import init_workspace
from agent.workspace.ledger import FactProblem, check_facts
from agent.workspace.material import load_material, material_from_text, read_text
from agent.workspace.sheets import LedgerChange, merge_facts, read_facts

__all__ = [
    "FactProblem",
    "LedgerChange",
    "MaterialSet",
    "Workspace",
    "check_facts",
    "init_workspace",
    "load_demo_requests",
    "load_material",
    "load_workspace",
    "material_from_text",
    "merge_facts",
    "read_facts",
    "read_text",
]
