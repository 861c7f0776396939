"""What staff read names no rule by its number alone, says again how a note was made, and offers nothing in vain."""

import pytest

from agent import guardrails
from agent.chat.means import can_rewrite, can_wish
from agent.chat.naming import RuleNames
from agent.chat.narrating import Narrator
from agent.chat.values import Block, Intent
from agent.models import Note, Segment


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("RET-03：删去“稳赚”", "承诺一定赚钱：删去“稳赚”"),
        ("第 1 轮（RET-03、XYZ-99）", "第 1 轮（承诺一定赚钱、XYZ-99）"),
        ("编号 CC-COFFEE-30 和 ARET-031 不是规则", "编号 CC-COFFEE-30 和 ARET-031 不是规则"),
    ],
)
def test_a_rule_is_called_by_its_title(line, named):
    assert RuleNames(guardrails.load_packs(examples=False)).named(line) == named


async def test_findings_to_choose_from_and_changes_are_named(talk):
    await talk.drafted()
    await talk("把“点了一杯耶加”改成“这款理财稳赚不赔，保本”")
    asked = await talk(intent="explain")
    labels = [option.label for option in asked.question.options] if asked.question else []
    accepted = await talk("RET-03", intent="accept_fix")
    assert labels and all("-0" not in label for label in labels)
    assert accepted.changes and not any(line.startswith("RET") for line in accepted.changes)


async def test_how_a_note_was_made_is_told_again_from_the_record(talk, chat):
    answer = await talk.drafted()
    result = await chat.drafting.peek(answer.run)
    again = list(Narrator(RuleNames(chat.packs)).rounds(result.rounds))
    assert again and [line for line in answer.steps if line.startswith("第")] == again


def test_without_a_model_only_what_leads_to_something_is_offered():
    plain = Note(titles=("甲乙",), title="甲乙", segments=(Segment(text="天晴，去走走。", kind="life"),))
    bookish = plain.model_copy(update={"segments": (Segment(text="天气非常好，因此去走走。", kind="life"),)})
    assert not can_wish(Intent.MORE_SPOKEN, plain, has_model=False)
    assert can_wish(Intent.MORE_SPOKEN, bookish, has_model=False)
    assert can_wish(Intent.MORE_SPOKEN, plain, has_model=True) and can_wish(Intent.SHORTER, plain, has_model=False)
    title, body, cover = (Block(id=kind, kind=kind, text="字") for kind in ("title", "body", "cover"))
    more = plain.model_copy(update={"titles": ("甲乙", "丙丁")})
    assert can_rewrite(title, more, has_model=False) and not can_rewrite(title, plain, has_model=True)
    assert can_rewrite(body, plain, has_model=True) and not can_rewrite(body, plain, has_model=False)
    assert not can_rewrite(cover, plain, has_model=True)
