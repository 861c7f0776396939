"""The chat page without a browser: what a person sees, what a tap asks of the session, and what stays apart."""

STORY = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"


async def say(user, line):
    user.find(marker="line").type(line)
    user.find(marker="send").click()


async def drafted(user, topic="下班绕路喝一杯手冲"):
    await user.open("/chat")
    await say(user, STORY)
    await user.should_see("记下了 1 条素材，还有 1 个问题想问（不急）", retries=50)
    await say(user, f"写一篇{topic}")
    await user.should_see(marker="note", retries=50)


async def test_a_story_becomes_a_note_with_its_evidence(visitor):
    user = await visitor("aning")
    await drafted(user)
    await user.should_see("素材1")
