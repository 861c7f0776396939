"""No page keeps the others waiting for a database: what asks the record does so beside the event loop."""

import pytest
from loop_watch import heard_on_the_loop
from nicegui import ui

PATIENCE = 100  # tenths of a second
STORY = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"


@pytest.fixture
def heard(web_pages):
    with heard_on_the_loop(web_pages.state.services.store.database.engine) as who:
        yield who


async def test_a_note_is_written_on_the_chat_page_beside_the_loop(visitor, heard):
    user = await visitor("aning")
    await user.open("/chat?new")
    for line, seen in ((STORY, "就写这个"), ("写一篇下班绕路喝一杯手冲", "还没送审，文字可以改。")):
        user.find(marker="line").type(line)
        user.find(marker="send").click()
        await user.should_see(content=seen, retries=PATIENCE)
    user.find(kind=ui.button, content="送审").click()
    await user.should_see(content="已送审，等审核人看。改动文字要重新送。", retries=PATIENCE)
    await user.open("/chat")
    await user.should_see(content="已送审，等审核人看。改动文字要重新送。", retries=PATIENCE)
    assert heard == []


async def test_the_other_pages_open_beside_the_loop(visitor, heard):
    opened = {"shenhe": ("/", "/desk", "/library", "/facts", "/dashboard", "/tokens"), "guanli": ("/people",)}
    for who, paths in opened.items():
        user = await visitor(who)
        for path in paths:
            await user.open(path)
    assert heard == []
