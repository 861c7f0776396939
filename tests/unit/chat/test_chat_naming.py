"""What staff read names no rule by its number alone, says again how a note was made, and offers nothing in vain."""

from types import SimpleNamespace

import pytest
from chatting import TODAY

from agent import guardrails
from agent.chat.means import can_rewrite, can_wish
from agent.chat.naming import RuleNames, is_command
from agent.chat.narrating import Narrator
from agent.chat.rewording import other_cover
from agent.chat.values import Block, Intent
from agent.cli.progress import Progress
from agent.drafting import Event
from agent.models import Brief, Finding, Institution, Material, Note, Report, Segment, Sources
from agent.web.api.working import works_of_app
from agent.workspace import load_workspace

PROMISE = Finding(
    rule="RET-03", pack="returns", severity="block", field="body", text="稳赚", message="", fingerprint="f"
)
CHECKED = Event(
    run="r-1",
    node="comply",
    round=1,
    update={"last_report": Report(verdict="block", note_type="lifestyle", findings=(PROMISE,))},
)


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


def test_a_terminal_names_rules_while_a_note_is_written(capsys):
    Progress(load_workspace(None))(CHECKED)
    told = capsys.readouterr().err
    assert "承诺一定赚钱" in told and "RET-03" not in told


async def test_the_events_of_a_run_name_rules():
    app = SimpleNamespace(state=SimpleNamespace())
    brief = Brief(id="r-1", topic="手冲", note_type="lifestyle", as_of=TODAY)

    async def work(hear):
        hear(CHECKED)

    async with works_of_app(app) as works:
        app.state.services = SimpleNamespace(chat=SimpleNamespace(packs=guardrails.load_packs(examples=False)))
        told = [event.text async for event in works.start(brief, owner="甲", work=work).follow()]
    assert ["承诺一定赚钱" in line and "RET-03" not in line for line in told] == [True]


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
    told = Material(id="m1", text="路边有人在吹糖人，围了一圈孩子。", kind="event")
    bare, told_of = (
        Sources(
            brief=Brief(id="r", topic="走走", material=material, as_of=TODAY),
            institution=Institution(name="云杉银行", full_name="云杉银行股份有限公司"),
        )
        for material in ((), (told,))
    )
    assert can_rewrite(title, more, bare, has_model=False) and not can_rewrite(title, plain, bare, has_model=True)
    assert can_rewrite(body, plain, bare, has_model=True) and not can_rewrite(body, plain, bare, has_model=False)
    assert can_rewrite(cover, plain, told_of, has_model=False)
    only = plain.model_copy(update={"cover": "路边有人在吹糖人"})
    assert other_cover(only, told_of) not in ("", only.cover)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("运行 20261127-37621e 的这个文本已被退回修改", "这一版文字已被退回修改"),
        ("运行编号 20261127-37621e 已被别处用掉", "这一篇已被别处用掉"),
        ("运行得很慢", "运行得很慢"),
    ],
)
def test_a_note_is_not_called_by_the_number_of_its_run(line, told):
    assert RuleNames().named(line) == told


def test_what_to_type_in_a_terminal_is_told_nobody_who_talks():
    assert is_command("用 agent show 20261127-37621e 查看最新文本") and not is_command("先改了再送")
