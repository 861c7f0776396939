"""Run the server: refuse what must not be put up, say the address, and stop in good order."""

from __future__ import annotations

import math
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from agent import garbage
from agent.errors import ConfigurationError
from agent.settings import Settings
from agent.web.app import build_app
from agent.web.guards.local import is_loopback
from agent.web.ops.logs import set_up_logs
from agent.web.warming import warm
from agent.workspace import Workspace

__all__ = ["demand_safe", "serve"]


def demand_safe(settings: Settings) -> None:
    """Refuse to let others in without a sign-in: raise `ConfigurationError` for a public address in loopback mode."""
    web = settings.web
    if web.sign_in == "loopback" and not is_loopback(web.host):
        raise ConfigurationError("serve_public_loopback", host=web.host)


def serve(workspace: Workspace, settings: Settings, *, say: Callable[[str], None]) -> None:
    """Serve until told to stop; `say` hears the address once people can open it.

    A stop takes nothing new, finishes the requests and turns at work as far as `stop_seconds` allow, and returns: what
    is cut off then is resumed by its key. Raises `ConfigurationError` when the address cannot be listened on.
    """
    demand_safe(settings)
    listening = _listen(settings.web.host, settings.web.port)
    set_up_logs(settings)
    app = build_app(workspace, settings)
    warm(workspace, today=datetime.now().astimezone().date())
    garbage.settle()
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom to believe is settled with `proxy_sources`, not here
        ws_max_size=settings.web.largest_request,
        timeout_graceful_shutdown=math.ceil(settings.web.stop_seconds),
    )
    host, port = listening.getsockname()[:2]
    server = _Server(
        config,
        on_start=lambda: say(f"已启动：http://{host}:{port}  （按 Ctrl-C 停）"),
        on_stop=app.state.operating.stopping.begin,
    )
    server.run(sockets=[listening])


class _Server(uvicorn.Server):
    """Say when people can come in, and when no more are let in; a signal to stop is no failure."""

    def __init__(self, config: uvicorn.Config, *, on_start: Callable[[], None], on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the clock of the stop, then stop."""
        self._on_stop()
        await super().shutdown(sockets=sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal, and do not die of it afterwards as uvicorn would: a stop asked for is no failure."""
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise ConfigurationError("serve_address_taken", host=host, port=port, reason=error.strerror or error) from error
    return listening
