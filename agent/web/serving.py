"""Run the server: refuse what must not be put up, say the address, and stop in good order."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

import uvicorn

from agent.errors import ConfigurationError
from agent.settings import Settings
from agent.web.app import build_app
from agent.workspace import Workspace

__all__ = ["demand_safe", "serve"]

SHUTDOWN_SECONDS = 20


def demand_safe(settings: Settings) -> None:
    """Refuse to let others in without a sign-in: raise `ConfigurationError` for a public address in loopback mode."""
    web = settings.web
    if web.sign_in == "loopback" and not _is_loopback(web.host):
        raise ConfigurationError("serve_public_loopback", host=web.host)


def serve(workspace: Workspace, settings: Settings, *, say: Callable[[str], None]) -> None:
    """Serve until told to stop; `say` hears the address once people can open it.

    Raises `ConfigurationError` when the address cannot be listened on.
    """
    demand_safe(settings)
    listening = _listen(settings.web.host, settings.web.port)
    app = build_app(workspace, settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    host, port = listening.getsockname()[:2]
    _Server(config, lambda: say(f"已启动：http://{host}:{port}  （按 Ctrl-C 停）")).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Say when people can come in."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._on_start()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise ConfigurationError("serve_address_taken", host=host, port=port, reason=error.strerror or error) from error
    return listening


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
