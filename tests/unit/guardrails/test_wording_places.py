"""A mandatory wording counts where it stands in the body, whatever of it a title says too."""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.models import NoteInput

WHOLE = "三年期大额存单年利率1.55%，20万元起存，适用于南城市各网点，2026年11月2日公告，利率以网点当日公告为准。"
PART = "三年期大额存单年利率1.55%，适用于南城市各网点，2026年11月2日公告，利率以网点当日公告为准。"


@pytest.mark.parametrize("title", ["湖边散步", "大额存单怎么看：期限和起存金额先问清"])
def test_items_named_in_a_title_do_not_hide_those_of_the_body(title: str) -> None:
    packs = load_packs(examples=False)
    found = {
        body: {f.rule for f in check(NoteInput(title=title, body=body, products=("deposit",)), packs=packs).open()}
        for body in (WHOLE, PART)
    }
    assert "DEP-02" not in found[WHOLE] and "DEP-02" in found[PART]
