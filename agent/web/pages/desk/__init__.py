"""The review desk: the queue under `/desk`, one note with its evidence under `/desk/{run}`."""

from __future__ import annotations

from fastapi import FastAPI

from agent.people import Role
from agent.web.pages.desk import case, queue
from agent.web.pages.frame import private_page

__all__ = ["register"]


def register(app: FastAPI) -> None:
    """Register both pages; an admin may look and decides nothing."""
    private_page(app, "/desk", Role.REVIEWER, Role.ADMIN)(queue.show)
    private_page(app, "/desk/{run}", Role.REVIEWER, Role.ADMIN)(case.show)
