"""Every phrase of every bank is asserted by nobody: no experience, no number, nothing a rule objects to."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from agent.authors.phrasebank import (
    Anchored,
    Bridges,
    Scene,
    load_bridges,
    load_common,
    load_scenes,
    load_skeletons,
)
from agent.errors import ConfigurationError
from agent.guardrails import check
from agent.models import NoteInput
from agent.text.provenance import checkable_numbers, first_person_claims, unsupported_numbers

SLOTS = {
    "topic": "整理阳台",
    "lead": "整理阳台，",
    "keyword": "阳台",
    "label": "家务",
    "product": "家庭卡",
    "step": "翻账单",
}

TOLD = {"quote": "别朝风", "detail": "笑得停不下来", "hint": "先走一圈"}


def phrases(scene: Scene) -> list[str]:
    facets = [line for facet in scene.facets for line in facet.lines]
    banks = (scene.leads, scene.lines, facets, scene.closings)
    return [phrase.format(**SLOTS) for bank in (*banks, scene.titles, scene.covers) for phrase in bank]


def shared() -> list[str]:
    common = load_common()
    banks = (
        common.benefit_intros, common.benefit_drawbacks, common.product_intros, common.product_drawbacks,
        common.titles, common.covers, common.question_titles, common.short_titles, common.topic_shifts,
        common.keyword_leads,
    )  # fmt: skip
    return [phrase.format(**SLOTS) for bank in banks for phrase in bank]


def bridges() -> list[str]:
    bank = load_bridges()
    anchored = (bank.points, bank.benefits, bank.closings, bank.titles)
    taken_up = [getattr(kinds, kind) for kinds in anchored for kind in Anchored.model_fields]
    more = (bank.onward, bank.thresholds.below, bank.thresholds.above)
    return [phrase for phrases in (*taken_up, *more) for phrase in phrases]


@pytest.mark.parametrize("scene", load_scenes(), ids=lambda scene: scene.id)
def test_no_phrase_claims_an_experience_or_states_a_number(scene: Scene) -> None:
    assert [p for p in phrases(scene) if first_person_claims(p) or checkable_numbers(p)] == []


@pytest.mark.parametrize("scene", load_scenes(), ids=lambda scene: scene.id)
def test_no_rule_objects_to_a_phrase(scene: Scene) -> None:
    report = check(NoteInput(title=SLOTS["topic"], body="\n".join(phrases(scene)), note_type="lifestyle"))
    found = [(f.rule, f.text) for f in report.open("block", "fix") if f.start is not None and f.rule != "XHS-01"]
    assert found == []


@pytest.mark.parametrize("scene", load_scenes(), ids=lambda scene: scene.id)
def test_every_narrow_word_stands_in_a_phrase_of_its_scene(scene: Scene) -> None:
    told = "\n".join(phrases(scene))
    assert [word for narrow in scene.narrow for word in narrow.words if word not in told] == []


def test_shared_phrases_claim_nothing_and_break_no_rule() -> None:
    assert [p for p in shared() if first_person_claims(p) or checkable_numbers(p)] == []
    report = check(NoteInput(title=SLOTS["topic"], body="\n".join(shared()), note_type="lifestyle"))
    assert [f.text for f in report.open("block", "fix") if f.start is not None and f.rule != "XHS-01"] == []


LIVES = ("打工", "独居", "新手", "备婚", "新婚", "铲屎", "打卡", "家有", "职场新人", "一人食", "留学", "续命")


def test_no_tag_asserts_a_life_nobody_told() -> None:
    common = load_common()
    tags = [*common.tags, *common.story_tags, *(tag for scene in load_scenes() for tag in scene.tags)]
    assert [tag for tag in tags if any(life in tag for life in LIVES)] == []


def test_a_feed_of_twenty_notes_finds_a_general_tag_for_each() -> None:
    assert len(set(load_common().tags)) >= 20
    assert len(set(load_common().story_tags)) >= 20
    assert not set(load_common().tags) & set(load_common().story_tags)


def test_bridges_have_a_dozen_shapes() -> None:
    bank = load_bridges()
    assert min(len(set(phrases)) for phrases in (bank.onward, bank.benefits.word, load_common().benefit_intros)) >= 12


def test_there_are_at_least_twenty_families_with_distinct_ids() -> None:
    ids = [scene.id for scene in load_scenes()]
    assert len(ids) >= 20
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("note_type", ["lifestyle", "education", "benefit", "marketing"])
@pytest.mark.parametrize("material", [True, False])
def test_each_note_type_has_several_skeletons(note_type: str, material: bool) -> None:
    fitting = [s for s in load_skeletons() if note_type in s.note_types and s.material is material]
    assert len(fitting) >= 4


def test_skeletons_tell_life_before_the_point() -> None:
    for skeleton in load_skeletons():
        roles = [role for paragraph in skeleton.paragraphs for role in paragraph]
        first = min((roles.index(role) for role in ("point", "fact") if role in roles), default=len(roles))
        assert set(roles[:first]) & {"material", "lines"}, skeleton.id


def test_no_skeleton_warns_of_an_offer_before_it_is_made() -> None:
    for skeleton in load_skeletons():
        roles = [role for paragraph in skeleton.paragraphs for role in paragraph]
        if "fact" in roles:
            assert roles.index("drawback") > roles.index("fact"), skeleton.id


@pytest.mark.parametrize("amount", ["五十六块八", "32块", "六千八", "五块钱", "一百四十块"])
def test_a_bridge_says_no_more_than_what_stands_in_its_slots(amount: str) -> None:
    given = SLOTS | {"word": "短信", "amount": amount, "object": "那双靴子", **TOLD}
    told = (f"花了{amount}，满50元", "别朝风")
    for phrase in bridges():
        text = phrase.format(**given, threshold="50")
        assert not unsupported_numbers(text, told), text
        assert not first_person_claims(text), text


def test_no_rule_objects_to_a_bridge() -> None:
    given = SLOTS | {"word": "短信", "amount": "32块", "object": "那双靴子", **TOLD}
    told = "\n".join(phrase.format(**given, threshold="50") for phrase in bridges())
    report = check(NoteInput(title=SLOTS["topic"], body=told, note_type="lifestyle"))
    known = ("XHS-01",)
    assert [f.text for f in report.open("block", "fix") if f.start is not None and f.rule not in known] == []


def test_a_pattern_of_speech_says_which_part_was_said() -> None:
    with pytest.raises(ValidationError, match="one group"):
        Bridges.model_validate({**load_bridges().model_dump(), "speech": ["说：.+"]})


def test_a_wrong_bank_names_file_line_and_key(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("id: broken\nlabel: 坏\nstrong: [甲, 乙, 丙]\nopening: []\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_scenes(tmp_path)
    assert "broken.yaml" in str(raised.value)


def test_an_unknown_slot_is_an_error(tmp_path: Path) -> None:
    source = next(Path("agent/data/phrases/scenes").glob("coffee.yaml")).read_text(encoding="utf-8")
    (tmp_path / "coffee.yaml").write_text(source.replace("{keyword}", "{place}", 1), encoding="utf-8")
    with pytest.raises(ConfigurationError):
        load_scenes(tmp_path)
