"""Run llm-guard's BanSubstrings and Regex over texts: JSON on stdin and stdout, executed by that peer's own Python."""

import importlib.metadata
import json
import logging
import sys
import time

import structlog
from llm_guard.input_scanners import BanSubstrings, Regex
from llm_guard.input_scanners.ban_substrings import MatchType

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def main():
    """Answer one request."""
    given = json.load(sys.stdin)
    banned = BanSubstrings(given["words"], match_type=MatchType.STR, case_sensitive=False)
    personal = Regex(given["patterns"], is_blocked=True, redact=False)
    flagged, rounds, start = [], 0, time.perf_counter()
    while time.perf_counter() - start < given["seconds"]:
        flagged = [not (banned.scan(text)[1] and personal.scan(text)[1]) for text in given["texts"]]
        rounds += 1
    rate = rounds * len(flagged) / (time.perf_counter() - start)
    version = importlib.metadata.version("llm-guard")
    print(json.dumps({"version": version, "validator": "BanSubstrings + Regex", "rate": rate, "flagged": flagged}))  # noqa: T201


main()
