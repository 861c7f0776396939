"""Write a run as one HTML file that opens from disk, on a phone and on paper: no request, no other file.

Owns what the page is given and its security policy; how it looks is `template/page.html.j2` with one style and one
script, both admitted by their hash. Texts of notes are hostile: Jinja2 escapes, `visible` uncovers what hides.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from agent.guardrails.wording import label_of
from evals.reports.bars import change_bar, level_bar
from evals.reports.case_views import CaseView, case_views, explain
from evals.reports.standing import failures, known_failures, other_flips, rows, standing, title_of
from evals.reports.visible import show, visible
from evals.reports.wording import LANES, SPLITS, TIERS, VERDICTS, number, outcome_word, signed, span, spell
from evals.values import Case, Comparison, Sample, Summary

__all__ = ["to_html"]

_TEMPLATES = Path(__file__).with_name("template")


def to_html(
    summary: Summary,
    samples: Sequence[Sample] = (),
    cases: Sequence[Case] = (),
    *,
    comparison: Comparison | None = None,
    before: Sequence[Sample] = (),
    themes: Mapping[str, str] | None = None,
) -> str:
    """Render the page. `before` are the samples of the baseline run, where they were kept."""
    failing, known = failures(summary), known_failures(summary, comparison) if comparison else ()
    views = case_views(summary, samples, cases, comparison=comparison, before=before, themes=themes or {})
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            summary=summary,
            comparison=comparison,
            standing=standing(summary, comparison),
            rows=rows(summary, comparison),
            failures=failing,
            fresh=tuple(one for one in failing if one not in set(known)),
            known=known,
            flips=other_flips(comparison) if comparison else (),
            views=views,
            lane=samples[0].lane if samples else summary.signature.get("lane", ""),
            filters=_filters(views),
            style=Markup(_asset("page.css")),
            script=Markup(_asset("page.js")),
            policy=_policy(),
        )
    )


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"show": show, "spell": spell, "signed": signed, "number": number}
    environment.globals |= {
        "change_bar": change_bar, "explain": explain, "label_of": label_of, "level_bar": level_bar,
        "outcome_word": outcome_word, "span": span, "title_of": title_of,
        "LANES": LANES, "SPLITS": SPLITS, "TIERS": TIERS, "VERDICTS": VERDICTS,
    }  # fmt: skip
    return environment


def _plain(value: Any) -> Any:
    """Uncover hidden characters in everything the template prints, attributes too; `show` has done it for HTML."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _filters(views: Sequence[CaseView]) -> dict[str, dict[str, str]]:
    """Return, for each filter, its choices with the words that stand for them."""
    themes = {view.theme: view.theme_title for view in views}
    outcomes = {outcome or "error": outcome_word(outcome) for view in views for outcome in view.outcomes}
    rules = {rule: rule for view in views for rule in view.rules}
    splits = {view.split: SPLITS[view.split] for view in views}
    return {
        name: dict(sorted(found.items()))
        for name, found in (("theme", themes), ("outcome", outcomes), ("rule", rules), ("split", splits))
    }


@functools.cache
def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


@functools.cache
def _policy() -> str:
    """Admit the one script and the one style by their hashes, and nothing from anywhere."""
    script, style = (
        base64.b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode() for name in ("page.js", "page.css")
    )
    return (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; "
        "form-action 'none'"
    )
