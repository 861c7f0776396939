"""A rule chooses on which planes words in disguise count for it, and is held to what it chose."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from random import Random
from typing import Any, get_args

import pytest

from agent.errors import ConfigurationError
from agent.guardrails import evasion_matrix
from agent.guardrails.document import Document
from agent.guardrails.engine import check
from agent.guardrails.evasions import catalogue, vary
from agent.guardrails.loader import Packs, load_packs
from agent.guardrails.pages import render_schema
from agent.guardrails.rule_planes import PLANE_OF, sees
from agent.guardrails.rules import EVERY_PLANE, Plane
from agent.guardrails.tracing import lacking
from agent.guardrails.wording import label_of
from agent.models import NoteInput
from agent.paths import data_root

WORD = "稳赚不赔"
SPELLINGS = {
    "稳*不赔": "norm",
    "稳💰不赔": "norm",
    "%E7%A8%B3%E8%B5%9A%E4%B8%8D%E8%B5%94": "norm",
    "稳.赚.不.赔": "skeleton",
    "稳稳赚赚不不赔赔": "skeleton",
    "稳贝兼不赔": "skeleton",
    "赚不赔稳": "skeleton",
    "吻撰不裴": "syllable",
    "wenzhuanbupei": "letters",
}
ALWAYS = (WORD, "穩賺不賠", "稳\u200b赚不赔", "稳̶赚̶不̶赔")


def rule(number: int, disguise: object, **match: object) -> dict[str, Any]:
    return {"id": f"TRY-{number:02}", "match": {"terms": [WORD], **match, "disguise": disguise}}


def reported(packs: Packs, text: str) -> set[str]:
    found = check(NoteInput(body=f"这款理财{text}，放心"), packs=packs, likeness=False).open()
    return {finding.rule for finding in found}


@pytest.fixture
def chosen(build, tmp_path) -> Packs:
    """The rule TRY-01 sees everything; 02 to 05 one plane each, 06 nothing, 07 two."""
    every = [True, *([plane] for plane in EVERY_PLANE), False, ["skeleton", "syllable"]]
    shutil.copy(data_root() / "guardrails" / "cn" / "disguises.yaml", tmp_path)
    return build(*(rule(number, planes) for number, planes in enumerate(every, 1)))


def test_a_disguised_word_counts_for_the_rules_that_chose_its_plane(chosen: Packs) -> None:
    for spelling, plane in SPELLINGS.items():
        two = {"TRY-07"} if plane in ("skeleton", "syllable") else set()
        assert reported(chosen, spelling) == {"TRY-01", f"TRY-{2 + EVERY_PLANE.index(plane):02}"} | two, spelling
    assert reported(chosen, "稳.赚不赔，wenzhuanbupei") == {"TRY-01", "TRY-03", "TRY-05", "TRY-07"}


def test_what_every_text_is_folded_by_cannot_be_switched_off(chosen: Packs) -> None:
    for text in ALWAYS:
        assert reported(chosen, text) == {f"TRY-{number:02}" for number in range(1, 8)}, text


def test_a_word_that_is_disguised_twice_needs_both_planes(chosen: Packs) -> None:
    assert reported(chosen, "wzbp") == {"TRY-01", "TRY-02"}
    assert reported(chosen, "w.z.b.p") == {"TRY-01"}


def test_a_pattern_and_a_combination_choose_too_and_what_stands_between_planes_is_not_lost(build) -> None:
    packs = build(
        {"id": "TRY-01", "kind": "pattern", "match": {"patterns": ["稳赚不赔.{0,4}手机号"], "disguise": ["skeleton"]}},
        {"id": "TRY-02", "kind": "combine", "match": {"groups": [[WORD], ["手机号"]], "disguise": ["letters"]}},
        {"id": "TRY-03", "match": {"terms": [WORD, "手机号"]}},
    )
    assert {"TRY-01", "TRY-02"} & reported(packs, "稳.赚.不.赔，留手机号") == {"TRY-01"}
    assert {"TRY-01", "TRY-02"} & reported(packs, "wenzhuanbupei，留手机号") == {"TRY-02"}
    assert {"TRY-01", "TRY-02"} & reported(packs, "稳.赚.不.赔，留shoujihao") == set()


def test_a_guessed_word_counts_by_its_plane_as_well() -> None:
    packs = load_packs(examples=False)
    text = "这款理财四平八吻，闭眼入"
    told = [finding for finding in check(NoteInput(body=text), packs=packs, likeness=False).open() if finding.disguise]
    assert {finding.disguise for finding in told} == {("homophone",)}
    rule_id = told[0].rule
    assert not _of(_with_planes(packs, rule_id, ("norm", "skeleton", "letters")), text, rule_id)


def test_a_rule_with_some_planes_is_asked_although_another_plane_rewrote_the_words_around(build) -> None:
    packs = build(
        {
            "id": "TRY-01",
            "kind": "pattern",
            "match": {"patterns": ["wenzhuanbupei.{0,4}保本保息"], "disguise": ["norm"]},
        },
        {"id": "TRY-02", "match": {"terms": [WORD, "保本保息"]}},
    )
    assert "TRY-01" in reported(packs, "wenzhuanbupei，保*保息")


def test_a_longer_reading_on_another_plane_takes_no_reading_from_a_rule(build) -> None:
    packs = build(
        {"id": "TRY-01", "match": {"terms": ["稳赚"], "disguise": ["skeleton"]}},
        {"id": "TRY-02", "kind": "combine", "match": {"groups": [["稳赚"], ["手机号"]], "disguise": ["skeleton"]}},
        {"id": "TRY-03", "match": {"terms": [WORD]}},
    )
    text = "稳.赚bupei"
    assert reported(packs, text) == {"TRY-01", "TRY-03"}
    assert lacking(packs["TRY-02"], NoteInput(body=text), packs) == (2,)


@pytest.mark.parametrize(("written", "read"), [("true", EVERY_PLANE), (True, EVERY_PLANE), ("false", ()), (False, ()),
                                               (["letters", "norm", "norm"], ("norm", "letters"))])  # fmt: skip
def test_yes_no_or_a_list_is_read_in_one_order(build, written: object, read: tuple[str, ...]) -> None:
    assert build(rule(1, written)).rules[0].rule.match.disguise == read


@pytest.mark.parametrize(("written", "told"), [("都要", "norm、skeleton、syllable、letters"), (["拼音"], "syllable"),
                                               ([{"norm": 1}], "norm"), ({"norm": 1}, "norm")])  # fmt: skip
def test_a_plane_that_there_is_not_is_refused_with_those_there_are(build, written: object, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build(rule(1, written))
    assert "match.disguise" in caught.value.message and told in caught.value.message + caught.value.hint


def test_editors_offer_yes_no_and_the_planes() -> None:
    field = json.loads(render_schema())["$defs"]["Match"]["properties"]["disguise"]
    assert [entry["type"] for entry in field["anyOf"]] == ["boolean", "array"]
    assert field["anyOf"][1]["items"]["enum"] == list(get_args(Plane)) == list(EVERY_PLANE)


def test_every_kind_of_disguise_has_a_plane_and_every_name_a_label() -> None:
    packs = load_packs(examples=False)
    texts = ["稳得很\n赚得多\n不用想\n赔不了"]
    texts += [f"这款理财{text}" for text in (*SPELLINGS, "稳嫌不赔", "年化三点伍%")]
    documents = (Document(NoteInput(body=text)) for text in texts)
    kinds = {kind for document in documents for reveal in packs.disguises.find(document) for kind in reveal.kinds}
    assert kinds - {"invisible"} == PLANE_OF.keys()
    assert all(label_of("disguise", kind) != kind for kind in (*PLANE_OF, "invisible"))
    assert all(label_of("plane", plane) != plane for plane in EVERY_PLANE)


def test_every_example_is_mutated_as_its_rule_says_it_sees(build) -> None:
    flag = [f"这款理财{WORD}，可以放心{end}" for end in ("买", "拿", "入", "存", "配", "选")]
    cases = {"flag": flag, "pass": ["湖边走一圈"] * 6}
    for planes in (EVERY_PLANE, ("skeleton",), ()):
        packs = build({**rule(1, list(planes) or False), "cases": cases}, {"id": "TRY-02"})
        matrix = evasion_matrix.measure(packs, only=("TRY-01",), most=1)
        tried = {name for name, _ in matrix.total}
        claimed = {name for name, kind in catalogue().classes.items() if set(kind.planes) <= set(planes)}
        fitting = {"E04", "E06", "E08", "E10", "E16", "E18", "E19", "E21", "E23", "E26", "E38", "E39"}
        assert tried <= claimed and fitting & claimed <= tried
        sure = {"E04", "E06", "E08", "E10", "E16", "E19", "E21", "E39"} & claimed
        assert not [miss for miss in matrix.misses if miss.name in sure]


def test_every_class_that_lies_on_a_plane_is_unseen_without_it(build) -> None:
    """Hold the catalogue's own claim: what it says needs a plane is not caught by a rule that has none."""
    flag = [f"这款理财{WORD}，可以放心{end}" for end in ("买", "拿", "入", "存", "配", "选")]
    packs = build({**rule(1, False), "cases": {"flag": flag, "pass": ["湖边走一圈"] * 6}}, {"id": "TRY-02"})
    for name in ("E10", "E16", "E19", "E21", "E38", "E39"):
        assert catalogue().classes[name].planes
        variant = vary(name, flag[0], (4, 8), Random(0))
        assert variant is not None
        found = {finding.rule for finding in check(NoteInput(body=variant.text), packs=packs, likeness=False).open()}
        assert found == {"TRY-02"}


def test_sees_asks_for_every_plane_of_what_hides_a_word() -> None:
    some = load_packs(examples=False).rules[0].rule
    rule_ = some.model_copy(update={"match": some.match.model_copy(update={"disguise": ("skeleton",)})})
    assert sees(rule_, ()) and sees(rule_, ("split", "invisible")) and not sees(rule_, ("split", "pinyin"))


def _with_planes(packs: Packs, rule_id: str, planes: tuple[Plane, ...]) -> Packs:
    changed = []
    for compiled in packs.rules:
        match = compiled.rule.match.model_copy(update={"disguise": planes})
        mine = compiled.rule.id == rule_id
        changed.append(replace(compiled, rule=compiled.rule.model_copy(update={"match": match})) if mine else compiled)
    return replace(packs, rules=tuple(changed))


def _of(packs: Packs, text: str, rule_id: str) -> list[object]:
    return [f for f in check(NoteInput(body=text), packs=packs, likeness=False).open() if f.rule == rule_id]
