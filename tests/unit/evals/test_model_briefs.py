"""What the saved runs of a model show, and how it is counted."""

import json
from pathlib import Path

import pytest

from agent.text.provenance import first_person_claims
from evals.model_briefs import Heard, saved_runs, summarize

RUNS = Path(__file__).parents[3] / "evals" / "data" / "model_runs"


def test_the_last_dozen_holds_the_bar_it_was_kept_for():
    numbers = summarize(saved_runs(RUNS / "sixth"))
    assert numbers["runs"] == 12
    assert numbers["first_drafts_passing_all_rules"] >= 9
    untraced = [json.loads(path.read_text("utf-8"))["first_draft_untraced"] for path in (RUNS / "sixth").glob("*.json")]
    claims = [claim for some in untraced for claim in some]
    assert not [claim for claim in claims if first_person_claims(claim)]  # kept as measured then: a point's own words
    assert numbers["rounds_mean"] <= 1.5


def test_the_page_beside_the_runs_says_what_they_say():
    page = (RUNS / "README.md").read_text("utf-8")
    for folder in ("fresh", "held", "final", "fifth", "sixth"):
        numbers = summarize(saved_runs(RUNS / folder))
        row = next(line for line in page.splitlines() if line.startswith(f"| `{folder}/`"))
        cells = [cell.strip() for cell in row.split("|")[2:]]
        assert cells[1].split()[0] == f"{numbers['first_drafts_passing_all_rules']:.0f}"
        assert cells[2] == f"{numbers['accepted']:.0f}" and cells[3] == f"{numbers['rounds_mean']:.2f}"
    assert "not a vendor's quality" in page


def test_nothing_saved_is_nothing_measured(tmp_path):
    with pytest.raises(ValueError, match="nothing to measure"):
        summarize(saved_runs(tmp_path))


def test_a_prompt_shares_what_an_earlier_one_begins_with_and_no_more():
    everything = []
    first, second = Heard(everything), Heard(everything)
    first.add("说明：甲")
    second.add("说明：乙丙")
    assert (first.shared, second.shared, second.total) == (0, 3, 5)
