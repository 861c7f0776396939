"""Load a workspace: YAML files of one folder into frozen values, every error with file, line, column and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from rapidfuzz import fuzz, process

from agent.errors import ConfigurationError, UsageError
from agent.models import Account, Fact, Frozen, Institution, Material, Persona, Point, Product, Waiver
from agent.paths import package_data
from agent.workspace.material import load_material
from agent.yamlsource import Source, read_yaml, validate

__all__ = ["MaterialSet", "Workspace", "load_demo_requests", "load_workspace"]


class MaterialSet(Frozen):
    """Hold what one employee told about one occasion."""

    id: str
    title: str
    persona: str = ""
    items: tuple[Material, ...] = ()


class _Named(Protocol):
    @property
    def id(self) -> str: ...


Entry = TypeVar("Entry", bound=_Named)


@dataclass(frozen=True)
class Workspace:
    """Hold everything a bank's folder says; lookups take an id or a name and know the nearest."""

    root: Path
    institution: Institution
    products: tuple[Product, ...] = ()
    facts: tuple[Fact, ...] = ()
    points: tuple[Point, ...] = ()
    personas: tuple[Persona, ...] = ()
    accounts: tuple[Account, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    materials: tuple[MaterialSet, ...] = ()

    @property
    def rules_overlay(self) -> Path | None:
        """Return the folder of the bank's own rules, if it has one."""
        folder = self.root / "guardrails"
        return folder if folder.is_dir() else None

    def product(self, name: str) -> Product:
        """Return a product by id, name, full name or alias."""
        return _find("product", name, self.products, lambda p: (p.id, p.name, p.full_name, *p.aliases))

    def fact(self, name: str) -> Fact:
        """Return a fact by id."""
        return _find("fact", name, self.facts, lambda fact: (fact.id,))

    def point(self, name: str) -> Point:
        """Return an education point by id or title."""
        return _find("point", name, self.points, lambda point: (point.id, point.title))

    def persona(self, name: str) -> Persona:
        """Return a persona by id or name."""
        return _find("persona", name, self.personas, lambda persona: (persona.id, persona.name))

    def account(self, name: str) -> Account:
        """Return an account by id or nickname."""
        return _find("account", name, self.accounts, lambda account: (account.id, account.nickname))

    def material_set(self, name: str) -> MaterialSet:
        """Return a material set by id or title."""
        return _find("material", name, self.materials, lambda entry: (entry.id, entry.title))


def load_workspace(root: Path | None) -> Workspace:
    """Load a bank's folder, or the shipped 云杉银行 when there is none; raise `ConfigurationError` with the place."""
    folder = root if root is not None else package_data("demo")
    if not (folder / "workspace.yaml").is_file():
        raise ConfigurationError("workspace_missing", path=folder)
    bank = Workspace(
        root=folder,
        institution=validate(Institution, read_yaml(folder / "workspace.yaml"), ("institution",)),
        products=_entries(folder, "products", Product),
        facts=_entries(folder, "facts", Fact),
        points=_entries(folder, "points", Point),
        personas=_entries(folder, "personas", Persona),
        accounts=_entries(folder, "accounts", Account),
        waivers=_entries(folder, "waivers", Waiver),
        materials=_materials(folder / "material"),
    )
    _check_references(folder, bank)
    return bank


def load_demo_requests() -> list[dict[str, Any]]:
    """Return the briefs `agent demo` runs: keyword arguments of a request."""
    source = read_yaml(package_data("demo", "demo.yaml"))
    return [
        {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
        for entry in source.value
    ]


def _entries(folder: Path, name: str, model: type[Any]) -> tuple[Any, ...]:
    """Read `NAME.yaml` and the files of `NAME/`; a list each, ids unique over all of them."""
    single = folder / f"{name}.yaml"
    files = ([single] if single.is_file() else []) + sorted((folder / name).glob("*.yaml"))
    found: dict[str, Any] = {}
    for file in files:
        source = read_yaml(file)
        if source.value is not None and not isinstance(source.value, list):
            raise source.error("yaml_not_list", name=name)
        for index in range(len(source.value or ())):
            entry = validate(model, source, (index,))
            if entry.id in found:
                raise source.error("yaml_id_twice", (index, "id"), id=entry.id)
            found[entry.id] = entry
    return tuple(found.values())


def _materials(folder: Path) -> tuple[MaterialSet, ...]:
    sets: dict[str, MaterialSet] = {}
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.suffix == ".yaml":
            source = read_yaml(path)
            entry = validate(MaterialSet, _with_ids(source))
        elif path.suffix in (".md", ".txt"):
            entry = MaterialSet(id=path.stem, title=path.stem, items=load_material(path))
        else:
            continue
        if entry.id in sets:
            raise ConfigurationError("yaml_id_twice", file=path, line=1, column=1, id=entry.id)
        sets[entry.id] = entry
    return tuple(sets.values())


def _with_ids(source: Source) -> Source:
    """Give items without an id one: m1, m2, …; an item may be a bare string."""
    value = source.value
    if not isinstance(value, dict) or not isinstance(value.get("items"), list):
        return source
    items = [
        {"id": f"m{number}", **(item if isinstance(item, dict) else {"text": item})}
        for number, item in enumerate(value["items"], 1)
    ]
    return Source(source.file, {**value, "items": items}, source.marks)


def _check_references(folder: Path, bank: Workspace) -> None:
    products = {product.id for product in bank.products}
    for fact in bank.facts:
        if fact.product not in products:
            raise ConfigurationError(
                "workspace_unknown_ref", path=folder, kind="fact", id=fact.id, value=fact.product,
                nearest=_nearest(fact.product, products),
            )  # fmt: skip
    personas = {persona.id for persona in bank.personas}
    for account in bank.accounts:
        if account.persona and account.persona not in personas:
            raise ConfigurationError(
                "workspace_unknown_ref", path=folder, kind="account", id=account.id, value=account.persona,
                nearest=_nearest(account.persona, personas),
            )  # fmt: skip


def _find(kind: str, name: str, entries: Iterable[Entry], names: Any) -> Entry:
    known: dict[str, Entry] = {}
    for entry in entries:
        for label in names(entry):
            known.setdefault(label, entry)
    if name in known:
        return known[name]
    raise UsageError(f"unknown_{kind}", value=name, nearest=_nearest(name, known))


def _nearest(name: str, known: Iterable[str]) -> str:
    matches = process.extract(name, list(known), scorer=fuzz.WRatio, limit=3)
    return "、".join(match[0] for match in matches) or "—"
