"""Named word lists: `guardrails/<jurisdiction>/terms/*.yaml`, referenced in rules as `@name`.

Each file maps list names to terms; a term may be `@another-list`. Owns reading and expanding, refuses matching.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from agent.guardrails.matchers import Matcher, build_matcher
from agent.guardrails.normalize import fold
from agent.yamlsource import Source, read_yaml

__all__ = ["TermLists", "list_meant", "near_lists", "read_terms"]


PRODUCTS: Final = "@product-anchor".removeprefix("@")  # told in messages only: what it holds decides nothing here
_ANY_PRODUCT: Final = re.compile(
    "(?:任何|任意|任一|所有|全部|各种|各类|一切)(?:的|一个|一款|一种)?(?:金融)?产品|产品(?:词|名称?)"
)


class TermLists:
    """Expand `@name` into terms."""

    def __init__(self, lists: Mapping[str, tuple[str, ...]]) -> None:
        self._lists = dict(lists)
        self._folded: dict[str, tuple[str, ...]] = {}
        self._finders: dict[tuple[str, ...], tuple[Matcher, list[list[str]]]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._lists

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all lists, sorted."""
        return tuple(sorted(self._lists))

    @property
    def entries(self) -> dict[str, tuple[str, ...]]:
        """Return the lists as they were written."""
        return dict(self._lists)

    def expand(self, terms: Iterable[str]) -> tuple[str, ...]:
        """Replace every `@name` by its terms, once each; raise KeyError with the unknown name."""
        seen: dict[str, None] = {}
        self._collect(terms, seen, ())
        return tuple(seen)

    def folded(self, name: str) -> tuple[str, ...]:
        """Return a list on the norm plane; empty when there is none of this name."""
        if name not in self._folded:
            terms = self.expand((f"@{name}",)) if name in self._lists else ()
            self._folded[name] = tuple(dict.fromkeys(fold(term) for term in terms))
        return self._folded[name]

    def occurs(self, name: str, norm: str) -> bool:
        """Tell whether any term of a list stands in a norm text."""
        return any(term in norm for term in self.folded(name))

    def find(self, names: tuple[str, ...], norm: str) -> Iterator[tuple[str, int, int]]:
        """Yield (list name, start, end) for every term of these lists in a norm text, in one pass over it."""
        if names not in self._finders:
            owners: dict[str, list[str]] = {}
            for name in names:
                for term in self.folded(name):
                    owners.setdefault(term, []).append(name)
            self._finders[names] = build_matcher(list(owners)), list(owners.values())
        matcher, lists = self._finders[names]
        return ((name, start, end) for number, start, end in matcher.find(norm) for name in lists[number])

    def _collect(self, terms: Iterable[str], seen: dict[str, None], path: tuple[str, ...]) -> None:
        for term in terms:
            if not term.startswith("@"):
                seen[term] = None
            elif term[1:] not in path:
                self._collect(self._lists[term[1:]], seen, (*path, term[1:]))


def list_meant(words: str) -> str:
    """Return the name of the list that somebody means by words like 任何产品; empty for others."""
    return PRODUCTS if _ANY_PRODUCT.fullmatch(words) else ""


def near_lists(name: str, known: Iterable[str]) -> str:
    """Return the lists nearest to a name that is not known, as they are written in a rule."""
    names = tuple(known)
    meant = list_meant(name.removeprefix("@"))
    near = get_close_matches(name.removeprefix("@").lower(), names, n=3)
    found = [meant] if meant in names else near or [PRODUCTS, *names][:1]
    return "、".join(f'"@{one}"' for one in found)


def read_terms(folders: Iterable[Path]) -> TermLists:
    """Read every list of these folders; a later folder adds to a list of the same name, never removes."""
    lists: dict[str, tuple[str, ...]] = {}
    sources: list[tuple[Source, str]] = []
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            source = read_yaml(path)
            for name, terms in _entries(source):
                lists[name] = (*lists.get(name, ()), *terms)
                sources.append((source, name))
    found = TermLists(lists)
    for source, name in sources:
        _check_references(source, name, found)
    return found


def _entries(source: Source) -> Iterable[tuple[str, tuple[str, ...]]]:
    if not isinstance(source.value, dict):
        raise source.error("terms_not_mapping")
    for name, terms in source.value.items():
        if not isinstance(terms, list) or not all(isinstance(t, str) and t.strip() for t in terms):
            raise source.error("terms_not_strings", (name,), name=name)
        yield name, tuple(terms)


def _check_references(source: Source, name: str, lists: TermLists) -> None:
    for index, term in enumerate(source.value[name]):
        if term.startswith("@") and term[1:] not in lists:
            raise source.error("rule_unknown_list", (name, index), name=term, nearest=near_lists(term, lists.names))
