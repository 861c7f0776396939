"""What is counted of letters, on notes whose violations are known."""

import json

import pytest
from typer.testing import CliRunner

from evals.advice import NOTES, AdvisedNote, count, letters, read_notes
from evals.cli import app

LIFE = "今早车胎瘪了，我爸开三轮把我捎到网点，我俩笑了半天。"
SURE = "这款基金保本，稳赚不赔。"
OIL = "这周放五万往上的，自家榨的茶油一户一壶拎走。"
TEA = "后街那家的茶，喝了三年没换过。"
BODY = f"{LIFE}\n{SURE}\n{OIL}\n{TEA}"
SEEDS = [
    {"words": SURE, "rule": "RET-01", "also": ["RET-03"], "kind": "plain"},
    {"words": OIL, "rule": "DEP-01", "kind": "judgement"},
]


def entry(reply=None, seeds=SEEDS, **answer):
    told = {"opening": "车胎那段写得好。", "product": "fund", "points": [], **answer}
    return AdvisedNote(
        id="n1", title="坐三轮去上班", body=BODY, tags=("县城",), products=("fund",),
        seeds=tuple(seeds), reply=reply or json.dumps(told, ensure_ascii=False),
    )  # fmt: skip


def letter(*args, **answer):
    (told,) = letters([entry(*args, **answer)])
    return told


def point(quote, rule, why="听的人会当真，出了事先来找您"):
    return {"quote": quote, "rule": rule, "why": why}


def test_what_a_letter_tells_is_counted_by_its_seeds():
    told = letter(points=[point(OIL, "DEP-01")])
    assert (told.seeds, told.told, told.right, told.product) == (2, 2, 2, True)  # the other is the rules' own
    assert (told.reasons, told.refused) == (1, 0)
    assert letter(points=[point(OIL, "ADL-06")]).right == 1


def test_what_rules_point_at_is_counted_without_the_model():
    assert letter(reply="好的").pointed == letter(points=[point(OIL, "DEP-01")]).pointed >= 1


def test_a_reply_of_no_use_is_no_letter():
    told = letter(reply="好的")
    assert told.reason and told.told == 0 and count([told])["letters"] == 0


def test_a_reason_that_is_not_printed_is_counted():
    assert letter(points=[point(OIL, "DEP-01", why="详情见 www.example.com/abc")]).refused == 1


def test_a_paragraph_kept_with_a_violation_in_it_is_counted():
    tea = {"words": TEA, "rule": "GFT-01", "kind": "judgement"}
    told = letter(seeds=[*SEEDS, tea], keep=[1, 4])
    assert (told.kept, told.kept_wrongly) == (2, 1)
    assert letter(keep=[1, 4]).kept_wrongly == 0


def test_sums_are_over_all_letters():
    sums = count([letter(points=[point(OIL, "DEP-01")]), letter(reply="好的")])
    assert (sums["letters"], sums["seeds"], sums["told"]) == (1, 4, 2)


def test_the_committed_replies_keep_no_violation():
    told = list(letters(read_notes()[::9]))
    assert len(told) >= 5 and not [one.id for one in told if one.reason or one.kept_wrongly]
    assert count(told)["told"] >= 0.9 * count(told)["seeds"]


def test_every_committed_seed_stands_in_its_note():
    notes = read_notes(NOTES)
    assert len({note.id for note in notes}) == len(notes) >= 40
    assert all(seed.words in note.body or seed.words in note.title for note in notes for seed in note.seeds)


@pytest.mark.parametrize(("keep", "code"), [([1], 0), ([1, 4], 1)])
def test_the_command_fails_where_a_violation_may_stay(tmp_path, keep, code):
    tea = {"words": TEA, "rule": "GFT-01", "kind": "judgement"}
    given = tmp_path / "notes.jsonl"
    given.write_text(entry(seeds=[*SEEDS, tea], keep=keep).model_dump_json() + "\n", encoding="utf-8")
    told = CliRunner().invoke(app, ["advice", "--notes", str(given), "--each"])
    assert told.exit_code == code and "1 封信，1 篇坏笔记，3 处违规" in told.stdout
    assert ("✗ n1" in told.stderr) is bool(code)
