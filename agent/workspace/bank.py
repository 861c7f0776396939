"""Load a workspace: YAML files of one folder into frozen values, every error with file, line, column and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from rapidfuzz import fuzz, process

from agent.errors import ConfigurationError, UsageError
from agent.models import Account, Fact, Frozen, Institution, Material, Persona, Point, Product, Waiver
from agent.paths import package_data
from agent.people import Person
from agent.workspace.material import complete_item, load_material
from agent.workspace.waivers import object_to, refuse
from agent.yamlsource import Source, read_yaml, validate

__all__ = ["MaterialSet", "Workspace", "entry_files", "load_demo_requests", "load_workspace"]


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
    people: tuple[Person, ...] = ()

    @property
    def rules_overlay(self) -> Path | None:
        """Return the folder of the bank's own rules, if it has one."""
        folder = self.root / "guardrails"
        return folder if folder.is_dir() else None

    @property
    def prompts_overlay(self) -> Path | None:
        """Return the folder of the bank's own prompts, if it has one."""
        folder = self.root / "prompts"
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

    def person(self, name: str) -> Person | None:
        """Return the person sign-in calls this; None when nobody is. Nothing near is guessed."""
        return next((person for person in self.people if person.id == name), None)

    def material_set(self, name: str) -> MaterialSet:
        """Return a material set by id or title."""
        return _find("material", name, self.materials, lambda entry: (entry.id, entry.title))


def load_workspace(root: Path | None) -> Workspace:
    """Load a bank's folder, or the shipped 云杉银行 when there is none; raise `ConfigurationError` with the place."""
    folder = root if root is not None else package_data("demo")
    if not (folder / "workspace.yaml").is_file():
        raise ConfigurationError("workspace_missing", path=folder)
    products, personas = _entries(folder, "products", Product), _entries(folder, "personas", Persona)
    facts, accounts = _entries(folder, "facts", Fact), _entries(folder, "accounts", Account)
    materials = _materials(folder / "material")
    _demand_known("product", facts, products)
    people = _entries(folder, "people", Person)
    _demand_known("persona", accounts, personas)
    _demand_known("persona", people, personas)
    _demand_known("persona", materials, personas)
    waivers = _entries(folder, "waivers", Waiver)
    _demand_able(waivers, _values(people))
    return Workspace(
        root=folder,
        institution=_institution(folder / "workspace.yaml"),
        products=_values(products),
        facts=_values(facts),
        points=_values(_entries(folder, "points", Point)),
        personas=_values(personas),
        accounts=_values(accounts),
        waivers=_values(waivers),
        materials=_values(materials),
        people=_values(people),
    )


def load_demo_requests() -> list[dict[str, Any]]:
    """Return the briefs `agent demo` runs: keyword arguments of a request."""
    source = read_yaml(package_data("demo", "demo.yaml"))
    return [
        {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
        for entry in source.value
    ]


def entry_files(folder: Path, name: str) -> list[Path]:
    """Return the files that hold entries of this name: `NAME.yaml`, then those of `NAME/`."""
    single = folder / f"{name}.yaml"
    return ([single] if single.is_file() else []) + sorted((folder / name).glob("*.yaml"))


@dataclass(frozen=True)
class _Placed:
    """Hold an entry with the place it was read from."""

    value: Any
    source: Source
    path: tuple[str | int, ...] = ()


def _institution(file: Path) -> Institution:
    source = read_yaml(file)
    if not isinstance(source.value, dict) or "institution" not in source.value:
        raise source.error("yaml_missing_key", key="institution")
    return validate(Institution, source, ("institution",))


def _entries(folder: Path, name: str, model: type[Any]) -> tuple[_Placed, ...]:
    """Read all entries of a name; a list in each file, ids unique over all of them."""
    found: list[_Placed] = []
    for file in entry_files(folder, name):
        source = read_yaml(file)
        if source.value is not None and not isinstance(source.value, list):
            raise source.error("yaml_not_list", name=name)
        for index in range(len(source.value or ())):
            found.append(_Placed(validate(model, source, (index,)), source, (index,)))
    return _unique(found)


def _materials(folder: Path) -> tuple[_Placed, ...]:
    found: list[_Placed] = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.suffix == ".yaml":
            source = _completed(read_yaml(path))
            found.append(_Placed(validate(MaterialSet, source), source))
        elif path.suffix in (".md", ".txt"):
            items = load_material(path)
            found.append(_Placed(MaterialSet(id=path.stem, title=path.stem, items=items), Source(path, None)))
    return _unique(found)


def _completed(source: Source) -> Source:
    """Complete the items of a material set; an item may be a bare string."""
    value = source.value
    if not isinstance(value, dict) or not isinstance(value.get("items"), list):
        return source
    items = [complete_item(item, number) for number, item in enumerate(value["items"], 1)]
    return Source(source.file, {**value, "items": items}, source.root)


def _unique(entries: list[_Placed]) -> tuple[_Placed, ...]:
    seen: set[str] = set()
    for entry in entries:
        if entry.value.id in seen:
            raise entry.source.error("yaml_id_twice", (*entry.path, "id"), id=entry.value.id)
        seen.add(entry.value.id)
    return tuple(entries)


def _demand_known(key: str, entries: Iterable[_Placed], known: Iterable[_Placed]) -> None:
    """Refuse an entry whose `key` names nothing that exists; an empty one names nothing."""
    ids = [entry.value.id for entry in known]
    for entry in entries:
        value = getattr(entry.value, key)
        if value and value not in ids:
            raise entry.source.error(
                "yaml_unknown_ref", (*entry.path, key), key=key, value=value, nearest=_nearest(value, ids)
            )


def _demand_able(waivers: Iterable[_Placed], people: Sequence[Person]) -> None:
    """Refuse a waiver that can never accept anything: it would be believed and do nothing."""
    for entry in waivers:
        objection = object_to(entry.value, people)
        if objection is not None:
            raise refuse(objection, entry.source, entry.path)


def _values(entries: Iterable[_Placed]) -> tuple[Any, ...]:
    return tuple(entry.value for entry in entries)


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
