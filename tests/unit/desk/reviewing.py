"""What the desk's tests share: a clock that moves, a bench that drafts notes and hands them in, and edited texts."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.desk import Desk
from agent.desk.rewriting import rewritten
from agent.desk.values import EditedText
from agent.errors import UsageError
from agent.graph.state import Review
from agent.models import Brief, Material

BEGAN = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
URL = "https://www.xiaohongshu.com/explore/66aa"
OCCASIONS = (
    ("下班绕路喝一杯手冲", "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块",
     "店主说豆子是早上刚烘的，我在窗边坐了半个小时"),
    ("周末带爸妈去植物园", "周六上午带爸妈去植物园，门口那排银杏正黄", "我爸拍了一路叶子，午饭在园里吃的面，18 块"),
    ("夜跑第一个五公里", "周四晚上沿着运河跑完了第一个五公里，用了三十八分钟", "跑到桥下岔了气，走了一段才缓过来",
     "对面来了个推婴儿车慢跑的爸爸，冲我点了点头，我又跟着跑起来"),
    ("带孩子逛菜市场", "周日早上带孩子去菜市场，她挑了一把空心菜，3 块 5", "孩子自己付的钱，摊主多给了两根葱",
     "回家路上她抱着菜不肯让我拿，进门先问外婆晚上能不能炒这一把，外婆说行，让她自己择"),
    ("换季收拾衣柜", "周日下午把衣柜翻了一遍，找出七件两年没穿的外套，装了满满两袋",
     "楼下回收箱旁边碰到三楼的阿姨，她也拎着两袋",
     "我们站着聊了一会儿谁家的毛衣缩水最厉害，她说她那件现在只有孙女能穿"),
    ("老家院子里的橘子", "妈妈寄来一箱老家院子里的橘子，皮上还带着叶子，快递写的是易碎",
     "我分了半箱给同事，中午茶水间都是橘子味",
     "晚上打电话过去，她说树是我上小学那年种的，今年结得最多"),
)  # fmt: skip
ADDED = "慢一点也没什么不好。"


class Clock:
    """Tell the moment, and move on when told to."""

    def __init__(self):
        self.moment = BEGAN

    def __call__(self):
        return self.moment

    def today(self):
        return self.moment.date()

    def pass_by(self, **given):
        self.moment += timedelta(**given)


class Bench:
    """Hold a desk with its clock, its people, and a way to get a note that waits."""

    def __init__(self, drafting, clock):
        self.drafting, self.clock = drafting, clock
        self.desk = Desk(drafting=drafting, today=clock.today)
        self.store = drafting.store
        self.drafted = 0

    def choose(self, **lanes):
        """Let the bank choose differently for these lanes."""
        policy = self.desk.policy
        self.desk.__dict__["policy"] = policy.model_copy(update={"lanes": {**policy.lanes, **lanes}})

    def with_workspace(self, **given):
        """The same bench in a bank that differs in this."""
        workspace = replace(self.drafting.workspace, **given)
        return Bench(replace(self.drafting, workspace=workspace), self.clock)

    def person(self, name):
        return self.drafting.workspace.person(name)

    @property
    def shen(self):
        return self.person("shenhe")

    @property
    def zheng(self):
        return self.person("shenhe2")

    @property
    def aning(self):
        return self.person("aning")

    async def note(self, *, note_type="education", owner="aning", hand_in=True, urgent=False, **given):
        """Draft a note and hand it in; a benefit note tells of the coffee card."""
        topic, *lived = OCCASIONS[self.drafted % len(OCCASIONS)]
        self.drafted += 1
        told = {
            "topic": topic, "persona": "阿宁", "account": "staff-aning", "as_of": self.clock.today(),
            "material": tuple(Material(id=f"m{i}", text=text, told_by="阿宁") for i, text in enumerate(lived, 1)),
        }  # fmt: skip
        if note_type == "education":
            told |= {"points": ("bookkeeping-week",)}
        if note_type == "benefit":
            told |= {"products": ("coffee-card",), "facts": ("cc-coffee-30-5",)}
        brief = Brief(id=f"20261124-{self.drafted:06x}", note_type=note_type, **{**told, **given})
        result = await self.drafting.draft(brief, owner=owner)
        assert result.outcome in ("in_review", "needs_human"), (result.outcome, result.reason)
        if hand_in:
            self.hand_in(result.run, owner=owner, urgent=urgent)
        return result.run

    def hand_in(self, run, *, owner="aning", urgent=False):
        self.desk.hand_in(run, text_hash=self.hash_of(run), by=self.person(owner), urgent=urgent)

    def hash_of(self, run):
        return self.best(run).text_hash

    def best(self, run):
        record = self.store.run(run)
        return next(v for v in self.store.versions(run) if v.revision == record.best_revision)

    def text_of(self, run, **changed):
        note = self.best(run).round.note
        return EditedText(**{"title": note.title, "cover": note.cover, "body": note.body, "tags": note.tags, **changed})

    def longer(self, run, words=ADDED):
        """The text with a sentence more, after the last piece of life."""
        note = self.best(run).round.note
        piece = [s.text for s in note.segments if s.kind == "life"][-1]
        return self.text_of(run, body=note.body.replace(piece, piece + words))

    async def edited(self, run, *, by="aning", words=ADDED):
        """Add a sentence as a person, the way the chat does."""
        best = self.best(run)
        note = rewritten(best.round.note, self.longer(run, words))
        review = Review(action="edit", reviewer=by, reason="改字", text_hash=best.text_hash, note=note)
        return await self.drafting.review(run, review)

    async def approve(self, run, by=None, **given):
        return await self.desk.approve(run, text_hash=self.hash_of(run), by=by or self.shen, **given)

    async def case(self, run, by=None, **given):
        return await self.desk.case(run, by or self.shen, **given)


@contextmanager
def refused(code):
    """Expect a refusal with this code; the message is checked by whoever asks for it."""
    with pytest.raises(UsageError) as caught:
        yield caught
    assert caught.value.code == code, caught.value.message
