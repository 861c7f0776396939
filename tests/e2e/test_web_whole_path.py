"""The whole path in a real browser: told on a phone, handed in, approved at a desk, copied out, its address kept."""

import json
import re

from playwright.sync_api import expect

STORY = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"
ADDRESS = "https://www.xiaohongshu.com/explore/66f0c0ffee0000001e02d7a1"


def say(page, line, *, mode=""):
    if mode:
        page.get_by_role("button", name=mode, exact=True).first.click()
    page.get_by_role("textbox", name="说一句").fill(line)
    page.get_by_role("button", name="发送").click()


def test_from_a_story_to_a_published_and_recorded_note(visit, served, tmp_path):
    phone = visit("/chat?new", user="aning", size="phone")
    say(phone, STORY, mode="记素材")
    expect(phone.locator(".material").first).to_be_visible()
    say(phone, "写一篇下班绕路喝一杯手冲")
    expect(phone.locator(".note")).to_be_visible()
    phone.get_by_role("button", name="送审", exact=True).click()
    expect(phone.locator(".stage-word")).to_contain_text("已送审")

    desk = visit("/desk", user="shenhe", size="desktop")
    expect(desk.locator("[data-row]")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name=re.compile("^通过"))).to_be_enabled()
    desk.keyboard.press("a")
    expect(desk.get_by_role("dialog").get_by_role("button", name="确认通过")).to_be_focused()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**done=approve**")

    phone.reload()
    expect(phone.locator(".stage-word")).to_contain_text("批准了")
    phone.get_by_role("button", name="复制全文").click()
    expect(phone.locator(".toast")).to_have_text("已复制")
    assert "没有招牌的咖啡店" in phone.evaluate("navigator.clipboard.readText()")
    phone.get_by_role("button", name="贴网址").first.click()
    phone.get_by_label("发布链接").fill(ADDRESS)
    phone.keyboard.press("Enter")
    expect(phone.locator(".stage-word")).to_contain_text("发布已登记")

    (run,) = json.loads(served.agent("runs", "--format", "json"))
    assert (run["owner"], run["outcome"]) == ("aning", "approved")
    served.agent("audit", "export", str(tmp_path / "audit.jsonl"))
    links = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {"submitted", "decision", "published"} <= {link["kind"] for link in links if link["run"] == run["id"]}
    served.agent("audit", "verify")
