"""SARIF output against the standard's own schema, and what a viewer makes of it."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from agent.guardrails import check, load_packs, render_reports
from agent.guardrails.baseline import baseline_of, compare_reports
from agent.models import NoteInput, Waiver

SCHEMA = json.loads((Path(__file__).parents[2] / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
DAY = date(2026, 11, 1)
NOTES = {
    "plain": NoteInput(id="湖 边/1", title="湖边", body="走一圈，面包很香"),
    "hits": NoteInput(
        id="a", title="😀这款理财保本保息", body="第一行\n稳\u200b赚不赔的理财", tags=("理财", "稳赚"), cover="保本理财"
    ),
    "cleared": NoteInput(id="b", body="有人问理财保本吗？理财不保本。", products=("wm",)),
    "absent": NoteInput(id="c", body="我们行信用卡分期每期手续费低至0.3%\n#分期", products=("card",)),
    "nameless": NoteInput(body="借钱买金条，金价涨了再还\u202e"),
    "ours": NoteInput(id="d", body="这款基金年化3.5%，稳赚", products=("fund",), origin="ai"),
}  # fmt: skip


def sarif(*names, waivers=()):
    notes = [NOTES[name] for name in names]
    reports = [check(note, as_of=DAY, waivers=waivers) for note in notes]
    return json.loads(render_reports(list(zip(notes, reports, strict=True)), format="sarif")), reports


def results(log, rule):
    return [result for result in log["runs"][0]["results"] if result["ruleId"] == rule]


def waive(finding):
    return Waiver(id="w1", rule=finding.rule, fingerprint=finding.fingerprint, reason="已报备", approver="甲",
                  second_approver="乙", created=date(2026, 1, 1), expires=date(2026, 12, 31))  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_every_kind_of_note_is_valid(name):
    jsonschema.validate(sarif(name)[0], SCHEMA)


def test_the_schema_objects_to_what_is_not_sarif():
    log = sarif("hits")[0]
    log["runs"][0]["results"][0]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, SCHEMA)


def test_all_notes_together_with_waived_cleared_and_absent_findings():
    hit = next(f for f in check(NOTES["hits"], as_of=DAY).open() if f.rule == "RET-01")
    log, reports = sarif(*NOTES, waivers=[waive(hit)])
    jsonschema.validate(log, SCHEMA)
    told = log["runs"][0]["results"]
    assert len(told) == sum(len(report.findings) for report in reports)
    suppressed = {entry["suppressions"][0]["justification"] for entry in told if "suppressions" in entry}
    assert {"w1", "negation", "quotation"} <= suppressed
    assert all(entry["suppressions"][0]["status"] == "accepted" for entry in told if "suppressions" in entry)
    assert not any("fixes" in entry for entry in told if "suppressions" in entry)
    assert all(entry["partialFingerprints"]["kosnote/v1"] for entry in told)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[entry["ruleIndex"]]["id"] == entry["ruleId"] for entry in told)
    assert len(rules) == len(load_packs().rules)


def test_applying_a_fix_changes_just_what_the_region_says():
    log = sarif("hits", "absent")[0]
    texts = {a["location"]["uri"]: a["contents"]["text"] for a in log["runs"][0]["artifacts"]}
    fixed = 0
    for entry in log["runs"][0]["results"]:
        for change in (change for fix in entry.get("fixes", ()) for change in fix["artifactChanges"]):
            text = texts[change["artifactLocation"]["uri"]]
            region = change["replacements"][0]["deletedRegion"]
            assert 0 <= region["charOffset"] <= region["charOffset"] + region["charLength"] <= len(text)
            assert change["replacements"][0]["insertedContent"]["text"] or region["charLength"]
            fixed += 1
    assert fixed >= 3
    missing = [
        e for e in log["runs"][0]["results"] if "region" not in e["locations"][0]["physicalLocation"] and "fixes" in e
    ]
    assert missing, "an absence proposes its line"
    for entry in missing:
        change = entry["fixes"][0]["artifactChanges"][0]
        assert change["artifactLocation"]["uri"].endswith("/body/0.txt")
        assert change["replacements"][0]["deletedRegion"]["charLength"] == 0


def test_what_a_baseline_knows_is_unchanged_and_the_rest_new():
    notes = [NOTES["hits"]]
    reports = [check(note, as_of=DAY) for note in notes]
    baseline = baseline_of([reports[0].model_copy(update={"findings": reports[0].open()[:1]})])
    marked = compare_reports(reports, baseline).reports
    log = json.loads(render_reports(list(zip(notes, marked, strict=True)), format="sarif"))
    jsonschema.validate(log, SCHEMA)
    states = [entry["baselineState"] for entry in log["runs"][0]["results"]]
    assert states.count("unchanged") == 1 and set(states) == {"unchanged", "new"}
    assert "baselineState" not in json.dumps(sarif("hits")[0])
