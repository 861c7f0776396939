"""The review desk without a user interface: lanes, queue, case files, decisions, waivers, delegation, notices."""

from agent.desk.desk import Desk

__all__ = ["Desk"]
