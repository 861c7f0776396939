"""A run: drawn once, resumed where it stood, scored as often as wanted."""

import asyncio
import json

import pytest
from written_cases import CASE, write_case

from agent.models import Usage
from evals import runs, summaries
from evals.errors import EvalError
from evals.lanes import lane_of
from evals.metrics import load_metrics
from evals.run_files import SAMPLES, append_sample, read_manifest, read_samples, write_samples
from evals.runs import Order, draw_run, score_run
from evals.values import Sample, Score


class Drawn:
    """Draw nothing but the name of each sample, and remember which."""

    name, at_once, settings = "offline", 4, staticmethod(lane_of("offline").settings)

    def __init__(self, broken=(), tokens=0, dies_at=None):
        self.seen, self.broken, self.tokens, self.dies_at = [], broken, tokens, dies_at

    async def draw(self, planned, bank):
        if len(self.seen) == self.dies_at:
            raise KeyboardInterrupt
        self.seen.append((planned.case.id, planned.repeat))
        if planned.case.id in self.broken:
            raise RuntimeError("endpoint gone")
        usage = Usage(calls=1, prompt_tokens=self.tokens) if self.tokens else None
        return self.failed(planned, "").model_copy(update={"outcome": "in_review", "usage": usage})

    failed = lane_of("offline").failed


@pytest.fixture(autouse=True)
def scorers(monkeypatch):
    """Stand in for the scorers: one score a metric, from a version that a test may raise."""
    held = {"version": "1", "value": 1.0}

    def score_all(samples, cases, pool):
        names = load_metrics().metrics
        scores = {name: Score(metric=name, value=held["value"], passed=True) for name in names}
        return [sample.model_copy(update={"scores": {} if sample.error else scores}) for sample in samples]

    monkeypatch.setattr(runs, "score_all", score_all)
    monkeypatch.setattr(runs, "versions", lambda: {"outcome": held["version"]})
    return held


@pytest.fixture
def root(tmp_path):
    for name in ("aaa", "bbb", "ccc"):
        write_case(tmp_path / "cases", CASE.replace("jiangbian-run", name), folder=name)
    return tmp_path / "cases"


def test_a_run_holds_manifest_samples_and_summary(root, tmp_path):
    ended = draw_run(Order(k=2, root=root), tmp_path / "run", lane=Drawn())
    assert ended.exit_code == 0 and ended.summary.samples == 6
    samples = read_samples(tmp_path / "run")
    assert [(s.case, s.repeat, s.seed) for s in samples][:3] == [("aaa", 0, 0), ("aaa", 1, 1000), ("bbb", 0, 0)]
    manifest = read_manifest(tmp_path / "run")
    assert manifest.signature["k"] == "2" and manifest.treatment["rules"] and manifest.started
    assert summaries.read_summary(tmp_path / "run") == ended.summary
    assert "commit" not in ended.summary.treatment and "latency" not in ended.summary.estimates


def test_a_summary_holds_what_only_all_notes_together_show(root, tmp_path):
    estimates = draw_run(Order(k=3, root=root), tmp_path / "run", lane=Drawn()).summary.estimates
    assert estimates["pass_at_3"].value == estimates["pass_all_3"].value == 1.0
    assert estimates["pass_all_3"].method == "batch"


def test_a_run_is_not_written_over_another(root, tmp_path):
    draw_run(Order(root=root), tmp_path / "run", lane=Drawn())
    with pytest.raises(EvalError, match="已有一次运行") as caught:
        draw_run(Order(root=root), tmp_path / "run", lane=Drawn())
    assert "--resume" in caught.value.hint


def test_a_run_cut_short_goes_on_and_gives_the_same_bytes(root, tmp_path):
    whole = draw_run(Order(k=2, root=root), tmp_path / "whole", lane=Drawn())
    with pytest.raises(KeyboardInterrupt):
        draw_run(Order(k=2, root=root), tmp_path / "cut", lane=Drawn(dies_at=3))
    held = len(read_samples(tmp_path / "cut"))
    assert 0 < held < 6 and not (tmp_path / "cut" / "summary.json").exists()
    with (tmp_path / "cut" / SAMPLES).open("ab") as file:
        file.write(b'{"case": "torn')
    again = Drawn()
    draw_run(Order(k=2, root=root), tmp_path / "cut", lane=again, resume=True)
    assert len(again.seen) == 6 - held
    assert (tmp_path / "cut" / "summary.json").read_bytes() == (whole.folder / "summary.json").read_bytes()


@pytest.mark.parametrize(
    ("change", "told"),
    [({"k": 3}, "k（2 → 3）"), ({"seed": 5}, "seed（0 → 5）"), ({"cases": ("aaa",)}, "data（")],
)
def test_a_run_measured_otherwise_is_not_resumed(root, tmp_path, change, told):
    draw_run(Order(k=2, root=root), tmp_path / "run", lane=Drawn())
    with pytest.raises(EvalError) as caught:
        draw_run(Order(**{"k": 2, "root": root, **change}), tmp_path / "run", lane=Drawn(), resume=True)
    assert told in caught.value.message


def test_a_run_made_otherwise_is_not_resumed(root, tmp_path, monkeypatch):
    draw_run(Order(root=root), tmp_path / "run", lane=Drawn())
    monkeypatch.setattr("evals.signature.digest_of_rules", lambda overlay: "sha256:another-rule")
    with pytest.raises(EvalError, match=r"rules（.* → another-rule）"):
        draw_run(Order(root=root), tmp_path / "run", lane=Drawn(), resume=True)


def test_an_error_is_kept_counted_and_no_score(root, tmp_path):
    ended = draw_run(Order(root=root), tmp_path / "run", lane=Drawn(broken=("bbb",)))
    broken = next(sample for sample in read_samples(tmp_path / "run") if sample.error)
    assert broken.case == "bbb" and broken.error == "RuntimeError: endpoint gone" and not broken.scores
    assert ended.exit_code == 2 and "3 个样本里 1 个出错" in ended.problem and "bbb" in ended.problem
    assert ended.summary.errors == 1


def test_a_run_of_errors_alone_has_no_summary_and_says_what_went_wrong(root, tmp_path):
    ended = draw_run(Order(root=root), tmp_path / "run", lane=Drawn(broken=("aaa", "bbb", "ccc")))
    assert ended.exit_code == 2 and ended.summary is None and "endpoint gone" in ended.problem


def test_of_many_errors_the_first_are_told_in_full_and_of_the_others_the_case(root, tmp_path):
    told = draw_run(Order(k=3, root=root), tmp_path / "run", lane=Drawn(broken=("aaa", "bbb"))).problem
    assert told.count("endpoint gone") == 5 and told.splitlines()[-1].strip() == "另有 1 个：bbb #2"


def test_two_in_a_hundred_may_fail(root, tmp_path):
    class Once(Drawn):
        async def draw(self, planned, bank):
            self.broken = ("aaa",) if planned.repeat == 7 else ()
            return await super().draw(planned, bank)

    assert draw_run(Order(k=17, root=root), tmp_path / "run", lane=Once()).exit_code == 0
    assert draw_run(Order(k=16, root=root), tmp_path / "two", lane=Once()).exit_code == 2


def test_what_failed_is_drawn_again_on_resume_and_nothing_else(root, tmp_path):
    draw_run(Order(root=root), tmp_path / "run", lane=Drawn(broken=("bbb",)))
    again = Drawn()
    assert draw_run(Order(root=root), tmp_path / "run", lane=again, resume=True).exit_code == 0
    assert again.seen == [("bbb", 0)]


def test_a_spent_budget_starts_no_new_sample_and_the_rest_can_follow(root, tmp_path):
    drawn = Drawn(tokens=100)
    drawn.at_once = 1
    ended = draw_run(Order(k=2, root=root, max_tokens=250), tmp_path / "run", lane=drawn)
    assert len(drawn.seen) == 3 and ended.exit_code == 2 and ended.summary is None
    assert "还差 3 个样本" in ended.problem
    (tmp_path / "run" / "summary.json").write_text("stale", encoding="utf-8")
    stuck = Drawn(tokens=100)
    draw_run(Order(k=2, root=root, max_tokens=250), tmp_path / "run", lane=stuck, resume=True)
    assert not stuck.seen  # what an earlier process spent counts
    assert not (tmp_path / "run" / "summary.json").exists()
    assert draw_run(Order(k=2, root=root), tmp_path / "run", lane=Drawn(), resume=True).summary.samples == 6


@pytest.mark.parametrize(("at_once", "asked", "most"), [(1, 4, 1), (4, 2, 2), (4, None, 4)])
def test_a_lane_that_draws_one_at_a_time_is_never_hurried(root, tmp_path, at_once, asked, most):
    class Slow(Drawn):
        running = most_at_once = 0

        async def draw(self, planned, bank):
            self.running += 1
            self.most_at_once = max(self.most_at_once, self.running)
            await asyncio.sleep(0.01)
            self.running -= 1
            return await super().draw(planned, bank)

    slow = Slow()
    slow.at_once = at_once
    draw_run(Order(k=2, root=root, at_once=asked), tmp_path / "run", lane=slow)
    assert slow.most_at_once == most


def test_a_limit_on_money_needs_a_price(root, tmp_path):
    with pytest.raises(EvalError, match=r"没有模型.*价格"):
        draw_run(Order(root=root, max_cost=1.0), tmp_path / "run", lane=Drawn())


def test_scoring_again_draws_nothing_and_follows_the_scorers(root, tmp_path, scorers):
    draw_run(Order(root=root), tmp_path / "run", lane=Drawn())
    before = (tmp_path / "run" / "summary.json").read_bytes()
    assert score_run(tmp_path / "run", root=root).exit_code == 0
    assert (tmp_path / "run" / "summary.json").read_bytes() == before
    scorers.update(version="2", value=0.0)
    ended = score_run(tmp_path / "run", root=root)
    assert ended.summary.estimates["outcome"].value == 0.0
    assert ended.summary.signature["scorers"] == "1x0,outcome:2"
    assert read_manifest(tmp_path / "run").signature["scorers"] == "1x0,outcome:2"


def test_samples_are_not_scored_against_other_cases_than_they_were_drawn_for(root, tmp_path):
    draw_run(Order(root=root), tmp_path / "run", lane=Drawn())
    write_case(root, CASE.replace("jiangbian-run", "bbb").replace("六点出门", "七点出门"), folder="bbb")
    with pytest.raises(EvalError, match="用例变过了"):
        score_run(tmp_path / "run", root=root)


def test_nothing_to_run_and_nothing_to_score_are_errors(root, tmp_path):
    with pytest.raises(EvalError, match="没有可用的用例"):
        draw_run(Order(root=tmp_path / "none"), tmp_path / "run", lane=Drawn())
    with pytest.raises(EvalError, match="不是一次运行"):
        score_run(tmp_path / "run", root=root)
    draw_run(Order(root=root), tmp_path / "run", lane=Drawn())
    (tmp_path / "run" / SAMPLES).write_bytes(b"")
    with pytest.raises(EvalError, match="没有样本"):
        score_run(tmp_path / "run", root=root)


def test_a_replay_runs_once_and_only_what_is_recorded(root, tmp_path):
    with pytest.raises(EvalError, match="只有一份录音"):
        draw_run(Order(lane="replay", k=2, root=root), tmp_path / "run", lane=Drawn())
    with pytest.raises(EvalError, match="都没有录音"):
        draw_run(Order(lane="replay", root=root), tmp_path / "run", lane=Drawn())


def test_a_line_that_is_no_sample_is_named_unless_it_is_the_torn_last_one(tmp_path):
    sample = Sample(case="a", theme="t", lane="offline", outcome="in_review")
    append_sample(sample, tmp_path)
    append_sample(sample.model_copy(update={"repeat": 1}), tmp_path)
    with (tmp_path / SAMPLES).open("ab") as file:
        file.write(b'{"case": "x"')
    assert [held.repeat for held in read_samples(tmp_path)] == [0, 1]
    with (tmp_path / SAMPLES).open("ab") as file:
        file.write(b"}\n")
    with pytest.raises(EvalError, match=f"{SAMPLES} 第 3 行不是样本"):
        read_samples(tmp_path)


def test_samples_written_anew_stand_in_order(tmp_path):
    samples = [Sample(case=case, theme="t", lane="offline", repeat=r) for case, r in (("b", 0), ("a", 1), ("a", 0))]
    write_samples(samples, tmp_path)
    lines = (tmp_path / SAMPLES).read_text(encoding="utf-8").splitlines()
    assert [(json.loads(line)["case"], json.loads(line)["repeat"]) for line in lines] == [("a", 0), ("a", 1), ("b", 0)]
    assert [path.name for path in tmp_path.iterdir()] == [SAMPLES]
