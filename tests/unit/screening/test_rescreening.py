"""A store screened again after a change of rules yields what a full run yields, and looks only where it must."""

import shutil

import pytest
from archives import BAD, DAY, LIFE, lines, note, write_lines

from agent.errors import UsageError
from agent.guardrails import load_packs
from agent.guardrails.matchers import build_matcher
from agent.models import NoteInput
from agent.paths import data_root
from agent.screening import checking, plan, runner
from agent.screening.edition import Circumstances, edition_of
from agent.screening.impact import weigh_impact
from agent.screening.sieve import Planes

pytestmark = pytest.mark.usefixtures("small_book")
OWN = """
id: OWN-01
title: 本行不许写银杏
severity: fix
kind: {kind}
effective: 2020-01-01
match: {match}
message: 本行规定。
advice: 换一个说法。
basis: [{{instrument: 本行制度}}]
cases:
  flag: [门口的银杏正黄一片, 门口的银杏正黄两片, 门口的银杏正黄三片, 门口的银杏正黄四片, 门口的银杏正黄五片, 银杏]
  pass: [一, 二, 三, 四, 五, 六]
"""


@pytest.fixture
def bank(tmp_path_factory):
    """Return a folder of a bank's own rules with these files."""

    def make(**files):
        folder = tmp_path_factory.mktemp("bank")
        for name, text in files.items():
            path = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("_", "-")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return make


def own_rule(kind="term", match="{terms: [银杏]}"):
    return {
        "own__pack_yaml": "{name: own, title: 本行, version: '1'}",
        "own__OWN_01_yaml": OWN.format(kind=kind, match=match),
    }


CHANGES = {
    "nothing": ({}, {}),
    "a severity": ({}, {"tighten_yaml": "XHS-03: {severity: block}\nACC-04: {severity: block}"}),
    "a word people disguise": (own_rule(), own_rule(match="{terms: [银杏, 晒太阳]}")),
    "a rule more": ({}, own_rule()),
    "a rule less": (own_rule(), {}),
    "another word": (own_rule(), own_rule(match="{terms: [植物园], disguise: 'false'}")),
    "a pattern": (own_rule(), own_rule("pattern", "{patterns: ['第[0-9]*7次']}")),
    "two words": (own_rule(), own_rule("combine", "{groups: [[理财, 基金], ['re:稳赚|闭眼']]}")),
    "an absence": ({}, own_rule("require", "{trigger: [理财], any_of: [理财有风险]}")),
    "no absence any more": (own_rule("require", "{trigger: [理财], any_of: [理财有风险]}"), {}),
    "a list the rule names": (
        {**own_rule(match="{terms: ['@own-words']}"), "terms__own_yaml": "own-words: [银杏]"},
        {**own_rule(match="{terms: ['@own-words']}"), "terms__own_yaml": "own-words: [银杏, 长椅]"},
    ),
    "a list the engine reads": ({}, {"terms__own_yaml": "products-fund: [植物园]"}),
    "an alias": ({}, {"disguises_yaml": "aliases: {稳赚不赔: [晒太阳]}"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_rule_book_gives_the_reports_of_a_full_run(what, archive, tmp_path, go, bank):
    before, after = ((bank(**files),) if files else () for files in CHANGES[what])
    store = tmp_path / "s.db"
    go(archive, out="before.jsonl", overlay=before, store=store)
    again = go(out="again.jsonl", overlay=after, store=store)
    full = go(archive, out="full.jsonl", overlay=after)
    assert lines(tmp_path / "again.jsonl") == lines(tmp_path / "full.jsonl")
    assert again.tally == full.tally
    if what != "nothing":
        assert (tmp_path / "before.jsonl").read_bytes() != (tmp_path / "full.jsonl").read_bytes()
    back = go(out="back.jsonl", overlay=before, store=store, telling_only=False)
    go(archive, out="every.jsonl", overlay=before, telling_only=False)
    assert (tmp_path / "back.jsonl").read_bytes() == (tmp_path / "every.jsonl").read_bytes()
    assert back.tally.notes == 40


CHOSEN = own_rule("pattern", "{patterns: ['wenzhuanbupei.{0,4}保本保息', '稳赚不'], disguise: [norm, skeleton]}")


@pytest.mark.parametrize(("body", "before", "after"), [
    ("这款理财wenzhuanbupei，保*保息，放心", {}, CHOSEN),
    ("这款理财稳.赚.不pei，放心", CHOSEN, {**CHOSEN, "disguises_yaml": "key_words: [稳赚不]"}),
], ids=["the rule is new", "a shorter word is looked for"])  # fmt: skip
def test_a_rule_that_chose_its_planes_is_asked_where_another_plane_won(body, before, after, tmp_path, go, bank):
    source = write_lines(tmp_path / "a.jsonl", [{"id": "n", "body": body}, {"id": "m", "body": LIFE}])
    first, second = ((bank(**files),) if files else () for files in (before, after))
    go(source, out="before.jsonl", overlay=first, store=tmp_path / "s.db")
    go(out="again.jsonl", overlay=second, store=tmp_path / "s.db")
    go(source, out="full.jsonl", overlay=second)
    assert lines(tmp_path / "again.jsonl") == lines(tmp_path / "full.jsonl")
    told = [(tmp_path / f"{name}.jsonl").read_text(encoding="utf-8") for name in ("before", "full")]
    assert ["OWN-01" in text for text in told] == [False, True]


def test_the_impact_of_a_word_is_seen_where_a_longer_word_on_another_plane_won(small_book, bank):
    old, new = (small_book((bank(**{**CHOSEN, **more}),)) for more in ({}, {"disguises_yaml": "key_words: [稳赚不]"}))
    notes = [NoteInput(body="这款理财稳.赚.不pei，放心"), NoteInput(body=LIFE)]
    effects = list(weigh_impact(old, new, Circumstances(as_of=DAY)).effects(notes))
    assert [(effect.note, effect.rule, effect.change) for effect in effects] == [("#1", "OWN-01", "new")]


def test_refused_rows_come_out_again(tmp_path, go):
    source = write_lines(tmp_path / "a.jsonl", [{"body": LIFE}, {"id": "no text"}, {"body": BAD}])
    go(source, out="first.jsonl", store=tmp_path / "s.db")
    progress = go(out="again.jsonl", store=tmp_path / "s.db")
    assert (progress.tally.notes, progress.tally.rejected) == (2, 1)
    for end in (".jsonl", ".rejected.jsonl"):
        assert (tmp_path / f"again{end}").read_bytes() == (tmp_path / f"first{end}").read_bytes()


@pytest.fixture
def looked(monkeypatch):
    """Collect the notes that are checked again, in full or by some rules."""
    seen = []
    for module in (checking, plan):

        def check(note, original=module.check, **given):
            seen.append((note.id, len(given["packs"].rules)))
            return original(note, **given)

        monkeypatch.setattr(module, "check", check)
    return seen


def test_only_the_notes_that_hold_the_words_are_looked_at(archive, tmp_path, go, bank, looked):
    go(
        archive,
        out="before.jsonl",
        overlay=(bank(**own_rule("pattern", "{patterns: [无此字样]}")),),
        store=tmp_path / "s.db",
    )
    looked.clear()
    after = bank(**own_rule("pattern", "{patterns: ['第[0-9]*7次']}"))
    go(out="again.jsonl", overlay=(after,), store=tmp_path / "s.db")
    assert looked == [(f"n{n}", 1) for n in range(40) if n % 10 == 7]


def test_a_message_that_changed_is_looked_at_where_the_rule_spoke(archive, tmp_path, go, bank, looked):
    first = own_rule(match="{terms: [闭眼], disguise: 'false'}")
    go(archive, out="before.jsonl", overlay=(bank(**first),), store=tmp_path / "s.db")
    looked.clear()
    second = {**first, "own__OWN_01_yaml": first["own__OWN_01_yaml"].replace("本行规定。", "新的说法。")}
    go(out="again.jsonl", overlay=(bank(**second),), store=tmp_path / "s.db")
    assert looked == [(f"n{n}", 1) for n in range(40) if n % 17 == 7]


def test_a_note_in_which_something_else_is_hidden_now_is_checked_in_full(archive, tmp_path, go, bank, looked):
    go(archive, out="before.jsonl", store=tmp_path / "s.db")
    looked.clear()
    after = bank(disguises_yaml="aliases: {稳赚不赔: [第13次来]}")
    go(out="again.jsonl", overlay=(after,), store=tmp_path / "s.db")
    assert [name for name, rules in looked if rules > 1] == ["n13"]


@pytest.mark.parametrize("batches", [1, 4])
def test_a_stopped_screening_again_goes_on(archive, tmp_path, go, bank, monkeypatch, batches):
    monkeypatch.setattr(runner, "BATCH", 7)
    monkeypatch.setattr(runner, "COMMIT_SECONDS", 0)
    go(archive, out="before.jsonl", store=tmp_path / "s.db")
    overlay = (bank(**own_rule()),)
    full = go(archive, out="full.jsonl", overlay=overlay)
    original, seen = runner.recheck_rows, []

    def recheck_rows(setup, task):
        seen.append(task)
        if len(seen) > batches:
            raise KeyboardInterrupt
        return original(setup, task)

    monkeypatch.setattr(runner, "recheck_rows", recheck_rows)
    with pytest.raises(KeyboardInterrupt):
        go(out="again.jsonl", overlay=overlay, store=tmp_path / "s.db")
    monkeypatch.setattr(runner, "recheck_rows", original)
    again = go(out="again.jsonl", overlay=overlay, store=tmp_path / "s.db")
    assert again.tally == full.tally
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "full.jsonl").read_bytes()


def code_of(call):
    with pytest.raises(UsageError) as caught:
        call()
    return caught.value.code


def test_a_store_that_is_not_there_not_whole_or_another_is_told(archive, tmp_path, go, monkeypatch):
    assert code_of(lambda: go(out="x.jsonl", store=tmp_path / "no.db")) == "screen_no_store"
    monkeypatch.setattr(runner, "COMMIT_SECONDS", 0)
    monkeypatch.setattr(runner, "BATCH", 7)

    def stop(setup, rows, seen=[]):  # noqa: B006
        seen.append(rows)
        if len(seen) > 2:
            raise KeyboardInterrupt
        return checking.check_rows(setup, rows)

    monkeypatch.setattr(runner, "check_rows", stop)
    with pytest.raises(KeyboardInterrupt):
        go(archive, out="x.jsonl", store=tmp_path / "s.db")
    assert code_of(lambda: go(out="y.jsonl", store=tmp_path / "s.db")) == "screen_store_unfinished"
    monkeypatch.setattr(runner, "check_rows", checking.check_rows)
    go(archive, out="x.jsonl", store=tmp_path / "s.db")
    other = write_lines(tmp_path / "other.jsonl", [note(n) for n in range(3)])
    assert code_of(lambda: go(other, out="z.jsonl", store=tmp_path / "s.db")) == "screen_store_exists"
    assert go(out="y.jsonl", store=tmp_path / "s.db").tally.notes == 40


def test_cases_change_no_digest_and_every_other_key_does(bank, small_book):
    def edition(text):
        return edition_of(small_book((folder := bank(**{**own_rule(), "own__OWN_01_yaml": text}),)),
                          Circumstances(overlay=(folder,), as_of=DAY)).digest  # fmt: skip

    text = own_rule()["own__OWN_01_yaml"]
    assert edition(text) == edition(text.replace("门口的银杏正黄一片", "院里的银杏正黄一片"))
    for old, new in (("fix", "warn"), ("换一个", "改一个"), ("2020-01-01", "2027-01-01"), ("本行制度", "本行办法")):
        assert edition(text) != edition(text.replace(old, new)), new


def test_planes_are_kept_note_by_note():
    planes = Planes.of(["稳赚", "不赔", "", "闭眼入"])
    assert Planes.unpack(*planes.pack()) == planes
    assert planes.texts == ["稳赚", "不赔", "", "闭眼入"]
    assert planes.holding(build_matcher(["不赔", "眼入"])) == {1, 3}


def test_every_list_that_code_names_counts_for_all_rules():
    from agent.screening.edition import ENGINE_LISTS

    names = load_packs().lists.names
    text = "".join(p.read_text("utf-8") for p in (data_root() / "agent" / "guardrails").glob("*.py"))
    named = {name for name in names if f'"{name}"' in text and not name.startswith(("products-", "mentions-"))}
    assert named <= set(ENGINE_LISTS)


def test_a_store_can_be_moved(archive, tmp_path, go):
    go(archive, out="first.jsonl", store=tmp_path / "s.db")
    shutil.move(tmp_path / "s.db", tmp_path / "moved.db")
    go(out="again.jsonl", store=tmp_path / "moved.db")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "first.jsonl").read_bytes()
