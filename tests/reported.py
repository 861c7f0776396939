"""Runs made by hand for the tests of the reports: one case that was revised, one that failed, one that was refused."""

from datetime import date

from agent.models import (
    Basis,
    Brief,
    Critique,
    Finding,
    Fix,
    Material,
    Metric,
    Note,
    Question,
    Report,
    Round,
    RubricAnswer,
    Segment,
)
from evals.reports.page import to_html
from evals.values import (
    BriefSpec,
    Case,
    CaseMaterial,
    CaseResult,
    Change,
    Comparison,
    Estimate,
    Expectation,
    Flip,
    Reference,
    Review,
    Sample,
    Score,
    Summary,
)

DAY = date(2026, 11, 24)
PROMISE = "稳赚不赔"
HOSTILE = (
    "</script><script>alert(1)</script>\"'><img src=//x.example/a onerror=alert(2)>{{ 7 * 7 }}\u202e反\u200b\x00&lt;"
)


def note(body="周六早上绕着江边跑了八公里。", title="江边八公里", **fields):
    return Note(titles=(title,), title=title, segments=(Segment(text=body, kind="life", sources=("m1",)),), **fields)


def finding(text=PROMISE, start=0, **fields):
    values = {
        "rule": "RET-03", "pack": "returns", "severity": "block", "field": "body", "start": start,
        "end": None if start is None else start + len(text), "text": text, "message": "不能让人以为买了就一定赚",
        "basis": (Basis(instrument="广告法", article="25", verified=True),), "advice": "改为说清会波动",
        "fix": Fix(replacement="收益随市场波动"),
    }  # fmt: skip
    return Finding(**(values | fields))


def round_(number, text, *findings, **fields):
    verdict = "block" if any(f.status == "open" for f in findings) else "pass"
    report = Report(verdict=verdict, note_type="lifestyle", findings=findings)
    critique = Critique(
        metrics={"T09": Metric(value=1, passed=False, level="block", message="正文有小标题 1 处", span="【江边】")},
        rubric={"D6": RubricAnswer(answer="no", span="跑了八公里", edit="写一处当时看到的东西")},
        passed=False,
    )
    return Round(number=number, note=text, report=report, critique=critique, **fields)


def sample(case="river-run", **fields):
    last = note()
    values = {
        "case": case, "theme": "running", "lane": "offline", "author": "offline@2026.11.1", "outcome": "in_review",
        "brief": Brief(id="b", topic="江边晨跑", as_of=DAY, material=(Material(id="m1", text="跑了八公里"),)),
        "rounds": (round_(1, last),), "note": last,
        "scores": {
            "oracle": Score(metric="oracle", value=1.0, passed=True),
            "chrf_body": Score(metric="chrf_body", value=18.25),
            "tone_rubric": Score(metric="tone_rubric", reason="没有接模型"),
        },
    }  # fmt: skip
    return Sample(**(values | fields))


def revised(case="river-run", **fields):
    """Return a sample whose first draft promised a gain and whose second does not."""
    first = note(f"{PROMISE}。周六早上绕着江边跑了八公里。")
    rounds = round_(1, first, finding()), round_(2, note(), changes=("RET-03 删去一句",))
    return sample(case, rounds=rounds, **fields)


def case(id="river-run", **fields):
    values = {
        "id": id, "theme": "running", "brief": BriefSpec(topic="江边晨跑"), "expect": Expectation(outcome="pass"),
        "material": (CaseMaterial(text="跑了八公里"),), "review": Review(owner="内容组", reviewed_at=DAY),
        "references": (Reference(file="ref-1.md", author="编写组", why="事在前", text="范文标题\n范文正文"),),
    }  # fmt: skip
    return Case(**(values | fields))


def refused(case="hard-sell", **fields):
    return sample(
        case, outcome="refused", note=None, rounds=(), refusal=(finding(start=None, field="note", text=""),), **fields
    )


def asking(case="no-material", **fields):
    question = Question(id="q1", text="那天跑到哪里折返？", options=("桥头", "渡口"))
    return sample(case, outcome="needs_material", note=None, rounds=(), questions=(question,), **fields)


def estimate(metric, value, tier="primary", **fields):
    values = {"n": 3, "k": 1, "low": 0.4, "high": 0.98, "mde": 0.1} | fields
    return Estimate(metric=metric, tier=tier, value=value, **values)


def summary(**fields):
    estimates = [
        estimate("oracle", 2 / 3, "hard"),
        estimate("first_draft_pass", 0.71, low=0.60, high=0.83),
        estimate("chrf_body", 18.25, "diagnostic", low=15.0, high=21.0),
    ]
    values = {
        "suite": "offline", "signature": {"data": "9f3a", "k": "1", "lane": "offline"}, "samples": 3,
        "treatment": {"commit": "920097a"}, "estimates": {e.metric: e for e in estimates},
        "cases": {
            "river-run": CaseResult(theme="running", outcomes=("in_review",), rules=("RET-03",), means={"oracle": 1.0}),
            "tower-walk": CaseResult(
                theme="city", split="held", outcomes=("in_review",), failed={"oracle": "写出了收益承诺"}
            ),
            "hard-sell": CaseResult(theme="market", outcomes=("refused",)),
        },
    }  # fmt: skip
    return Summary(**(values | fields))


def comparison(**fields):
    values = {
        "suite": "offline", "verdict": "REGRESSED", "hard": ("tower-walk 独立判据无违规：过 → 未过：写出了收益承诺",),
        "changes": (
            Change(metric="first_draft_pass", base=0.82, cand=0.71, delta=-0.11, low=-0.17, high=-0.05, n=3,
                   margin=0.03, mde=0.1, verdict="REGRESSED"),
            Change(metric="fact_recall", base=0.94, cand=0.95, delta=0.01, low=-0.01, high=0.03, n=3,
                   margin=0.03, mde=0.02, verdict="OK"),
        ),
        "flips": (
            Flip(case="river-run", what="最后文字", before="a", after="b", lost=False),
            Flip(case="tower-walk", what="初稿", before="过", after="未过", lost=True, detail="RET-03 “稳赚不赔”"),
        ),
    }  # fmt: skip
    return Comparison(**(values | fields))


def hostile_page():
    """Fill every text field that the page shows."""
    evil = note(HOSTILE, title=HOSTILE, cover=HOSTILE, tags=(HOSTILE,))
    hit = finding(
        HOSTILE[:9], rule=HOSTILE, message=HOSTILE, advice=HOSTILE, status_by=HOSTILE, disguise=(HOSTILE,),
        basis=(Basis(instrument=HOSTILE, article=HOSTILE, verified=True),), fix=Fix(replacement=HOSTILE),
    )  # fmt: skip
    over = hit.model_copy(update={"field": "tags", "end": 10**9})
    absent = hit.model_copy(update={"start": None, "end": None, "field": "note"})
    cleared = hit.model_copy(update={"status": "cleared"})
    first = round_(1, evil, hit, over, absent, cleared, changes=(HOSTILE,), prompts=(HOSTILE,))
    base = revised()
    brief = base.brief.model_copy(update={"topic": HOSTILE, "material": (Material(id=HOSTILE, text=HOSTILE),)})
    evil_sample = base.model_copy(
        update={
            "case": HOSTILE, "theme": HOSTILE, "author": HOSTILE, "brief": brief, "reason": HOSTILE, "error": HOSTILE,
            "rounds": (first, round_(2, note(), changes=(HOSTILE,))), "note": evil, "refusal": (hit, absent),
            "questions": (Question(id=HOSTILE, text=HOSTILE, options=(HOSTILE,)),),
            "scores": {HOSTILE: Score(metric=HOSTILE, passed=False, reason=HOSTILE, spans=(HOSTILE,))},
        }
    )  # fmt: skip
    evil_case = case(
        theme=HOSTILE, brief=BriefSpec(topic=HOSTILE, keyword=HOSTILE, persona=HOSTILE, facts=(HOSTILE,)),
        material=(CaseMaterial(text=HOSTILE),),
        references=(Reference(file=HOSTILE, author=HOSTILE, why=HOSTILE, text=HOSTILE),),
    )  # fmt: skip
    flip = Flip(case=HOSTILE, what=HOSTILE, before=HOSTILE, after=HOSTILE, lost=True, detail=HOSTILE)
    result = CaseResult(theme=HOSTILE, failed={HOSTILE: HOSTILE}, rules=(HOSTILE,))
    return to_html(
        summary(suite=HOSTILE, cases={HOSTILE: result, "river-run": result}, signature={HOSTILE: HOSTILE},
                treatment={"model": HOSTILE, HOSTILE: HOSTILE}),
        [evil_sample, evil_sample.model_copy(update={"case": "river-run"})], [evil_case],
        comparison=comparison(hard=(HOSTILE,), flips=(flip,), treatment={HOSTILE: (HOSTILE, "b")}),
        before=[evil_sample.model_copy(update={"note": note()})], themes={HOSTILE: HOSTILE},
    )  # fmt: skip
