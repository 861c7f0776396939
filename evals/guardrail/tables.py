"""Print the guardrail suite as tables, counts and intervals in every cell; rule names beside their ids.

Owns wording and layout only: every number comes from the modules that count.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from agent.guardrails import Packs
from evals.guardrail import evading
from evals.guardrail.alarms import alarms, noisiest, seeds
from evals.guardrail.outcomes import Outcome, without_likeness
from evals.guardrail.rates import MACRO, MICRO, Scored, Share, by_family, by_rule, pairs, share
from evals.guardrail.texts import BENIGN, CLEAN, PASSAGE

__all__ = ["ablated", "evaded", "missed", "overview", "passages", "standard"]

WIDTH = 400  # wide enough to cut nothing
WHOLE = ("note", "evasion", BENIGN, PASSAGE)
LEGEND = (
    "怎么读：87/120 73% [64%, 80%] 是 120 条里对了 87 条，方括号是 95% 区间。"
    "dev 是改规则时看过的，held 和 final 没有；明显违规看字面就能定，要靠体会的得懂行；误报越少越好。\n"
)


def overview(found: Sequence[Outcome], *, splits: Sequence[str]) -> Iterator[str]:
    """Yield what fits one screen: the levels of each split, whole notes, disguises, and how to read a cell."""
    labelled = [one for one in found if one.text.kind not in WHOLE]
    rows = [(split, *_levels([one for one in labelled if one.text.split == split])) for split in splits]
    yield _table("总览（规则加统计读者）", ("标注集", "明显违规", "要靠体会", "相似文字误报"), rows)
    yield passages(found, splits=splits)
    yield _notes(found)
    by_hand = evading.by_class(without_likeness([one for one in found if one.text.family == "evasion"]))
    yield f"手写的变体认出（只算规则）：{by_hand[-1][1]}\n{LEGEND}"


def standard(found: Sequence[Outcome], packs: Packs, *, splits: Sequence[str]) -> Iterator[str]:
    """Yield the tables of every run: families, rules, pairs, alarms, notes, and variants made by hand."""
    labelled = [one for one in found if one.text.kind not in WHOLE]
    for split in splits:
        here = [one for one in labelled if one.text.split == split]
        yield _families(here, split)
        yield _scores(f"逐族（{split}）", by_family(here))
        yield _scores(f"逐条规则（{split}；按标注的全部规则算，别的规则报了算误报）", by_rule(here))
        yield _pairs(here, split)
    innocent = [one for one in found if not one.text.is_violation]
    yield _benign(found)
    yield _notes(found)
    yield _noisiest(innocent, packs)
    yield evaded("手写的变体（只算规则）", without_likeness([one for one in found if one.text.family == "evasion"]))


def passages(found: Sequence[Outcome], *, splits: Sequence[str]) -> str:
    """Tell, of passages cut from sellers' notes, whether the violating words were found, and by the right rule."""
    rows = []
    for split in splits:
        here = [one for one in found if one.text.kind == PASSAGE and one.text.split == split]
        for kind, right in (("plain", _named), ("judgement", _named), ("innocent", _told)) if here else ():
            some = [one for one in here if one.text.hidden == kind]
            alone = without_likeness(some)
            any_rule = _told if kind == "innocent" else _found
            rows.append(
                (
                    f"{split} {kind}",
                    *(str(share(of, any_rule)) for of in (some, alone)),
                    *(str(share(of, right)) for of in (some, alone)),
                )
            )
    return _table(
        "卖货笔记的片段（指着违规的字才算）",
        ("哪些（innocent：误报）", "找到", "找到，只算规则", "报对规则", "报对，只算规则"),
        rows,
    )


def ablated(parts: dict[str, list[Outcome]], *, splits: Sequence[str]) -> str:
    """Tell what is lost and gained without each part."""
    rows = []
    for name, found in parts.items():
        labelled = [one for one in found if one.text.kind not in WHOLE and one.text.split in splits]
        clean = [one for one in found if one.text.family in CLEAN[1:]]
        by_hand = evading.by_class(without_likeness([one for one in found if one.text.family == "evasion"]))
        rows.append((name, *_levels(labelled), str(share(clean, _told)), str(by_hand[-1][1])))
    title = f"拿掉一部分（{'+'.join(splits)}；本套不用模型评委，见 judge_trial）"
    return _table(title, ("引擎", "明显违规", "要靠体会", "相似文字误报", "无害整篇被拦", "手写变体（只算规则）"), rows)


def evaded(title: str, found: Sequence[Outcome]) -> str:
    """Tell how many variants of each class were caught."""
    return _table(title, ("类", "认出"), [(name, str(level)) for name, level in evading.by_class(found)])


def missed(found: Sequence[Outcome]) -> Iterator[str]:
    """Yield each text that is told otherwise than it should be."""
    for one in found:
        if not one.is_right:
            word, rules = ("漏报", one.text.rules) if one.text.is_violation else ("误报", tuple(sorted(one.wrong)))
            yield f"{word} {one.text.id} [{','.join(rules)}] {one.text.shown}"


def _families(found: Sequence[Outcome], split: str) -> str:
    rows = []
    for family in [*sorted({one.text.family for one in found}), ""]:
        here = [one for one in found if not family or one.text.family == family]
        alone = without_likeness(here)
        rows.append((family or "全部", *_levels(here), *_levels(alone)))
    names = ("明显违规", "要靠体会", "相似文字误报")
    return _table(f"找到多少（{split}；左三列含统计读者，右三列只有规则）", ("族", *names, *names), rows)


def _levels(found: Sequence[Outcome]) -> tuple[str, str, str]:
    plain = [one for one in found if one.text.kind == "plain"]
    judgement = [one for one in found if one.text.kind == "judgement"]
    innocent = [one for one in found if not one.text.is_violation]
    return str(share(plain, _found)), str(share(judgement, _found)), str(share(innocent, _told))


def _scores(title: str, scored: Sequence[Scored]) -> str:
    rows = [(_name(one), *_cells(one), _f1(one)) for one in scored]
    return _table(title, ("", "精确率", "召回率", "F1 [95% 自助法]"), rows)


def _name(one: Scored) -> str:
    return {MICRO: "合计（micro）", MACRO: "平均（macro）"}.get(one.name, one.name)


def _cells(one: Scored) -> tuple[str, str]:
    return ("", "") if one.name == MACRO else (str(one.precision), str(one.recall))


def _f1(one: Scored) -> str:
    if one.f1 is None or one.low is None or one.high is None:
        return "—"
    return f"{one.f1:.2f} [{one.low:.2f}, {one.high:.2f}]"


def _pairs(found: Sequence[Outcome], split: str) -> str:
    rows = [(one.kind, str(one.right), str(one.missed), str(one.wronged)) for one in pairs(found)]
    return _table(f"最小对（{split}）", ("无害的一半", "两半都对", "违规的漏了", "无害的误报"), rows)


def _benign(found: Sequence[Outcome]) -> str:
    twins = [one for one in found if one.text.family == BENIGN]
    rows = []
    for name in sorted({one.text.hidden for one in twins}):
        here = [one for one in twins if one.text.hidden == name]
        wrong = "、".join(f"{one.text.id} {' '.join(sorted(one.wrong))}" for one in here if one.wrong)
        rows.append((name, str(Share(sum(bool(one.wrong) for one in here), len(here))), wrong))
    return _table("无害的孪生（应当安静）", ("类", "误报", "哪些"), [*rows, ("全部", str(share(twins, _told)), "")])


def _notes(found: Sequence[Outcome]) -> str:
    rows = []
    for family in (*CLEAN, "good"):
        one = alarms(found, family)
        rows.append((family, str(one.blocked), str(one.told), f"{one.per_note:.3f}"))
    bad = seeds(found)
    told = f"坏笔记：种下的违规找到 {bad.found}，报对规则 {bad.named}；没有放行的坏笔记 {bad.stopped}\n"
    return _table("整篇笔记", ("哪组", "有 block", "有 block 或 fix", "每篇条数"), rows) + told


def _noisiest(innocent: Sequence[Outcome], packs: Packs) -> str:
    rows = [(rule, packs[rule].rule.title, str(count)) for rule, count in noisiest(innocent)]
    return _table("误报最多的规则（全部无害文字，最多十条）", ("规则", "名称", "误报的文字"), rows)


def _found(one: Outcome) -> bool:
    return one.is_found


def _named(one: Outcome) -> bool:
    return one.is_named


def _told(one: Outcome) -> bool:
    return bool(one.wrong)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    sheet = io.StringIO()
    Console(file=sheet, width=WIDTH, color_system=None, force_terminal=False, legacy_windows=False).print(table)
    return "\n".join([f"\n{title}", *(line.rstrip() for line in sheet.getvalue().splitlines())]) + "\n"
