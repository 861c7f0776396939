"""A desk that hands out what a test gives it and remembers what it was asked; and notes to put on it."""

import asyncio
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from agent.desk import values
from agent.errors import UsageError
from agent.models import Basis, Note, Segment
from agent.web.services import Services, open_services

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
BODY = (
    "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店。\n点了一杯耶加，32 块，老板磨豆磨了很久。\n"
    "刷云杉生活卡，每周五满 30 减 10，稳赚不赔。\n具体以活动页为准。"
)
HASH = "sha256:" + "9f2c41d7" * 8
OLD_HASH = "sha256:" + "1b7730aa" * 8


def item(run="n1", **given):
    """Return one line of the queue."""
    lane = given.pop("lane", "yellow")
    call = values.LaneCall(lane=lane, reasons=("写到权益：云杉生活卡周五立减",), hours=24, must_review=lane != "green")
    usual = {
        "run": run, "text_hash": HASH, "topic": "下班绕路喝一杯手冲", "title": "下班绕路，给自己一杯手冲",
        "note_type": "benefit", "products": ("card-life",), "lane": call, "urgent": False, "owner": "aning",
        "owner_name": "阿宁", "account": "staff-aning", "account_name": "云杉阿宁", "submitted": True,
        "submitted_by": "aning", "submitted_at": NOW - timedelta(hours=3), "age_hours": 3.0,
        "due_at": NOW + timedelta(hours=21), "left_hours": 21.0, "overdue": False, "outcome": "in_review",
        "open_blocks": 1, "open_fixes": 1, "open_warns": 1, "permission": values.Permission(allowed=True),
    }  # fmt: skip
    return values.QueueItem(**{**usual, **given})


def finding(text="稳赚不赔", *, severity="block", content=BODY, **given):
    """Return one open finding of a body."""
    start = content.find(text) if text else None
    usual = {
        "id": f"f-{text or 'absent'}", "rule": "AD-014", "pack": "ads", "severity": severity, "field": "body",
        "index": 0,
        "start": start, "end": start + len(text) if text else None, "text": text,
        "sentence": f"刷云杉生活卡，每周五满 30 减 10，{text}。", "message": "不得保证收益，也不得暗示没有风险。",
        "advice": "删去，改写成可以核对的权益条件。", "fix": "省下 10 块", "fix_is_safe": True,
        "clauses": (
            Basis(instrument="中华人民共和国广告法", article="第二十五条", effective=date(2015, 9, 1), verified=True),
            Basis(instrument="金融产品网络营销管理办法", article="第十条第七项", effective=date(2026, 9, 30)),
        ),
        "by": "rule", "status": "open", "status_by": "", "fingerprint": "fp1",
    }  # fmt: skip
    return values.CaseFinding(**{**usual, **given})


def note(body=BODY, title="下班绕路，给自己一杯手冲", tags=("下班仪式感", "手冲咖啡"), cover="下班一杯手冲"):
    """Return a note."""
    segments = (Segment(text=body, kind="life", sources=("m1",)),)
    return Note(titles=(title,), title=title, cover=cover, segments=segments, tags=tags)


def difference():
    """Return what changed since the last version: one sentence reworded, one gone, one new."""
    piece = lambda kind, text: values.Piece(kind=kind, text=text)  # noqa: E731
    sentences = (
        values.SentenceDiff(kind="kept", pieces=(piece("kept", "周二晚上六点四十下班。"),)),
        values.SentenceDiff(
            kind="changed",
            pieces=(
                piece("kept", "点了一杯"),
                piece("removed", "拿铁"),
                piece("added", "耶加"),
                piece("kept", "，32 块。"),
            ),
        ),
        values.SentenceDiff(kind="removed", pieces=(piece("removed", "宝子们冲鸭！"),)),
        values.SentenceDiff(kind="added", pieces=(piece("added", "具体以活动页为准。"),)),
    )
    field = values.FieldDiff(field="body", sentences=sentences)
    return values.TextDiff(from_hash=OLD_HASH, to_hash=HASH, fields=(field,))


def fact(**given):
    """Return a fact of the ledger."""
    usual = {
        "id": "life-friday", "product": "card-life", "claim": "云杉生活卡每周五满 30 元减 10 元，每人每周限 1 次。",
        "source": "信用卡部〔2026〕88 号", "approval_no": "消保审 2026-112", "owner": "卡部王工",
        "valid_from": date(2026, 9, 1), "valid_to": date(2026, 12, 31), "valid": True, "days_left": 37,
    }  # fmt: skip
    return values.CaseFact(**{**usual, **given})


def case(run="n1", **given):
    """Return a case file with something in every part of it."""
    line = given.pop("item", None) or item(run)
    warn = finding("老板磨豆磨了很久", severity="warn", rule="T-03", message="像样板话。", fix=None, clauses=())
    fix = finding(
        "每周五满 30 减 10",
        severity="fix",
        rule="BF-021",
        message="权益要带名额与条件。",
        fix="每周五满 30 减 10（每人每周限 1 次）",
    )
    human = values.HumanShare(
        machine_hash=OLD_HASH, characters=18, share=0.16, segments=(1,),
        edits=(values.HumanEdit(by="aning", name="阿宁", at=NOW, reason="换成我真喝的", characters=18),),
    )  # fmt: skip
    stands = "submitted" if line.outcome in ("in_review", "needs_human") else line.outcome
    usual: dict[str, Any] = {
        "item": line, "outcome": line.outcome, "status": stands, "verdict": "block", "note": note(),
        "text_hash": line.text_hash, "revision": 3,
        "rounds": 2, "author": "offline", "packs": {"ads": "1.4"}, "diff": difference(),
        "open": (finding(), fix, warn), "settled": (), "undetermined": (), "needs_look": (), "tone": (),
        "facts": (fact(),),
        "claims": (
            values.CaseClaim(
                text="点了一杯耶加，32 块，老板磨豆磨了很久。", kind="life",
                sources=(values.CaseSource(id="m1", kind="material", text="点了一杯耶加，32 块", origin="阿宁 11-24"),),
            ),
            values.CaseClaim(
                text="刷云杉生活卡，每周五满 30 减 10。", kind="point",
                sources=(values.CaseSource(id="life-friday", kind="fact", text="云杉生活卡每周五满 30 元减 10 元"),),
            ),
            values.CaseClaim(text="具体以活动页为准。", kind="disclosure", sources=()),
        ),
        "human": human, "label_text": "本文由AI辅助生成",
        "label_step": "在“高级选项”里勾选“AI 辅助创作”", "label_reasons": (),
        "decisions": (
            values.CaseDecision(
                decision="comment", by="shenhe2", name="郑审核", on_behalf_of="", reason="别写稳赚", text_hash=OLD_HASH,
                at=NOW - timedelta(hours=20), about_present_text=False,
            ),
        ),
        "submissions": (
            values.CaseSubmission(
                by="aning", name="阿宁", at=NOW - timedelta(hours=3), text_hash=line.text_hash, about_present_text=True
            ),
        ),
        "waivers": (), "publications": (), "permission": line.permission,
        "barriers": ("还有 1 处禁止项没有解决（AD-014）",),
    }  # fmt: skip
    return values.CaseFile(**{**usual, **given})


def clear_case(run="n1", **given):
    """Return a case that may be approved."""
    line = given.pop("item", None) or item(run, open_blocks=0, open_fixes=0, open_warns=0)
    return case(run, item=line, open=(), barriers=(), verdict="pass", **given)


@dataclass
class FakeDesk:
    """Hand out cases by run, in their order; remember every call; refuse with what `refusing` holds."""

    cases: dict[str, Any] = field(default_factory=dict)
    told: tuple = ()
    handed: tuple = ()
    calls: list = field(default_factory=list)
    refusing: Exception | None = None

    def alike(self, viewer, runs):
        self.calls.append(("alike", {"runs": tuple(runs), "beside": _is_beside_the_loop()}))
        return {run: self.cases[run].item.near for run in runs if run in self.cases and self.cases[run].item.near}

    def queue(self, viewer, filters=None, *, near=True):
        self.calls.append(("queue", {"viewer": viewer.id, "near": near, "beside": _is_beside_the_loop()}))
        items = [case.item for case in self.cases.values() if case.outcome in ("in_review", "needs_human")]
        lane = filters.lane if filters else None
        return tuple(line for line in items if lane in (None, line.lane.lane))

    def pulse(self):
        self.calls.append(("pulse", {"beside": _is_beside_the_loop()}))
        return (*(hash((run, case.outcome, case.text_hash)) for run, case in self.cases.items()), len(self.told))

    async def case(self, run, viewer):
        if run not in self.cases:
            raise UsageError("run_unknown", value=run, nearest="—")
        return self.cases[run]

    async def approve(self, run, **given):
        return self._decided("approve", run, given)

    async def suggest(self, run, **given):
        return self._decided("suggest", run, given)

    async def reject(self, run, **given):
        return self._decided("reject", run, given)

    async def waive(self, run, **given):
        self._noted("waive", {"run": run, **given})
        return waiver()

    async def second(self, run, waiver_id, **given):
        self._noted("second", {"run": run, "waiver": waiver_id, **given})
        return waiver(second_approver="shenhe2", counts=True)

    def delegate(self, **given):
        self._noted("delegate", given)
        self.handed = (delegation(), *self.handed)
        return self.handed[0]

    def revoke(self, delegation_id, **given):
        self._noted("revoke", {"delegation": delegation_id, **given})
        self.handed = ()

    def delegations(self, viewer):
        return self.handed

    def retract(self, run, **given):
        self._noted("retract", {"run": run, **given})

    async def correct(self, run, **given):
        self._noted("correct", {"run": run, **given})
        return "n1-correction"

    def notices(self, person, *, limit=50):
        return self.told

    def see(self, person, notices):
        self._noted("see", {"person": person.id, "notices": tuple(notices)})

    def did(self, name):
        """Return what a method was called with, in order."""
        return [given for called, given in self.calls if called == name]

    async def asked(self, name):
        """Wait until a method has been called, and return what with; it is called once."""
        for _ in range(500):
            if found := self.did(name):
                (given,) = found
                return given
            await asyncio.sleep(0.01)
        raise AssertionError(f"{name} was never asked for")

    def _noted(self, name, given):
        self.calls.append((name, given))
        if self.refusing is not None:
            raise self.refusing

    def _decided(self, decision, run, given):
        self._noted(decision, {"run": run, **given})
        outcome = {"approve": "approved", "reject": "rejected"}.get(decision, "in_review")
        decision = {"suggest": "edit" if given.get("text") else "comment"}.get(decision, decision)
        self.cases.pop(run)
        return values.Decided(
            run=run, decision=decision, outcome=outcome, text_hash=given["text_hash"], by=given["by"].id, at=NOW
        )


def _is_beside_the_loop():
    return threading.current_thread() is not threading.main_thread()


def waiver(**given):
    """Return a waiver of a block that waits for its second approver."""
    usual = {
        "id": 7, "rule": "AD-014", "fingerprint": "fp1", "reason": "引用监管原文", "approver": "shenhe",
        "second_approver": "",
        "granted_at": NOW, "expires_on": date(2026, 12, 24), "needs_second": True, "counts": False,
    }  # fmt: skip
    return values.CaseWaiver(**{**usual, **given})


def delegation(**given):
    """Return a delegation that is in force."""
    usual = {
        "id": 3, "delegator": "shenhe", "delegate": "shenhe2", "lane": "all", "starts_at": NOW,
        "ends_at": NOW + timedelta(days=7), "reason": "年假", "active": True,
    }  # fmt: skip
    return values.Delegation(**{**usual, **given})


def publication(**given):
    """Return a publication that stands."""
    usual = {"url": "https://www.xiaohongshu.com/explore/abc", "text_hash": HASH, "by": "aning", "at": NOW}
    return values.CasePublication(**{**usual, **given})


@dataclass(frozen=True)
class FakeServices(Services):
    """What a page works with, but for the desk."""

    fake: FakeDesk = field(default_factory=FakeDesk)

    @property
    def desk(self):
        return self.fake


@asynccontextmanager
async def services_with(desk, workspace, settings):
    """Open what a page works with, on a fixed day, with this desk."""
    async with open_services(workspace, settings, now=lambda: NOW, today=lambda: TODAY) as opened:
        yield FakeServices(chat=opened.chat, now=opened.now, today=opened.today, fake=desk)
