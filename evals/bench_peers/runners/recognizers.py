"""Run presidio-analyzer's pattern recognisers over texts: JSON on stdin and stdout, by that peer's own Python.

Its AnalyzerEngine wants a language model that spaCy fetches from GitHub; recognisers of words and patterns work alone.
"""

import importlib.metadata
import json
import sys
import time

from presidio_analyzer import Pattern, PatternRecognizer


def main():
    """Answer one request."""
    given = json.load(sys.stdin)
    words = PatternRecognizer("WORD", deny_list=given["words"], supported_language="zh")
    patterns = [Pattern(f"p{number}", pattern, 1.0) for number, pattern in enumerate(given["patterns"])]
    personal = PatternRecognizer("PERSONAL", patterns=patterns, supported_language="zh")
    flagged, rounds, start = [], 0, time.perf_counter()
    while time.perf_counter() - start < given["seconds"]:
        flagged = [bool(words.analyze(t, ["WORD"]) or personal.analyze(t, ["PERSONAL"])) for t in given["texts"]]
        rounds += 1
    rate = rounds * len(flagged) / (time.perf_counter() - start)
    version = importlib.metadata.version("presidio-analyzer")
    print(json.dumps({"version": version, "validator": "deny list + patterns", "rate": rate, "flagged": flagged}))  # noqa: T201


main()
