"""Sentences that read like known violations are told, in their place and with an example, and nothing else is."""

from datetime import date

import numpy as np
import pytest

from agent.guardrails import check, likeness, load_packs
from agent.guardrails.findings import EXAMPLE as PREFIX
from agent.guardrails.findings import is_alike
from agent.guardrails.likeness import BUCKETS, NEAREST, SELLING, Window, features, load_likeness, windows
from agent.guardrails.normalize import fold
from agent.models import Finding, NoteInput, Waiver

TODAY = date(2026, 11, 24)
LIFE = "早上六点出门，江边风大，跑到桥底下折返。"


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def alike(report):
    return [finding for finding in report.findings if is_alike(finding)]


def told(packs, body, **given):
    return check(NoteInput(body=body, **given), packs=packs, as_of=TODAY)


def sure_text(reader):
    """An example of the reader itself: nothing reads more like one."""
    return next(text for text in examples(reader) if "理财" in text and reader.score(text) > reader.sure)


def examples(reader):
    return [text for texts in reader._examples.values() for text in texts]


class TestReader:
    def test_windows_are_sentences_and_neighbours_within_a_paragraph(self):
        one, two, three = "第一句话有十个字呢。", "第二句话也有十个字！", "第三句话在下一段里"
        text = f"{one}{two}\n{three}。短。"
        assert [text[a:b] for a, b in windows(text)] == [one, two, f"{three}。", one + two, f"{three}。短。"]

    def test_features_count_every_gram_of_one_to_four_characters(self):
        ids, values = features("ababa")
        assert len(ids) == 2 + 2 + 2 + 2 and list(ids) == sorted(ids) and ids.max() < BUCKETS
        assert np.isclose(values.max(), 1 + np.log(3)) and features("")[0].size == 0

    @pytest.mark.parametrize("text", ["\ud800保本", "\u202e银行", "🐼" * 5, "保" * 100_000])
    def test_any_text_has_a_score(self, text):
        assert 0 <= load_likeness().score(text) <= 1

    def test_life_scores_low_and_an_example_high(self):
        reader = load_likeness()
        assert reader.score(LIFE) < reader.maybe < reader.sure < reader.score(sure_text(reader))

    def test_a_span_scores_the_same_asked_alone_or_with_others_in_any_order_and_is_scored_once(self, monkeypatch):
        texts = [fold("".join(examples(load_likeness())[i : i + 9])) + f"\n{LIFE}{LIFE}" for i in (0, 50, 900)]
        asked = []
        for text in (*texts, texts[0].replace("款", "份")):
            spans = list(windows(text))
            reader = load_likeness.__wrapped__()
            alone = [reader.scores(text[slice(*span)], [(0, span[1] - span[0])])[0] for span in spans]
            plain = reader._scored
            monkeypatch.setattr(
                reader, "_scored", lambda grams, new, plain=plain: asked.append(new) or plain(grams, new)
            )
            some = reader.scores(text, spans[::3])
            assert (
                reader.scores(text, spans[::-1]) == alone[::-1] and some == alone[::3] and reader.scores(text, []) == []
            )
            assert sorted(map(tuple, asked[-2] + asked[-1])) == sorted(set(spans))
            assert np.allclose(alone, [reader.score(text[slice(*span)]) for span in spans])

    def test_each_rule_weighs_what_its_own_row_says_and_each_example_what_it_shares(self):
        reader = load_likeness()
        for text in (*examples(reader)[::1500], LIFE, "保", ""):
            ids, values = reader._vector(text)
            told = reader._name_intercepts.astype(float)
            for number, value in zip(ids, values, strict=True):
                row = slice(reader._name_starts[number], reader._name_starts[number + 1])
                np.add.at(told, reader._name_rules[row], reader._name_values[row] * value)
            found = dict(reader.ranked(text, among=frozenset(reader.rules)))
            assert np.allclose([found[rule] for rule in reader.rules], told) and list(found.values()) == sorted(
                found.values(), reverse=True
            )
            for rule in ("RET-01", "LN-04"):
                query = dict(zip(ids.tolist(), values.tolist(), strict=True))
                shared = [
                    (sum(query.get(one, 0) * weight for one, weight in zip(*vector, strict=True)), example)
                    for example in reader._examples[rule]
                    for vector in [map(np.ndarray.tolist, reader._vector(example))]
                ]
                near = [{example: much for much, example in shared}[example] for example in reader.examples(rule, text)]
                assert np.allclose(near, sorted((much for much, _ in shared), reverse=True)[:NEAREST], atol=1e-6)
        assert reader.examples("NO-01", LIFE) == ()

    def test_many_spans_are_told_apart_as_few_are(self, monkeypatch):
        reader, text = load_likeness(), fold("".join(examples(load_likeness())[:40]))
        spans = list(windows(text))
        narrow = reader._scored(likeness._grams(likeness._codes(text)), spans)
        monkeypatch.setattr(likeness, "_NARROW", len(spans) - 1)
        assert reader._scored(likeness._grams(likeness._codes(text)), spans) == narrow

    def test_only_rules_that_are_offered_are_named(self):
        reader = load_likeness()
        text = sure_text(reader)
        assert reader.ranked(text, among=frozenset()) == []
        assert reader.ranked(text, among=frozenset({"LN-04", "NO-01"}))[0][0] == "LN-04"

    def test_most_examples_are_named_by_their_own_rule_and_shown_first(self):
        reader = load_likeness()
        some = [(rule, text) for rule, texts in reader._examples.items() for text in texts[::20]]
        named = [reader.ranked(text, among=frozenset(reader.rules))[0][0] == rule for rule, text in some]
        assert len(some) > 200 and sum(named) / len(named) > 0.8
        assert all(reader.score(reader.examples(rule, text)[0]) == reader.score(text) for rule, text in some)

    def test_of_overlapping_windows_the_likeliest_that_has_a_name_is_kept(self, monkeypatch):
        reader = load_likeness()
        norm = "一二三四五六七八九"
        likely = [Window(0.9, 0, 4), Window(0.8, 3, 6), Window(0.7, 7, 9)]

        def named():
            return [(one.start, one.end) for one in reader.name(norm, likely, among={})]

        monkeypatch.setattr(reader, "_named", lambda *_: ("RET-01",))
        assert named() == [(0, 4), (7, 9)]
        monkeypatch.setattr(reader, "_named", lambda text, among: () if text == "一二三四" else ("RET-01",))
        assert named() == [(3, 6), (7, 9)]


class TestFindings:
    @pytest.fixture
    def silent_rules(self, packs, monkeypatch):
        """The rules' own words find nothing: what is told is told by likeness, whatever its topic."""
        from agent.guardrails import engine

        monkeypatch.setattr("agent.guardrails.alike.weight_of_topic", lambda text: 0.0)

        monkeypatch.setattr(engine, "_findings", lambda *_: [])

    def test_a_finding_quotes_its_window_the_example_and_the_clause(self, packs, silent_rules):
        text = sure_text(load_likeness())
        (finding,) = alike(told(packs, f"{LIFE}\n{text}", products=("wm",)))
        assert finding.text in text and finding.severity == "fix" and finding.by == "rule"
        assert finding.related[0].removeprefix(PREFIX) in finding.message and finding.basis and finding.advice
        assert finding.fix is None and finding.advice != packs.find(finding.rule)[1].advice
        title = packs.find(finding.rule)[1].title
        assert f"会不会读成“{title}”？" in finding.message
        body = f"{LIFE}\n{text}"
        assert body[finding.start : finding.end] == finding.text

    def test_it_quotes_the_sentence_as_it_was_written(self, packs, silent_rules):
        (finding,) = alike(told(packs, "早上下雨，這款理財一分錢都不會虧，大家散步去吧"))
        assert finding.message.startswith("“早上下雨，這款理財一分錢都不會虧，大家散步去吧”这里请看一眼")

    @pytest.mark.parametrize(
        ("score", "behind", "told_as"),
        [
            (0.5, 0.3, "fix one"), (0.97, 0.1, "fix both"), (0.8, 0.1, "fix none"), (0.65, 0.1, "warn none"),
            (0.55, 0.1, ""),
        ],
    )  # fmt: skip
    def test_where_two_rules_are_hard_to_tell_apart_it_must_be_surer_and_names_neither_or_both(
        self, packs, silent_rules, monkeypatch, score, behind, told_as
    ):
        line, loud = (
            "早上去银行坐坐，排队的人真不少。",
            ["江边的灯一排排亮了起来。", "山里的雾一直没有散开。", "集市上的桃子红得发亮。"],
        )
        calm = ["晚上煮了一锅白菜豆腐汤。", "猫在窗台上睡了一下午。", "明天要记得去取快递。"]
        reader = load_likeness()
        scored = {fold(text): 0.9 for text in loud} | {fold(line): score}
        monkeypatch.setattr(reader, "scores", lambda norm, spans: [scored.get(norm[slice(*s)], 0) for s in spans])
        monkeypatch.setattr(reader, "ranked", lambda *_, **__: [("RET-01", 0.0), ("IND-01", -behind)])
        found = [f for f in alike(told(packs, "\n".join([line, *loud, *calm]))) if f.text == line]
        first, second = (packs.find(rule)[1].title for rule in ("RET-01", "IND-01"))
        says = [
            f"{f.severity} "
            + ("both" if f"”，或者“{second}”" in f.message else "one" if f"“{first}”？" in f.message else "none")
            for f in found
        ]
        assert says == [told_as] * bool(told_as)
        (few,) = [f for f in alike(told(packs, "\n".join([line, *loud]))) if f.text == line]
        assert few.severity == "fix"

    @pytest.mark.parametrize(("behind", "asked"), [(0.1, True), (0.3, False)])
    def test_two_rules_that_are_hard_to_tell_apart_are_both_named(
        self, packs, silent_rules, monkeypatch, behind, asked
    ):
        reader = load_likeness()
        monkeypatch.setattr(reader, "ranked", lambda *_, **__: [("RET-01", 0.0), ("IND-01", -behind), ("IND-04", -1.0)])
        (finding,) = alike(told(packs, sure_text(reader)))
        first, second, third = (packs.find(rule)[1].title for rule in ("RET-01", "IND-01", "IND-04"))
        assert finding.rule == "RET-01" and f"“{first}”" in finding.message and third not in finding.message
        assert (f"，或者“{second}”？" in finding.message) is asked

    def test_its_example_names_no_product_but_those_of_the_note(self, packs, silent_rules, monkeypatch):
        reader = load_likeness()
        monkeypatch.setattr(reader, "ranked", lambda *_, **__: [("RET-01", 1.0)])
        monkeypatch.setattr(reader, "examples", lambda *_: ("这只基金稳得很", "睡得踏实得很"))
        (other,) = alike(told(packs, sure_text(reader)))
        (same,) = alike(told(packs, sure_text(reader) + "基金也是。"))
        assert other.related == (f"{PREFIX}睡得踏实得很",) and same.related == (f"{PREFIX}这只基金稳得很",)
        monkeypatch.setattr(reader, "examples", lambda *_: ("这只基金稳得很",))
        (none,) = alike(told(packs, sure_text(reader), products=("wm",)))
        assert "像的是" not in none.message and none.severity == "fix"

    def test_a_rule_about_somebody_is_named_only_where_he_is(self, packs, silent_rules, monkeypatch):
        reader = load_likeness()
        text = sure_text(reader)
        monkeypatch.setattr(reader, "ranked", lambda *_, **__: [("SOC-01", 1.0), ("RET-01", 0.5)])
        assert [f.rule for f in alike(told(packs, text))] == ["RET-01"]
        assert [f.rule for f in alike(told(packs, f"学生党看这里，{text}"))] == ["SOC-01"]
        monkeypatch.setattr(reader, "ranked", lambda *_, **__: [("SOC-01", 1.0)])
        assert alike(told(packs, text)) == []

    def test_it_never_blocks(self, packs, silent_rules):
        reader = load_likeness()
        for text in examples(reader)[::120]:
            assert {f.severity for f in alike(told(packs, text))} <= {"fix", "warn"}

    def test_it_is_silent_where_a_rule_has_spoken(self, packs):
        report = told(packs, "这款理财保本保息，稳赚不赔。")
        assert len(report.open("block")) > 0
        assert alike(report) == []

    @pytest.fixture
    def only_safety_speaks(self, monkeypatch):
        """Of the rules' own words, those of RET-01 find something and no others."""
        from agent.guardrails import engine

        whole = engine._findings
        monkeypatch.setattr(
            engine,
            "_findings",
            lambda compiled, *given: whole(compiled, *given) if compiled.rule.id == "RET-01" else [],
        )

    def test_it_is_silent_where_a_guard_has_cleared_a_rule(self, packs, only_safety_speaks):
        text = sure_text(load_likeness())
        report = told(packs, f"{text}，不过它不保本。")
        statuses = {f.status for f in report.findings if f.rule == "RET-01"}
        assert statuses == {"cleared"}
        assert len(alike(report)) == 0
        assert len(alike(told(packs, f"{text}，不过它不大。"))) == 1

    def test_what_a_rule_has_spoken_of_does_not_keep_its_neighbour_out(self, packs, only_safety_speaks):
        text = sure_text(load_likeness())
        spoken = "这款理财保本保息。"
        both = told(packs, f"{spoken}{text}")
        assert [f.text for f in alike(both)] == [text]

    @pytest.mark.parametrize(("named", "looks"), [("RET-01", 0), ("IND-01", 1)])
    def test_what_a_waiver_accepted_silences_its_own_rule_alone(
        self, packs, only_safety_speaks, monkeypatch, named, looks
    ):
        reader = load_likeness()
        monkeypatch.setattr(reader, "ranked", lambda *_, **__: [(named, 1.0)])
        note = NoteInput(body=f"这款理财保本，{sure_text(reader)}")
        (open_,) = check(note, packs=packs, as_of=TODAY).findings
        waiver = Waiver(
            id="W1", rule="RET-01", fingerprint=open_.fingerprint, reason="r", approver="a", second_approver="b",
            created=TODAY, expires=TODAY,
        )  # fmt: skip
        report = check(note, packs=packs, as_of=TODAY, waivers=[waiver])
        assert {f.status for f in report.findings if not is_alike(f)} == {"waived"}
        assert len(alike(report)) == looks

    def test_a_waiver_accepts_a_look_itself(self, packs, silent_rules):
        note = NoteInput(body=sure_text(load_likeness()))
        (look,) = check(note, packs=packs, as_of=TODAY).findings
        waiver = Waiver(
            id="W1", rule=look.rule, fingerprint=look.fingerprint, reason="r", approver="a", created=TODAY,
            expires=TODAY,
        )  # fmt: skip
        report = check(note, packs=packs, as_of=TODAY, waivers=[waiver])
        assert [f.status for f in report.findings] == ["waived"] and report.verdict == "pass"

    def test_a_claim_is_told_only_where_its_mandatory_words_are_nowhere(self, packs, silent_rules, monkeypatch):
        reader = load_likeness()
        monkeypatch.setattr(
            reader, "ranked", lambda *_, among: [(r, w) for r, w in (("PERF-04", 1.0), ("RET-03", 0.5)) if r in among]
        )
        claim = "这只基金2025年净值涨了12%，稳稳的"
        statement = "基金的过往业绩并不预示其未来表现，基金管理人管理的其他基金的业绩并不构成基金业绩表现的保证。"
        monkeypatch.setattr(reader, "maybe", 0.0)
        without, with_it = (alike(told(packs, body))[0] for body in (claim, f"{claim}\n{statement}"))
        assert (without.rule, with_it.rule) == ("PERF-04", "RET-03")

    def test_a_sentence_without_a_word_about_money_counts_in_an_offer_and_not_in_life(
        self, packs, silent_rules, monkeypatch
    ):
        reader = load_likeness()
        monkeypatch.setattr(reader, "maybe", 0.0)
        monkeypatch.setattr(reader, "likely", lambda _, spans: [Window(1.0, *span) for span in spans])
        offer = "我们行的这款理财上新了，想买的找我。"
        vague = "反正闭着眼放就是了，横竖不带赔的。"
        assert vague in {f.text for f in alike(told(packs, offer + vague, products=("wm",)))}
        assert vague not in {f.text for f in alike(told(packs, "周末去江边骑车，" + vague))}
        life = "反正火锅闭着眼点就是了，横竖不踩雷。"
        assert life not in {f.text for f in alike(told(packs, offer + life, products=("wm",)))}

    @pytest.mark.parametrize(
        ("weight", "score", "offer", "told_as"),
        [
            (-0.39, 0.5, "", "warn"), (-0.41, 0.5, "", ""), (-0.41, 0.99, "", "fix"), (-0.61, 0.99, "", ""),
            (-0.61, 0.99, "我们行的这款理财上新了。", "fix"),
        ],
    )  # fmt: skip
    def test_what_is_like_no_violation_in_particular_is_let_be_unless_it_is_surely_to_be_changed(
        self, packs, silent_rules, monkeypatch, weight, score, offer, told_as
    ):
        reader, line = load_likeness(), "早上去银行坐坐，排队的人真不少。"
        monkeypatch.setattr("agent.guardrails.alike.weight_of_topic", lambda text: weight)
        monkeypatch.setattr(
            reader, "scores", lambda norm, spans: [score * (norm[slice(*s)] == fold(line)) for s in spans]
        )
        monkeypatch.setattr(reader, "share", lambda *_, **__: 1.0)
        found = alike(told(packs, f"{LIFE}\n{LIFE}\n{LIFE}{offer}{line}", products=("wm",) if offer else ()))
        assert [f.severity for f in found] == ([told_as] if told_as else [])
        if not offer:
            assert alike(told(packs, line))  # alone it is looked at, whatever its topic

    def test_a_hit_that_is_part_of_another_word_says_nothing_of_its_sentence(self, packs, monkeypatch):
        from agent.guardrails import engine

        text = sure_text(load_likeness())
        for hit, guard, silent in (
            (text[:2], "benign superstring", 0),
            (text, "benign superstring", 1),
            (text[:2], "warning", 1),
        ):
            found = Finding(
                rule="SEC-03", pack="securities", severity="block", status="cleared", status_by=guard, field="body",
                start=0, end=len(hit), text=hit, message="像。", advice="看。", fingerprint="0",
            )  # fmt: skip
            monkeypatch.setattr(engine, "_findings", lambda *_, found=found: [found])
            assert bool(alike(told(packs, text, products=("wm",)))) is not bool(silent)

    @pytest.mark.parametrize(("score", "share", "counts"), [(0.6, 0.3, 1), (0.4, 0.3, 0), (0.6, 0.2, 0), (0.6, 1.0, 0)])
    def test_a_sentence_about_things_of_life_counts_among_a_sellers_if_it_is_likely(
        self, packs, silent_rules, monkeypatch, score, share, counts
    ):
        reader, life = load_likeness(), "反正火锅闭着眼点就是了，横竖不踩雷。"
        monkeypatch.setattr(reader, "maybe", 0.0)
        monkeypatch.setattr(reader, "likely", lambda _, spans: [Window(score, *span) for span in spans])
        monkeypatch.setattr(reader, "share", lambda *_, **__: share)
        found = alike(told(packs, f"我们行的这款理财上新了，想买的找我。\n{life}", products=("wm",)))
        assert [f.text for f in found].count(life) == counts

    def test_in_a_note_that_promotes_nothing_it_asks_for_a_look_only(self, packs, silent_rules, monkeypatch):
        reader = load_likeness()
        monkeypatch.setattr(reader, "sure", 0.0)
        monkeypatch.setattr(reader, "maybe", 0.0)
        monkeypatch.setattr(reader, "share", lambda _: 1.0)
        monkeypatch.setattr(reader, "ranked", lambda *_, **__: [("RET-01", 1.0)])
        body = "早上起来看了一眼银行的排队，人真不少。"
        (look,), (change,) = (alike(told(packs, body, products=products)) for products in ((), ("wm",)))
        assert (look.severity, change.severity) == ("warn", "fix")

    def test_it_must_be_surer_of_a_sentence_that_speaks_of_no_money(self, packs, silent_rules, monkeypatch):
        reader = load_likeness()
        monkeypatch.setattr(reader, "likely", lambda _, spans: [Window(0.6, *span) for span in spans])
        monkeypatch.setattr(reader, "sure", 0.5)
        monkeypatch.setattr(reader, "ranked", lambda *_, **__: [("RET-01", 1.0)])
        body = "我们行的这款理财上新了，想买的找我。\n反正闭着眼放就是了，横竖不带赔的。"
        told_of = {f.text: f.severity for f in alike(told(packs, body, products=("wm",)))}
        assert told_of["反正闭着眼放就是了，横竖不带赔的。"] == "warn" and "fix" in told_of.values()

    @pytest.mark.parametrize(
        ("score", "line", "severity"),
        [
            (0.75, "反正闭着眼放就是了，横竖不带赔的。", "fix"),
            (0.75, "江边的灯一排排亮到桥那头去了。", "warn"),
            (0.85, "江边的灯一排排亮到桥那头去了。", "fix"),
            (0.85, "阿姨问我：“那放进去会不会少一点？”", "warn"),
        ],
    )
    def test_the_farther_from_the_offer_the_surer_and_a_question_is_never_one(
        self, packs, silent_rules, monkeypatch, score, line, severity
    ):
        reader = load_likeness()
        monkeypatch.setattr(
            reader, "scores", lambda norm, spans: [score if norm[slice(*s)] == fold(line) else 0 for s in spans]
        )
        monkeypatch.setattr(reader, "share", lambda _: 1.0)
        between = "" if line.startswith("反正") else f"\n{LIFE}" * 3 + "\n"
        body = f"我们行的这款理财上新了，想买的找我。{between}{line}"
        (finding,) = alike(told(packs, body, products=("wm",)))
        assert (finding.text, finding.severity) == (line, severity)

    @pytest.mark.parametrize(("lives", "score", "severity"), [(5, 0.78, "warn"), (5, 0.82, "fix"), (4, 0.78, "fix")])
    def test_it_must_be_surer_of_a_sentence_among_many_that_nobody_could_object_to(
        self, packs, silent_rules, monkeypatch, lives, score, severity
    ):
        reader = load_likeness()
        line = "银行这款理财放着就行，亏不到你头上。"
        monkeypatch.setattr(
            reader, "scores", lambda norm, spans: [score if norm[slice(*s)] == fold(line) else 0 for s in spans]
        )
        (finding,) = alike(told(packs, "\n".join([line, *[LIFE] * lives]), products=("wm",)))
        assert (finding.text, finding.severity) == (line, severity)

    @pytest.mark.parametrize(
        ("score", "lives", "kind", "severity"),
        [
            (0.87, 1, "auto", "fix"),
            (0.83, 1, "auto", "warn"),
            (0.87, 2, "auto", "warn"),
            (0.87, 1, "lifestyle", "warn"),
        ],
    )
    def test_of_a_text_that_offers_nothing_it_is_sure_only_where_it_says_little_else(
        self, packs, silent_rules, monkeypatch, score, lives, kind, severity
    ):
        reader = load_likeness()
        line = "早上去银行坐坐，排队的人真不少。"
        monkeypatch.setattr(
            reader, "scores", lambda norm, spans: [score if norm[slice(*s)] == fold(line) else 0 for s in spans]
        )
        (finding,) = alike(told(packs, "\n".join([line, *[LIFE] * lives]), note_type=kind))
        assert (finding.text, finding.severity) == (line, severity)

    @pytest.mark.parametrize(("score", "severity"), [(0.88, "warn"), (0.92, "fix")])
    def test_it_must_be_surer_of_a_title(self, packs, silent_rules, monkeypatch, score, severity):
        reader = load_likeness()
        title = "银行这款理财放着就行"
        monkeypatch.setattr(
            reader, "scores", lambda norm, spans: [score if norm[slice(*s)] == fold(title) else 0 for s in spans]
        )
        (finding,) = alike(told(packs, LIFE, title=title, products=("wm",)))
        assert (finding.field, finding.severity) == ("title", severity)

    @pytest.mark.parametrize(("count", "severity"), [(2, "warn"), (3, "fix")])
    def test_in_a_sellers_note_less_is_enough_and_no_product_need_be_named(
        self, packs, silent_rules, monkeypatch, count, severity
    ):
        reader = load_likeness()
        line, loud = (
            "早上去银行坐坐，排队的人真不少。",
            ["江边的灯一排排亮了起来。", "山里的雾一直没有散开。", "集市上的桃子红得发亮。"],
        )
        monkeypatch.setattr(reader, "ranked", lambda *_, **__: [("RET-01", 1.0)])
        scored = {fold(text): 0.9 for text in loud[:count]} | {fold(line): 0.5}
        monkeypatch.setattr(reader, "scores", lambda norm, spans: [scored.get(norm[slice(*s)], 0) for s in spans])
        found = {f.text: f.severity for f in alike(told(packs, "\n".join([line, *loud])))}
        assert found[line] == severity
        lines = "\n".join([line, *loud])
        assert {f.severity for f in alike(told(packs, lines, note_type="lifestyle"))} == {"warn"}

    def test_without_a_word_about_money_nothing_is_told(self, packs, silent_rules, monkeypatch):
        reader = load_likeness()
        monkeypatch.setattr(reader, "maybe", 0.0)
        monkeypatch.setattr(reader, "ranked", lambda *_, **__: [("RET-01", 1.0)])
        without, with_one = told(packs, LIFE), told(packs, LIFE + "到银行坐坐。")
        assert (len(alike(without)), len(alike(with_one))) == (0, 1)

    def test_it_can_be_switched_off(self, packs, silent_rules):
        text = sure_text(load_likeness())
        assert not check(NoteInput(body=text), packs=packs, as_of=TODAY, likeness=False).findings

    def test_a_window_never_crosses_two_fields(self, packs, silent_rules):
        text = sure_text(load_likeness())
        half = len(text) // 2
        for finding in alike(told(packs, text[half:], title=text[:half])):
            assert finding.text in text[:half] or finding.text in text[half:]

    def test_other_jurisdictions_have_no_examples(self, silent_rules):
        packs = load_packs(jurisdiction="hk", examples=False)
        assert not alike(told(packs, sure_text(load_likeness())))


class TestSelling:
    STORY = "外婆的饼干盒里有邮票和纽扣。\n{}\n{}\n外婆抱着米回家，糖纸都黏住了。\n#理财 #外婆的日常"
    SOLD = ("这个你放进去，本金一分都不会少的。", "我那几个老客户，笑着来笑着走，没人空手。")

    def test_sentences_that_nobody_else_says_make_a_note_a_sellers(self, packs):
        assert all(load_likeness().score(fold(text)) > SELLING for text in self.SOLD)
        body = self.STORY.format(*self.SOLD)
        report = told(packs, body)
        assert report.note_type == "marketing" and any(f.severity == "fix" for f in report.open("fix"))
        assert check(NoteInput(body=body), packs=packs, as_of=TODAY, likeness=False).note_type != "marketing"

    def test_one_such_sentence_or_one_that_warns_of_fraud_makes_none(self, packs):
        assert told(packs, self.STORY.format(self.SOLD[0], "她数了两遍，手指沾了口水。")).note_type == "lifestyle"
        warned = self.STORY.format(*self.SOLD) + "\n这样说的都是骗子，防骗记得打96110。"
        assert told(packs, warned).note_type != "marketing"

    def test_who_says_what_kind_of_note_it_is_is_believed(self, packs):
        assert told(packs, self.STORY.format(*self.SOLD), note_type="lifestyle").note_type == "lifestyle"

    def test_a_note_that_names_no_product_promotes_none(self, packs):
        body = "外婆做了一桌菜，稳稳的，随便夹都好吃，没有一个不满意的。" * 3
        assert not told(packs, body).products


def test_spans_scored_in_one_go_have_the_score_of_each_by_itself() -> None:
    text = "这款产品放进去的钱一分不会少。\n周末去公园走走，风很软。稳稳的收益，闭眼放就行。" * 3
    spans = list(windows(text))
    reader = load_likeness()
    assert len(spans) > 5
    assert reader.scores(text, spans) == pytest.approx([reader.score(text[a:b]) for a, b in spans], abs=1e-6)
    assert reader.scores(text, []) == []


def test_of_two_sentences_read_together_the_one_that_reads_like_the_rule_is_quoted(packs):
    body = (
        "广告\n有人问我们这款“岱岳安心百万医疗”值不值。我说你只管病，花多少它都给你扛，没有它不管的。\n"
        "我们家的百万医疗，这几天来找我投保。"
    )
    (finding,) = [one for one in check(NoteInput(body=body), packs=packs).open() if one.rule == "INS-09"]
    assert finding.message.startswith("“我说你只管病，花多少它都给你扛，没有它不管的”")
