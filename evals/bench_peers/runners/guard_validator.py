"""Run guardrails-ai over texts: JSON on stdin and stdout. Executed by that peer's own Python, which has no kosnote.

Its BanList and RegexMatch validators come from a hub and need an account, so the nearest thing is a validator of our
own inside its Guard: one regular expression over the escaped words, the longest first, and the patterns.
"""

import importlib
import importlib.metadata
import json
import os
import re
import sys
import time
from pathlib import Path

Path.home().joinpath(".guardrailsrc").write_text("id=none\nenable_metrics=false\n", encoding="utf-8")
os.environ["OTEL_SDK_DISABLED"] = "true"

guardrails = importlib.import_module("guardrails")  # only now: it reads the file above
base = importlib.import_module("guardrails.validator_base")


@base.register_validator(name="bench/banned", data_type="string")
class Banned(base.Validator):
    """Fail a text that holds a banned word or matches a pattern."""

    def __init__(self, pattern="", **kwargs):
        """Compile the pattern."""
        super().__init__(pattern=pattern, **kwargs)
        self._search = re.compile(pattern).search

    def _validate(self, value, metadata=None):
        return base.FailResult(error_message="banned") if self._search(value) else base.PassResult()


def main():
    """Answer one request."""
    given = json.load(sys.stdin)
    words = "|".join(map(re.escape, sorted(given["words"], key=len, reverse=True)))
    guard = guardrails.Guard().use(Banned("|".join([words, *given["patterns"]]), on_fail="noop"))
    flagged, rounds, start = [], 0, time.perf_counter()
    while time.perf_counter() - start < given["seconds"]:
        flagged = [not guard.validate(text).validation_passed for text in given["texts"]]
        rounds += 1
    rate = rounds * len(flagged) / (time.perf_counter() - start)
    version = importlib.metadata.version("guardrails-ai")
    print(json.dumps({"version": version, "validator": "own validator", "rate": rate, "flagged": flagged}), flush=True)  # noqa: T201
    os._exit(0)  # exporters of traces would wait for a network


main()
