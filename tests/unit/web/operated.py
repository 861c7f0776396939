"""An application without pages on a record of its own, its services open, and a client that asks it."""

from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial

import httpx

from agent.chat.values import Turn
from agent.settings import Settings
from agent.web.app import build_app
from agent.web.identity import Identity
from agent.web.services import open_services
from agent.workspace import load_workspace

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
TOLD = """周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店
点了一杯耶加，32 块，老板磨豆磨了很久
隔壁桌两个大学生在背单词，背一个错一个，笑得停不下来
老板说：下雨天豆子味道会闷一点
喝到一半雨停了，我把伞忘在门口的桶里，走到地铁站才想起来
其实有点心疼那 32 块，够吃两顿早饭了"""


def settings_for(folder, *, web=(), **given):
    given.setdefault("author", "offline")
    return Settings(home=folder, web={"stop_seconds": 5, **dict(web)}, **given)


@asynccontextmanager
async def opened(settings, *, routes=lambda app: None, pages=False, address="127.0.0.1"):
    """Yield the application and a client on this machine; `routes` may add some."""
    services = partial(open_services, now=lambda: NOW, today=lambda: TODAY)
    app = build_app(load_workspace(None), settings, pages=pages, services=services)
    routes(app)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 4000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        yield app, client


async def drafted(app, asked="写一篇下班绕路喝一杯手冲", *, user="aning", told=TOLD):
    """Take two turns as a person: tell something, and have it drafted."""
    session = app.state.services.chat.session(user)
    await session.ask(Turn(key="a", text=told, intent="capture", persona="阿宁"))
    return session, await session.ask(Turn(key="b", text=asked))


def numbers(text):
    """Read a page of metrics into {name{labels}: value}."""
    rows = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, value in rows}


def person(**given):
    """Somebody who has signed in."""
    return Identity(**{"user": "admin", "name": "管理员", "roles": (), "way": "oidc", **given})
