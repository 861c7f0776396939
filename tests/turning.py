"""Code a server under test runs first: a route that takes turns without a page, and a draft that takes its time.

The session behind the route is the one every page uses; only the HTTP around it is the tests' own.
"""

import httpx

ROUTE = """
import functools
from fastapi import Request
from fastapi.responses import JSONResponse
from agent.chat.values import Turn
from agent.errors import KosnoteError
from agent.web import app as app_module
from agent.web import serving

built = serving.build_app

@functools.wraps(built)
def with_turns(*arguments, **given):
    app = built(*arguments, **{**given, "pages": False})

    @app.post("/turn")
    async def turn(request: Request):
        asked = await request.json()
        try:
            session = app.state.services.chat.session(asked["user"], asked["thread"])
            answer = await session.ask(Turn(**asked["turn"]))
        except KosnoteError as error:
            return JSONResponse({"code": error.code, "message": error.message, "hint": error.hint}, status_code=503)
        return {"thread": session.thread, "answer": answer.model_dump(mode="json")}

    return app

serving.build_app = with_turns
"""
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


def take(server, turn, *, thread="", user="aning", seconds=60):
    """Take a turn and return (status, content)."""
    asked = {"user": user, "thread": thread, "turn": turn}
    answer = httpx.post(f"{server.url}/turn", json=asked, timeout=seconds, trust_env=False)
    is_json = answer.headers["content-type"] == "application/json"
    return answer.status_code, answer.json() if is_json else {}


def told(server, user="aning"):
    """Tell something in a new thread and return its id."""
    status, content = take(server, {"key": "told", "text": TOLD, "intent": "capture", "persona": "阿宁"}, user=user)
    assert status == 200, content
    return content["thread"]
