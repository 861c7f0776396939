"""Cases of the evals that tests write to a folder of their own: one that holds, to be broken one value at a time."""

from pathlib import Path

CASE = """\
# yaml-language-server: $schema=../case.schema.json
id: jiangbian-run
theme: running
split: dev
brief:
  topic: "12:30 沿江跑五公里 #晨跑"
  note_type: benefit
  keyword: 沿江跑步
  persona: daxu
  account: staff-daxu
  products: [coffee-card]
  facts: [cc-coffee-30-5]
  as_of: 2026-11-24
material:
  - {kind: event, text: "六点出门，江边风大，跑到桥底下折返"}
  - {kind: amount, text: "跑完买了杯热美式加一个可颂，一共34"}
expect:
  outcome: pass
  must_facts:
    - {fact: cc-coffee-30-5, any_of: [满30元减5元, 满30减5]}
references:
  - {file: ref-1.md, author: "written for this project", why: 生活在前}
  - {file: ref-2.md, author: "written for this project", why: 先写早饭}
review: {owner: content team, reviewed_at: 2026-11-27}
"""
FIRST = """\
沿江跑步，风大也出门

六点出门，江边风大。跑到桥底下折返，腿还没热，人先清醒了。

跑完买了杯热美式加一个可颂，一共34。咖啡有点苦，不过手总算暖了。

云杉咖啡卡在合作咖啡门店单笔满30元减5元，每户每月限3次，每天全行限1000份，活动期2026年10月1日至12月31日，以云杉手机银行活动页为准。平时不喝咖啡的不用惦记。

本人为云杉银行员工。云杉咖啡卡由云杉银行股份有限公司发行。

#沿江跑步 #晨跑 #热美式 #可颂 #咖啡卡
"""
SECOND = """\
一杯热美式的早上

热美式加一个可颂，跑完买的，一共34，早饭就是这些了。

沿江跑步没什么诀窍。六点出门的时候江边风大，跑到桥底下折返，回头路倒是顺风。

缺点也有：冷。

这家店算合作门店，云杉咖啡卡单笔满30元减5元；每户每月限3次，每天全行限1000份，活动期2026年10月1日至12月31日，以云杉手机银行活动页为准。

我是云杉银行的员工，卡由云杉银行股份有限公司发行。

#沿江跑步 #跑步 #早饭 #咖啡 #江边
"""


def write_case(root, case=CASE, *, first=FIRST, second=SECOND, folder="jiangbian-run"):
    """Write a case with its references below a folder; None leaves a reference out."""
    path = Path(root) / folder
    path.mkdir(parents=True, exist_ok=True)
    (path / "case.yaml").write_text(case, encoding="utf-8")
    for name, text in (("ref-1.md", first), ("ref-2.md", second)):
        if text is not None:
            (path / name).write_text(text, encoding="utf-8")
    return path
