"""The admin's page in a real browser: a token is made, shown once, used and revoked; the page keeps its promises."""

import re
import urllib.error
import urllib.request

import pytest
from browser import overflow

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])


def ask(url, token):
    request = urllib.request.Request(f"{url}/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize(("path", "who"), [("/people", "guanli"), ("/tokens", "aning")])
def test_a_token_works_until_it_is_revoked(visit, served, path, who, size):
    blocked = []
    page = visit(path, user=who, size=size)
    page.on("console", lambda said: blocked.append(said.text) if "Content Security Policy" in said.text else None)
    page.get_by_role("button", name="新建令牌").click()
    page.get_by_label("用途").fill(f"门户 {path} <b>{size}</b>")
    page.get_by_role("button", name="生成").click()
    token = page.locator(".people-token").inner_text()
    assert re.fullmatch(r"kn_[0-9a-f]{16}_[\w-]{43}", token) and ask(served.url, token) == 200
    page.reload()
    row = page.locator(".people-row").filter(has_text=f"门户 {path} <b>{size}</b>")
    row.get_by_role("button", name="作废").wait_for()
    assert token.split("_", 2)[2] not in page.content() and overflow(page) <= 0
    row.get_by_role("button", name="作废").click()
    row.get_by_text("已失效").wait_for()
    assert ask(served.url, token) == 401 and not blocked


def test_ones_own_tokens_are_found_in_the_settings(visit):
    page = visit("/library", user="aning")
    page.get_by_role("button", name="设置（阿宁）").click()
    page.get_by_role("link", name="我的接口令牌").click()
    page.get_by_role("heading", name="我的接口令牌").wait_for()


def test_nobody_else_opens_it(visit):
    page = visit("/people", user="neirong", size="desktop")
    assert "这一页不归你的角色" in page.content() and page.locator(".people-row").count() == 0
