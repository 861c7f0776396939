"""A text is checked once for what it is marked as and what is decided on it; anything else is checked anew."""

from datetime import date

import pytest

from agent.graph.checking import CheckedOnce
from agent.graph.submission import check_note
from agent.models import Brief, Fact, Institution, Note, NoteInput, Report, Segment, Sources

TODAY = date(2026, 11, 24)
TEXT = NoteInput(title="植物园", body="银杏正黄。")
FACT = Fact(id="f-1", product="p", category="card", claim="满30元减5元", source="活动页", valid_from=TODAY)


class Check:
    def __init__(self, *failures):
        self.asked = []
        self.failures = list(failures)

    def __call__(self, note, /, **given):
        self.asked.append((note, given))
        if self.failures:
            raise self.failures.pop()
        return Report(verdict="pass", note_type="lifestyle", text_hash=str(len(self.asked)))


def test_the_same_question_again_is_answered_by_the_same_report():
    check = Check()
    once = CheckedOnce(check)
    assert once(TEXT, facts=(FACT,), as_of=TODAY) is once(TEXT.model_copy(), facts=(FACT.model_copy(),), as_of=TODAY)
    assert len(check.asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"note": TEXT.model_copy(update={"body": "银杏正黄！"})},
        {"facts": ()},
        {"facts": (FACT.model_copy(update={"claim": "满30元减6元"}),)},
        {"as_of": date(2026, 11, 25)},
        {"stage": "brief"},
    ],
)
def test_one_character_or_one_fact_makes_it_another_question(other):
    check = Check()
    once = CheckedOnce(check)
    asked = {"note": TEXT, "facts": (FACT,), "as_of": TODAY}
    for given in (asked, {**asked, **other}, asked):
        once(given["note"], **{name: value for name, value in given.items() if name != "note"})
    assert len(check.asked) == 3


def test_a_check_that_failed_is_asked_again_and_its_failure_is_told():
    once = CheckedOnce(Check(ValueError("broken rule")))
    with pytest.raises(ValueError, match="broken rule"):
        once(TEXT, as_of=TODAY)
    assert once(TEXT, as_of=TODAY).verdict == "pass"


def test_a_text_is_compared_with_what_somebody_was_handed_and_with_no_draft():
    texts = [Segment(text=text, kind="life") for text in ("银杏正黄。", "风有点大。", "门口排着队。")]
    note, draft, handed = (Note(titles=("植物园",), title="植物园", segments=(text,)) for text in texts)
    sources = Sources(
        brief=Brief(id="r", topic="植物园", as_of=TODAY),
        institution=Institution(name="云杉银行", full_name="云杉银行"),
        earlier=(draft, handed),
        drafts=(draft.text_hash,),
    )
    check = Check()
    check_note(note, sources, check=check, waivers=())
    assert [given["earlier"] for _, given in check.asked] == [(handed,)]
