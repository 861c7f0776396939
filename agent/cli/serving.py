"""`agent serve`: the chat and the review desk in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli.session import WorkspaceOption, load, talk

__all__ = ["serve"]


def serve(
    host: Annotated[str, typer.Option("--host", help="监听的地址；单机模式只能是本机。")] = "",
    port: Annotated[int, typer.Option("--port", "-p", help="端口；0 表示随便挑一个空的。")] = -1,
    workspace: WorkspaceOption = None,
) -> None:
    """Start the server and print its address."""
    from importlib.util import find_spec

    from agent.errors import ConfigurationError

    if find_spec("nicegui") is None:
        raise ConfigurationError("web_not_installed")
    from agent.web.serving import serve as run

    settings, bank = load(workspace)
    changed = {key: value for key, value in (("host", host), ("port", port)) if value not in ("", -1)}
    settings = settings.model_copy(update={"web": settings.web.model_copy(update=changed)})
    run(bank, settings, say=talk)
