"""Where to find a rule: by clause, by product, by pack. Pages for a folder, and the one index that is committed.

Owns the tables and their links; a page itself is `pages`. All of it is made from the rule files: nobody edits it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from agent.errors import StorageError
from agent.guardrails.compiled import CompiledRule
from agent.guardrails.loader import Packs, jurisdictions, load_packs
from agent.guardrails.pages import render_rule_page
from agent.guardrails.wording import article_of, instrument_of, label_of, word

__all__ = ["render_index", "write_pages"]

_Link = Callable[[CompiledRule], str]
_TABLES = ("by_clause", "by_product", "by_pack")


def write_pages(packs: Packs, folder: Path) -> list[Path]:
    """Write a page a rule (`<pack>/<RULE>.md`) and the three indexes; return what was written.

    Raises `StorageError` naming a folder that cannot be written.
    """
    texts = {f"{c.pack.name}/{c.rule.id}.md": _page(c) for c in packs.rules}
    tables = _tables(packs.rules, lambda compiled: f"{compiled.pack.name}/{compiled.rule.id}.md")
    texts |= {f"{name.replace('_', '-')}.md": f"# {word(name)}\n\n{table}\n" for name, table in tables.items()}
    texts["README.md"] = "\n".join(
        [f"# {word('rule_index')}", "", *(f"- [{word(name)}]({name.replace('_', '-')}.md)" for name in _TABLES), ""]
    )
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError("rule_unwritable", path=folder, reason=error.strerror or error) from error
    return [folder / name for name in texts]


def render_index() -> str:
    """Return `guardrails/INDEX.md`: the tables of every jurisdiction, with links to the rule files beside it."""
    lines = [f"# {word('rule_index')}", "", word("made_by_machine"), ""]
    for name in jurisdictions():
        packs = load_packs(jurisdiction=name)
        lines += [f"## {label_of('jurisdiction', name)}", ""]
        link = f"{name}/{{pack}}/{{rule}}.yaml"
        tables = _tables(packs.rules, lambda c, link=link: link.format(pack=c.pack.name, rule=c.rule.id))  # type: ignore[misc]
        for title, table in tables.items():
            lines += [f"### {word(title)}", "", table, ""]
    return "\n".join(lines)


def _page(compiled: CompiledRule) -> str:
    """Return the page of a rule with a way back to the indexes."""
    back = " · ".join(f"[{word(name)}](../{name.replace('_', '-')}.md)" for name in _TABLES)
    return f"{render_rule_page(compiled.rule, pack=compiled.pack.name)}\n{back}\n"


def _tables(rules: Iterable[CompiledRule], link: _Link) -> dict[str, str]:
    rules = tuple(rules)
    return {
        "by_clause": "\n".join(_table(("law", "clause", "rules"), _by_clause(rules, link))),
        "by_product": "\n".join(_table(("products", "rules"), _by_product(rules, link))),
        "by_pack": "\n".join(_table(("pack", "rule", "grade", "rule_title"), _by_pack(rules, link))),
    }


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = [word(f"column_{head}") for head in heads]
    yield f"| {' | '.join(names)} |"
    yield "|" + "---|" * len(names)
    yield from (f"| {' | '.join(cells)} |" for cells in rows)


def _by_clause(rules: tuple[CompiledRule, ...], link: _Link) -> Iterator[tuple[str, ...]]:
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for compiled in rules:
        told = (basis for entry in compiled.rule.for_products for basis in entry.basis)
        for basis in (*compiled.rule.basis, *told):
            place = instrument_of(basis), article_of(basis) or word("whole_law")
            found[place][compiled.rule.id] = _linked(compiled, link)
    yield from ((_cell(law), _cell(article), _joined(cited)) for (law, article), cited in sorted(found.items()))


def _by_product(rules: tuple[CompiledRule, ...], link: _Link) -> Iterator[tuple[str, ...]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for compiled in rules:
        names = [label_of("product", product) for product in compiled.rule.scope.products]
        for name in names or [word("any_product")]:
            found[name][compiled.rule.id] = _linked(compiled, link)
    yield from ((_cell(name), _joined(cited)) for name, cited in sorted(found.items()))


def _by_pack(rules: tuple[CompiledRule, ...], link: _Link) -> Iterator[tuple[str, ...]]:
    for compiled in sorted(rules, key=lambda c: (c.pack.name, c.rule.id)):
        grade = label_of("severity", compiled.rule.severity)
        pack = _cell(f"{compiled.pack.title} ({compiled.pack.name})")
        yield pack, _linked(compiled, link), grade, _cell(compiled.rule.title)


def _linked(compiled: CompiledRule, link: _Link) -> str:
    return f"[{compiled.rule.id}]({link(compiled)})"


def _joined(cited: Mapping[str, str]) -> str:
    return " ".join(text for _, text in sorted(cited.items()))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
