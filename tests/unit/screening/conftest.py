"""An archive to screen, and runs over it in this process."""

import functools

import pytest
from archives import DAY, note, write_lines

from agent.guardrails.loader import compile_rules, read_rule, tighten
from agent.guardrails.rulefiles import rule_files
from agent.paths import data_root
from agent.screening import checking, runs
from agent.screening.edition import Circumstances
from agent.screening.pools import Alone
from agent.screening.runs import Request, begin


@pytest.fixture
def archive(tmp_path):
    """Forty notes: most innocent, some bad, one disguised."""
    return write_lines(tmp_path / "archive.jsonl", [note(n) for n in range(40)])


@pytest.fixture
def go(tmp_path):
    """Screen with the options of a `Request` and return the progress."""

    def run(source="", out="report.jsonl", *, overlay=(), pool=None, as_of=DAY, facts=(), **options):
        request = Request(source=str(source), out=tmp_path / out, **options)
        prepared = begin(request, lambda day: Circumstances(overlay=overlay, as_of=as_of, facts=facts))
        try:
            with pool or Alone() as where:
                return prepared.go(where, lambda progress, at: None)
        finally:
            prepared.close()

    return run


FEW = ("RET-02", "RET-03", "ACC-01", "ACC-04", "XHS-03", "WM-04")


@functools.cache
def few_rules(overlay):
    """Compile a few rules of the packs, of several kinds, and those of an overlay: a tenth of the time."""
    base = data_root() / "guardrails" / "cn"
    files = [read_rule(path) for path in rule_files(base) if path.stem in FEW]
    for folder in overlay:
        files = tighten([*files, *map(read_rule, rule_files(folder))], folder / "tighten.yaml")
    return compile_rules(files, (base, *overlay))


@pytest.fixture
def small_book(monkeypatch):
    """Screen with a few rules."""
    for module in (runs, checking):
        monkeypatch.setattr(module, "load_packs", lambda overlay=(), examples=True: few_rules(tuple(overlay)))
    return few_rules
