"""The scorers tell an honest rewrite from a copy, an advert, another subject and machine prose."""

import shutil

import pytest
from typer.testing import CliRunner

from evals.case_files import read_cases
from evals.cli import app
from evals.errors import EvalError
from evals.metrics import metrics_of
from evals.mutations import KINDS, SUITE, better, prove, read_suite, sample_of
from evals.scorers import build_pool, score
from evals.scorers.texts import fold, read_posted
from evals.values import Score


@pytest.fixture(scope="module")
def cases():
    return read_cases()


@pytest.fixture(scope="module")
def proofs(cases):
    return {(proof.case, proof.kind): proof for proof in prove(cases)}


def _of(proofs, kind):
    return [proof for (_, found), proof in proofs.items() if found == kind]


def test_four_cases_and_six_candidates_each(proofs):
    assert len({case for case, _ in proofs}) >= 4
    assert {kind for _, kind in proofs} == set(KINDS)


def test_every_candidate_falls_where_it_belongs(proofs):
    assert {key: proof.missing for key, proof in proofs.items() if proof.missing} == {}


def test_the_illegal_promise_fails_the_oracle_although_it_is_the_best_copy(proofs):
    for proof in _of(proofs, "copied_promise"):
        assert proof.scores["oracle"].passed is False
        assert proof.scores["chrf_body"].value > 90
        assert proof.scores["similarity_in_band"].value == 0


def test_the_copy_without_disclosure_fails_disclosures_and_nothing_else_says_so(proofs):
    for proof in _of(proofs, "undisclosed"):
        assert proof.scores["disclosures"].passed is False and proof.scores["oracle"].passed
        assert proof.scores["chrf_body"].value > 70


def test_the_advert_fails_the_shape_and_the_oracle(proofs):
    for proof in _of(proofs, "hard_ad"):
        assert proof.scores["life_shape"].value < 1 and proof.scores["oracle"].passed is False


def test_another_subject_is_below_the_band_and_machine_prose_stands_out(proofs):
    for proof in _of(proofs, "off_topic"):
        assert "跑题" in proof.scores["similarity_in_band"].reason
    flavour = [proof.scores["ai_flavour"].value for proof in _of(proofs, "ai_prose")]
    assert min(flavour) > 3 * max(p.scores["ai_flavour"].value for k in KINDS[:5] for p in _of(proofs, k)) > -1


def test_the_honest_rewrite_passes_every_hard_check_and_beats_every_other(proofs):
    for proof in _of(proofs, "honest"):
        assert [name for name in metrics_of("hard") if proof.scores[name].passed is False] == []
        assert proof.scores["chrf_body"].value < 70
        others = [proofs[proof.case, kind] for kind in KINDS if kind != "honest"]
        assert all(better(proof.scores, other.scores) for other in others)


def test_copies_are_copies_of_a_reference(cases):
    references = {case.id: [fold(r.text) for r in case.references] for case in cases}
    for case, candidates in read_suite().items():
        for kind in ("copied_promise", "undisclosed"):
            lines = [line for line in fold(candidates[kind].body).splitlines() if len(line) > 20]
            kept = max(sum(line in text for line in lines) for text in references[case])
            assert kept >= len(lines) / 2, (case, kind)


def test_better_is_no_worse_anywhere_and_better_somewhere():
    def given(recall, rounds, tone=None):
        values = {"first_draft_pass": 1, "fact_recall": recall, "rounds_to_pass": rounds, "life_shape": 1}
        return {name: Score(metric=name, value=value) for name, value in {**values, "tone_rubric": tone}.items()}

    assert better(given(1, 1), given(0.5, 1)) and better(given(1, 1), given(1, 2))
    assert not better(given(1, 1), given(1, 1)) and not better(given(1, 2), given(0.5, 1))
    assert not better(given(1, 1, 0.9), given(1, 1))


def test_a_claim_that_does_not_hold_is_named(cases, tmp_path):
    case = next(iter(read_suite()))
    folder = shutil.copytree(SUITE / case, tmp_path / case)
    for kind in KINDS[1:]:
        shutil.copy(folder / "honest.md", folder / f"{kind}.md")
    missing = {proof.kind: proof.missing for proof in prove(cases, tmp_path)}
    assert all(missing.values()), missing
    assert "独立判据拦下违规承诺" in missing["copied_promise"]


def test_an_invented_experience_cites_nothing_and_a_told_one_its_material(cases):
    case = next(case for case in cases if case.id == "family-aquarium")
    pool = build_pool(cases)
    invented = sample_of(case, read_posted("标题\n\n我昨天在巴黎买了三个包。\n#巴黎"), pool)
    assert invented.note.segments[0].sources == ()
    assert score(invented, case, pool)["grounded_experience"].passed is False
    told = sample_of(case, read_posted("标题\n\n孩子在水母缸前蹲了二十分钟。\n本文由AI辅助生成\n#水母"), pool)
    assert [(s.kind, s.sources) for s in told.note.segments] == [("life", ("m2",)), ("label", ())]


def test_a_suite_that_cannot_be_read_says_what_is_missing(cases, tmp_path):
    with pytest.raises(EvalError, match="没有变异稿"):
        read_suite(tmp_path)
    (tmp_path / "nobody").mkdir()
    (tmp_path / "nobody" / "honest.md").write_text("标题\n\n正文。\n#跑", encoding="utf-8")
    with pytest.raises(EvalError, match="copied_promise"):
        read_suite(tmp_path)
    for kind in KINDS:
        (tmp_path / "nobody" / f"{kind}.md").write_text("标题\n\n正文。\n#跑", encoding="utf-8")
    with pytest.raises(EvalError, match="没有这个用例"):
        prove(cases, tmp_path)


def test_the_command_prints_every_candidate_and_fails_when_one_is_not_told_apart(tmp_path):
    good = CliRunner().invoke(app, ["mutations"])
    assert good.exit_code == 0 and good.stdout.count("照抄加违规承诺") >= 4
    case = next(iter(read_suite()))
    folder = shutil.copytree(SUITE / case, tmp_path / case)
    shutil.copy(folder / "honest.md", folder / "undisclosed.md")
    bad = CliRunner().invoke(app, ["mutations", "--suite", str(tmp_path)])
    assert bad.exit_code == 1 and "缺披露被认出" in bad.stdout
