"""The guardrail suite: data well formed, every table right on a few made outcomes, and a lost rule turns it red."""

from collections import Counter
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from agent.guardrails.loader import load_packs
from agent.models import NoteInput
from evals.cli import app
from evals.comparing import compare
from evals.errors import EvalError
from evals.guardrail import tables
from evals.guardrail.ablating import without_contexts, without_disguises
from evals.guardrail.alarms import alarms, noisiest, seeds
from evals.guardrail.evading import by_class, generate
from evals.guardrail.outcomes import Outcome, Told, ask, outcomes, without_likeness
from evals.guardrail.rates import Share, by_family, by_rule, pairs
from evals.guardrail.summing import summarize_outcomes
from evals.guardrail.texts import Text, digest_of_texts, read_all, read_labelled

TEXTS = read_all()


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def text(name="t1", body="这款理财保本保息", rules=("RET-01",), family="returns", kind="plain", **more):
    return Text(name, family, NoteInput(body=body, products=more.pop("products", ())), rules=rules, kind=kind, **more)


def told(rule="RET-01", start=0, end=4, severity="block", alike=False):
    return Told(rule, severity, start, end, "body" if start is not None else "note", alike)


class TestData:
    def test_every_family_has_enough_of_both_halves(self):
        labelled = [t for t in TEXTS if t.kind not in ("note", "evasion", "benign", "passage")]
        counted = Counter((t.family, t.split, t.is_violation) for t in labelled)
        assert len({t.family for t in labelled}) == 12
        assert {split: number for (_, split, _), number in counted.items()} == {"dev": 18, "held": 18, "final": 12}
        assert len(counted) == 12 * 3 * 2

    def test_pairs_hold_one_of_each(self):
        twins = {}
        for one in TEXTS:
            if one.pair and one.family != "evasion":
                twins.setdefault((one.family, one.pair), []).append(one.is_violation)
        assert len(twins) >= 200 and all(sorted(both) == [False, True] for both in twins.values())

    def test_benign_twins_cover_their_classes_and_no_reader_is_built_on_them(self):
        classes = Counter(t.hidden for t in TEXTS if t.family == "benign")
        assert set(classes) == {f"B{n:02}" for n in range(1, 21)} and min(classes.values()) >= 3
        assert all(t.split == "held" for t in TEXTS if t.family == "benign")

    def test_disguises_by_hand_cover_every_class_and_hide_a_held_violation(self):
        known = {t.id: t for t in TEXTS}
        by_hand = [t for t in TEXTS if t.family == "evasion"]
        assert {t.hidden for t in by_hand} == {f"E{n:02}" for n in range(1, 49)} and len(by_hand) >= 80
        assert all(known[t.pair].split == "held" and known[t.pair].rules == t.rules for t in by_hand)

    def test_seeds_stand_in_their_notes_and_clean_notes_are_enough(self):
        bad = [t for t in TEXTS if t.seeded]
        assert len(bad) == 24 and all(words in t.note.body for t in bad for _, words in t.seeded)
        assert sum(t.family in ("clean_dev", "clean", "money") for t in TEXTS) >= 200
        assert len({t.shown for t in TEXTS}) == len(TEXTS)

    def test_passages_hold_the_words_that_violate_once_and_both_halves_of_every_rule(self):
        told = [t for t in TEXTS if t.kind == "passage"]
        bad = [t for t in told if t.is_violation]
        assert all(t.note.body.count(t.words) == 1 for t in bad) and not any(t.words for t in told if t not in bad)
        counted = Counter((t.rules[0], t.split) for t in bad)
        assert len(counted) == 2 * 115 and min(counted.values()) >= 6
        assert Counter(t.split for t in told if not t.is_violation) == {"dev": 460, "held": 460}

    def test_nothing_labelled_is_nothing_measured(self, tmp_path):
        with pytest.raises(EvalError, match="没有可量的"):
            read_labelled(tmp_path)

    def test_the_digest_sees_a_changed_label(self):
        assert digest_of_texts([text()]) != digest_of_texts([text(rules=("RET-02",))])


class TestOutcomes:
    def test_of_a_passage_only_what_points_at_its_words_counts(self, packs):
        body = "这款理财保本保息。另外这只理财闭眼买。"
        whole = ask(text(body=body), packs)
        there, elsewhere = (ask(text(body=body, kind="passage", words=words), packs) for words in ("保本保息", "另外"))
        assert {"RET-01", "RET-02"} <= whole.wording and "RET-01" in there.wording
        assert "RET-02" not in there.wording and not elsewhere.wording

    def test_the_table_of_passages_counts_by_split_and_kind(self):
        bad, good = (
            text(kind="passage", words="保本", hidden="plain"),
            text(kind="passage", rules=(), hidden="innocent"),
        )
        found = [Outcome(bad, (told(),)), Outcome(bad, (told("RET-02", alike=True),)), Outcome(good, (told(),))]
        lines = tables.passages(found, splits=("held", "final")).splitlines()
        plain, innocent = (next(line for line in lines if f"held {kind}" in line) for kind in ("plain", "innocent"))
        assert [part for part in plain.split() if "/" in part] == ["2/2", "1/2", "1/2", "1/2"]
        assert [part for part in innocent.split() if "/" in part] == ["1/1"] * 4 and "final" not in "".join(lines)

    def test_a_sibling_on_the_wording_counts_as_found_and_an_absence_does_not(self):
        assert Outcome(text(), (told("RET-02"),)).is_found and not Outcome(text(), (told("RET-02"),)).is_named
        assert not Outcome(text(), (told("DIS-01", None, None),)).is_found
        assert Outcome(text(rules=("DIS-01",)), (told("DIS-01", None, None),)).is_named

    def test_an_innocent_sentence_owes_no_disclosure_and_a_whole_note_does(self):
        absent = (told("DIS-01", None, None),)
        assert Outcome(text(rules=(), kind="negated"), absent).is_right
        assert not Outcome(text(rules=(), kind="note"), absent).is_right

    def test_without_the_reader_only_rules_speak(self):
        (one,) = without_likeness([Outcome(text(), (told("RET-02", alike=True), told("RET-03")))])
        assert one.rules == {"RET-03"}

    def test_taking_the_reader_away_is_asking_without_it(self, packs):
        few = [t for t in TEXTS if t.split == "held" and t.kind == "plain"][::8]
        assert without_likeness(outcomes(few, packs)) == outcomes(few, packs, likeness=False)

    def test_a_seed_is_found_at_its_own_words(self):
        bad = text(body="今天天气好。这款保本。别的。", kind="note", seeded=(("RET-01", "这款保本"),))
        assert Outcome(bad, (told(start=8, end=10),)).seed(0).is_named
        assert not Outcome(bad, (told(start=0, end=4),)).seed(0).is_found


class TestCounting:
    FOUND = (
        Outcome(text("a", pair="p1"), (told(),)),
        Outcome(text("b", rules=(), kind="negated", pair="p1")),
        Outcome(text("c", pair="p2")),
        Outcome(text("d", rules=(), kind="warning", pair="p2"), (told("RET-02"),)),
    )

    def test_a_family(self):
        family, micro, macro = by_family(self.FOUND)
        assert (family.precision, family.recall, family.f1) == (Share(1, 2), Share(1, 2), 0.5)
        assert family.low <= 0.5 <= family.high and micro.f1 == macro.f1 == 0.5

    def test_rules_and_macro_over_those_that_a_label_names(self):
        scored = {one.name: one for one in by_rule(self.FOUND)}
        assert scored["RET-01"].recall == Share(1, 2) and scored["RET-01"].precision == Share(1, 1)
        assert scored["RET-02"].precision == Share(0, 1) and scored["RET-02"].f1 == 0
        assert scored["macro"].f1 == pytest.approx(2 / 3) and scored["micro"].f1 == 0.5

    def test_pairs_by_the_kind_of_the_twin(self):
        found = {one.kind: one for one in pairs(self.FOUND)}
        assert found["negated"].right == Share(1, 1) and found["warning"].right == Share(0, 1)
        assert (found["全部"].right, found["全部"].missed, found["全部"].wronged) == (Share(1, 2), 1, 1)

    def test_alarms_of_clean_notes_and_the_noisiest_rules(self):
        clean = {"rules": (), "family": "clean", "kind": "note"}
        notes = [Outcome(text("a", **clean), (told(), told("XHS-05", severity="fix"))), Outcome(text("b", **clean))]
        counted = alarms(notes, "clean")
        assert (counted.blocked, counted.told, counted.per_note) == (Share(1, 2), Share(1, 2), 1.0)
        assert noisiest([*notes, self.FOUND[3]]) == [("RET-01", 1), ("RET-02", 1), ("XHS-05", 1)]
        with pytest.raises(ValueError, match="no notes of money"):
            alarms(notes, "money")

    def test_seeds_of_bad_notes(self):
        bad = text(body="这款保本。天天赚。", kind="note", seeded=(("RET-01", "这款保本"), ("RET-02", "天天赚")))
        counted = seeds([Outcome(bad, (told("RET-03"),))])
        assert (counted.found, counted.named, counted.stopped) == (Share(1, 2), Share(0, 2), Share(1, 1))

    def test_a_share_says_its_interval(self):
        assert str(Share(35, 35)) == "35/35 100% [90%, 100%]" and str(Share(0, 0)) == "—"


class TestParts:
    def test_without_disguises_a_spelled_word_is_not_seen(self, packs):
        hidden = text(body="这款理财稳.赚.不.赔，放心买", rules=("RET-03",), products=("wm",))
        seen, unseen = ask(hidden, packs, likeness=False), ask(hidden, without_disguises(packs), likeness=False)
        assert seen.is_named and not unseen.is_named

    def test_without_contexts_a_negation_is_told(self, packs):
        negated = text(body="这款理财不保本，也不保收益。", rules=(), kind="negated", products=("wm",))
        guarded, bare = ask(negated, packs, likeness=False), ask(negated, without_contexts(packs), likeness=False)
        assert not guarded.wrong and bare.wrong

    def test_generated_variants_hide_the_word_that_matters_and_are_the_same_each_time(self, packs):
        plain = Outcome(text(body="这款理财稳赚不赔", products=("wm",)), (told(),))
        first, again = generate([plain], packs), generate([plain], packs)
        assert first == again and len({one.hidden for one in first}) >= 10
        assert all(one.note.body != plain.text.note.body for one in first)
        rows = dict(by_class(outcomes(first, packs, likeness=False)))
        assert rows["E10"] == Share(1, 1) and rows["全部"].total == len(first)


class TestGate:
    FEW = tuple(t for t in TEXTS if t.family == "returns" and t.split == "held")

    def test_a_rule_switched_off_is_named_with_a_text_it_lost(self, packs):
        off = replace(packs, rules=tuple(rule for rule in packs.rules if rule.rule.id != "RET-01"))
        base, cand = (summarize_outcomes(outcomes(self.FEW, one)) for one in (packs, off))
        found = compare(base, cand)
        assert found.verdict == "REGRESSED"
        (line,) = [one for one in found.hard if one.startswith("returns-038")]
        assert "报对规则" in line and "returns 应报 RET-01" in line and "把本钱原封不动还您" in line

    def test_a_lost_text_and_a_new_wrong_hit_fail_and_say_which(self):
        violation, innocent = text("returns-900"), text("returns-901", "不保本", rules=(), kind="negated")
        base = summarize_outcomes([Outcome(violation, (told(),)), Outcome(innocent)])
        cand = summarize_outcomes([Outcome(violation), Outcome(innocent, (told("RET-09"),))])
        unnamed, lost, hit = compare(base, cand).hard
        assert unnamed.startswith("returns-900 报对规则：过 → 未过：returns 应报 RET-01，没有报")
        assert lost == "returns-900 该报的报出：过 → 未过：returns 应报 RET-01，实际报 无：“这款理财保本保息”"
        assert hit == "returns-901 无害的不报：过 → 未过：returns 误报 RET-09：“不保本”"

    def test_the_same_outcomes_are_quiet_and_a_known_miss_is_no_news(self):
        missed = summarize_outcomes([Outcome(text())])
        found = compare(missed, missed)
        assert found.verdict == "OK" and not found.flips and not found.hard

    def test_each_seed_is_a_case_of_its_own(self):
        bad = text("bad99", body="这款保本。", kind="note", seeded=(("RET-01", "这款保本"),))
        summary = summarize_outcomes([Outcome(bad, (told(),))])
        assert summary.cases["bad99-1"].means == {"found": 1.0, "named": 1.0} and summary.samples == 2


def test_the_tables_name_what_they_count(packs):
    found = outcomes(
        [t for t in TEXTS if t.split == "held"][::6] + [t for t in TEXTS if t.family == "clean_dev"], packs
    )
    printed = "".join(tables.standard(found, packs, splits=("held",)))
    for word in (
        "找到多少（held",
        "合计（micro）",
        "平均（macro）",
        "最小对",
        "整篇笔记",
        "误报最多的规则",
        "手写的变体",
        "B01",
    ):
        assert word in printed
    assert any(line.startswith("漏报 ") for line in tables.missed(found))


def test_the_first_screen_holds_every_level_and_says_how_to_read_it(packs):
    found = outcomes([t for t in TEXTS if t.split in ("held", "final")][::9], packs) + outcomes(
        [t for t in TEXTS if t.family == "clean_dev"][:3], packs
    )
    screen = "".join(tables.overview(found, splits=("held", "final")))
    assert len(screen.splitlines()) <= 24
    for word in ("总览", "held", "final", "坏笔记", "整篇笔记", "手写的变体", "怎么读", "95%"):
        assert word in screen
    assert "最小对" not in screen


def test_the_command_prints_and_writes_a_run(monkeypatch, tmp_path):
    few = [t for t in TEXTS if t.split == "held"][::9] + [t for t in TEXTS if t.family == "clean_dev"][:3]
    monkeypatch.setattr("evals.guardrail.texts.read_all", lambda: few)
    monkeypatch.setattr("evals.guardrail.summing.read_all", lambda: few)
    done = CliRunner().invoke(app, ["guardrail", "--held", "--ablate", "--misses", "--out", str(tmp_path / "run")])
    assert done.exit_code == 0, done.output
    for word in ("没有语境", "自动生成的变体", "模型评委", "漏报 "):
        assert word in done.stdout
    assert (tmp_path / "run" / "summary.json").is_file()
