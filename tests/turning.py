"""Take turns at a server over its API, as a program would, and make a draft take its time."""

import httpx

from agent.settings import Settings
from agent.web.identity import Identity
from agent.web.signin.keys import Keys

SECRET = "the-same-secret-at-every-server-of-a-test"
ENV = {"KOSNOTE_WEB_SECRET": SECRET}
SLOW = """
import asyncio, functools, sys
from agent.graph import nodes
comply = nodes.comply

@functools.wraps(comply)
async def slow(state, runtime):
    print("comply has begun", file=sys.stderr, flush=True)
    await asyncio.sleep({seconds})
    return await comply(state, runtime)

nodes.comply = slow
"""
TOLD = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块"
DRAFT = {"key": "draft", "text": "写一篇下班绕路喝一杯手冲"}


def take(server, turn, *, thread, user="aning", seconds=60):
    """Take a turn and return (status, content)."""
    return _post(server, f"/api/v1/threads/{thread}/turns", turn, user=user, seconds=seconds)


def told(server, user="aning"):
    """Tell something in a new thread and return its id."""
    status, content = _post(server, "/api/v1/threads", {}, user=user)
    assert status == 201, content
    turn = {"key": "told", "text": TOLD, "intent": "capture", "persona": "阿宁"}
    status, answer = take(server, turn, thread=content["id"], user=user)
    assert status == 200, answer
    return content["id"]


def _post(server, path, body, *, user, seconds=60):
    proof = Keys(Settings(web_secret=SECRET)).proof(Identity(user=user, name="", roles=(), way="loopback"))
    answer = httpx.post(
        f"{server.url}{path}", json=body, timeout=seconds, trust_env=False,
        cookies={"kosnote_who": user}, headers={"X-CSRF-Token": proof},
    )  # fmt: skip
    is_json = "json" in answer.headers["content-type"]
    return answer.status_code, answer.json() if is_json else {}
