"""Cases and samples small enough to read, for tests of scorers."""

from datetime import date

from agent.models import Brief as RunBrief
from agent.models import (
    Critique,
    Finding,
    Material,
    Note,
    Question,
    Report,
    Round,
    RubricAnswer,
    Segment,
    Usage,
)
from evals.scorers import build_pool, score
from evals.values import BriefSpec, Case, CaseMaterial, Expectation, FactTarget, Reference, Review, Sample

TOLD = ("六点十分出门，江边风大", "跑完买了杯热美式加一个可颂，一共34块", "右脚后跟磨出个泡")
FACT = FactTarget(fact="cc-coffee-30-5", any_of=("满30元减5元", "满30减5"))
CONDITION = "云杉咖啡卡持卡人在合作咖啡门店单笔满30元减5元，每户每月限3次，以云杉手机银行活动页为准。"
LIFE = (
    Segment(text="早上六点十分出门，江边风大。", kind="life", sources=("m1",)),
    Segment(text="我右脚后跟磨出个泡，新袜子的锅。", kind="life", sources=("m3",)),
    Segment(text="跑完买了杯热美式加一个可颂，一共34块，可颂的边有点焦。", kind="life", sources=("m2",)),
    Segment(text="桥底下的大爷还在吹，翻来覆去那一首，风把尾音吹散了。", kind="life"),
    Segment(text="回去的路走得很慢，江上有船，笛声闷闷的，像谁还没睡醒。", kind="life"),
)
MONEY = (
    Segment(text=CONDITION, kind="condition", sources=("cc-coffee-30-5",)),
    Segment(text="本人为云杉银行员工。", kind="role"),
)


def make_case(expect="pass", references=(), note_type="benefit", theme="running", **changes):
    return Case(
        id="jiangbian-run",
        theme=theme,
        brief=BriefSpec(topic="早上沿江跑五公里", note_type=note_type, keyword="沿江跑", products=("coffee-card",)),
        material=tuple(CaseMaterial(text=text) for text in TOLD),
        expect=Expectation(**{"outcome": expect, "must_facts": (FACT,), **changes}),
        references=tuple(
            Reference(file=f"ref-{n}.md", author="written for tests", text=text) for n, text in enumerate(references)
        ),
        review=Review(owner="tests", reviewed_at=date(2026, 11, 27)),
    )


def make_note(*segments, title="沿江跑五公里，风比我快", tags=("沿江跑", "晨跑"), cover=""):
    return Note(titles=(title,), title=title, cover=cover, segments=segments or (*LIFE, *MONEY), tags=tags)


def make_brief(**changes):
    material = tuple(Material(id=f"m{n}", text=text) for n, text in enumerate(TOLD, 1))
    given = {"topic": "早上沿江跑五公里", "keyword": "沿江跑", "note_type": "benefit", "products": ("coffee-card",)}
    return RunBrief(id="r1", material=material, as_of=date(2026, 11, 24), **{**given, **changes})


def make_round(number=1, note=None, verdict="pass", findings=(), rubric=None):
    return Round(
        number=number,
        note=note or make_note(),
        report=Report(verdict=verdict, note_type="benefit", findings=tuple(findings)),
        critique=Critique(passed=True, rubric=rubric or {}),
    )


def make_finding(rule="RET-01", severity="block", start=None, end=None, status="open"):
    return Finding(
        rule=rule, pack="p", severity=severity, field="body", start=start, end=end, message="…", status=status
    )


def make_sample(note=None, outcome="in_review", rounds=None, **changes):
    shown = (note or make_note()) if outcome not in ("refused", "needs_material") else None
    given = {
        "case": "jiangbian-run",
        "theme": "running",
        "lane": "offline",
        "brief": make_brief(),
        "outcome": outcome,
        "note": shown,
        "rounds": rounds if rounds is not None else ((make_round(note=shown),) if shown else ()),
    }
    return Sample(**{**given, **changes})


def scored(metric, sample=None, case=None, pool=None):
    case = case or make_case()
    return score(sample or make_sample(), case, pool or build_pool([case]))[metric]


def answer(value, span=""):
    return RubricAnswer(answer=value, span=span)


def question(text):
    return Question(id="q1", text=text)


def usage(**given):
    return Usage(calls=1, **given)
