"""A scripted model that writes about a cup of coffee: replies by shape, good ones to start from."""

FACT = "cc-coffee-30-5"
PLAN = {
    "angle": "从下班绕路进店写起，停在忘拿的伞", "keyword": "手冲咖啡", "long_tails": ["下班手冲"],
    "material": ["m1", "m2", "m3", "m5", "m6"], "facts": [FACT], "points": [], "questions": [], "writable": True,
    "reason": "",
}  # fmt: skip
BODY = [
    [
        {
            "text": "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，喝手冲咖啡。",
            "kind": "life",
            "sources": ["m1"],
        },
        {"text": "点了一杯耶加，32 块，老板磨豆磨了很久。", "kind": "life", "sources": ["m2"]},
    ],
    [{"text": "隔壁桌两个大学生在背单词，背一个错一个，笑得停不下来。", "kind": "life", "sources": ["m3"]}],
    [
        {"text": "喝到一半雨停了，我把伞忘在门口的桶里，走到地铁站才想起来。", "kind": "life", "sources": ["m5"]},
        {"text": "其实有点心疼那 32 块，够吃两顿早饭了。", "kind": "life", "sources": ["m6"]},
    ],
    [
        {
            "text": "手里有云杉咖啡卡的，合作咖啡门店单笔满30元减5元，每户每月限3次；活动期2026年10月1日至12月31日，"
            "名额有限，以云杉手机银行活动页为准。不常喝的人用不上。",
            "kind": "condition",
            "sources": [FACT],
        }
    ],
    [{"text": "伞还在不在？", "kind": "life", "sources": []}],
]
NOTE = {
    "titles": ["下班绕路的手冲咖啡，伞忘在桶里", "一杯手冲咖啡，心疼两顿早饭", "手冲咖啡和一把忘拿的伞"],
    "cover": "伞忘在桶里了", "body": BODY, "tags": ["手冲咖啡", "下班", "咖啡日常", "雨天", "青年路"],
}  # fmt: skip
RUBRIC = {"answers": [{"id": f"D{n}", "answer": "yes", "span": "", "edit": ""} for n in range(1, 13)]}
JUDGEMENT = {"findings": [], "look": ""}
GOOD = {"PlanDraft": [PLAN], "NoteDraft": [NOTE], "RubricDraft": [RUBRIC], "JudgementDraft": [JUDGEMENT]}
DRAFT = ["draft", "--topic", "下班绕路喝一杯手冲", "--type", "benefit", "--persona", "阿宁", "--fact", FACT,
         "--material-set", "aning-coffee", "--keyword", "手冲咖啡", "--as-of", "2026-11-24"]  # fmt: skip


def with_body(*segments, **given):
    """Return the note with these segments as a paragraph of their own before the last one."""
    return {**NOTE, "body": [*BODY[:-1], list(segments), BODY[-1]], **given}
