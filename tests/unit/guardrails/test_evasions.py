"""The evasion catalogue: each class writes a word in another way, and the rules still see it as often as promised."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from agent.cli.evasion_report import matrix_lines, matrix_total
from agent.guardrails.disguise_words import DisguiseWords
from agent.guardrails.disguises import Disguises
from agent.guardrails.document import Reveal
from agent.guardrails.evasion_matrix import Matrix, measure
from agent.guardrails.evasions import applies, catalogue, vary
from agent.guardrails.loader import load_packs

TEXT = "这款理财稳赚不赔，放心"
SPAN = (4, 8)
NOT_GENERATED = {"E37", "E41", "E42", "E43", "E44", "E45", "E46", "E47"}


@functools.cache
def sample() -> Matrix:
    return measure(load_packs(), most=2, seed=1)


def test_all_48_classes_are_generated_or_written_by_hand() -> None:
    given = catalogue()
    assert set(given.handmade) == NOT_GENERATED
    assert set(given.classes) | NOT_GENERATED == {f"E{n:02}" for n in range(1, 49)}
    assert all(sum(map(len, rules.values())) >= 6 for rules in given.handmade.values())


@pytest.mark.parametrize(
    ("name", "text", "span", "written"),
    [
        ("E01", "年化3.5%", (2, 6), "３．５％"),
        ("E02", "加vx聊", (1, 3), "𝐕𝐗"),
        ("E03", "加vx聊", (1, 3), "ѵх"),
        ("E08", TEXT, SPAN, "穩賺不賠"),
        ("E16", TEXT, SPAN, "稳稳赚赚不不赔赔"),
        ("E23", TEXT, SPAN, "wzbp"),
    ],
)
def test_a_class_writes_what_people_write(name: str, text: str, span: tuple[int, int], written: str) -> None:
    variant = vary(name, text, span, Random(0))
    assert variant is not None
    assert variant.text[variant.start : variant.end] == written


@pytest.mark.parametrize("name", sorted(set(catalogue().classes) - {"E40"}))
def test_a_variant_differs_only_where_it_hides(name: str) -> None:
    for seed in range(20):
        variant = vary(name, TEXT, SPAN, Random(seed))
        if variant is None:
            continue
        assert variant.text[: variant.start] == TEXT[: SPAN[0]]
        assert variant.text[variant.end :] == TEXT[SPAN[1] :]
        assert variant.text != TEXT
        assert vary(name, TEXT, SPAN, Random(seed)) == variant


def test_a_word_may_be_spread_over_title_and_body_or_heads_of_lines() -> None:
    found = [vary("E40", TEXT, SPAN, Random(seed)) for seed in range(20)]
    assert {variant.title + variant.text for variant in found if variant and variant.title} == {TEXT}
    heads = {"".join(line[0] for line in v.text.split("\n")[:4]) for v in found if v and not v.title}
    assert heads == {"稳赚不赔"}


def test_a_class_leaves_words_alone_that_it_does_not_claim() -> None:
    classes = catalogue().classes
    assert applies(classes["E19"], "稳赚不赔")
    assert not applies(classes["E19"], "保本")
    assert not applies(classes["E19"], "加vx好友")
    assert vary("E08", "这款不好", (2, 4), Random(0)) is None


def test_classes_hold_their_bars_in_a_sample_of_examples() -> None:
    matrix, given = sample(), catalogue()
    assert sum(matrix.total.values()) > 1000
    assert sum(matrix.caught.values()) >= 0.7 * sum(matrix.total.values())
    mechanical = [name for name in ("E04", "E06", "E07", "E08", "E10", "E16", "E39")]
    assert not set(matrix.below(given)) & set(mechanical)


def test_an_engine_that_sees_through_nothing_falls_below_the_bars_and_says_what_it_missed() -> None:
    packs = load_packs()
    blind = replace(packs, disguises=_Blind(packs.disguises.words, DisguiseWords()))
    matrix = measure(blind, only=("RET-03",), most=3)
    low = matrix.below(catalogue())
    assert {"E10", "E21"} <= set(low)
    assert any(line.startswith("E10") and "低于" in line for line in matrix_lines(matrix, catalogue()))
    assert "E10" in matrix_total(matrix, catalogue())


class _Blind(Disguises):
    def find(self, document: object) -> Iterator[Reveal]:
        return iter(())
