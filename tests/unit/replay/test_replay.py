"""A replay pack: whole or refused, and what comes out otherwise is named."""

import asyncio
import dataclasses
import json
import shutil
from datetime import date

import pytest
from scripted import BODY, FACT, GOOD, NOTE
from typer.testing import CliRunner

from agent.briefs import Request, make_brief
from agent.cli.main import app
from agent.drafting import open_drafting
from agent.errors import UsageError
from agent.graph.state import Review
from agent.prompting import load_prompts
from agent.replay import changes_since, read_pack, recheck, rerun, write_pack
from agent.replay.pack import hash_of_file
from agent.roles import ModelCasting
from agent.settings import load_settings
from agent.testing import ScriptedModel, fixed_clock
from agent.workspace import init_workspace, load_workspace

TODAY = date(2026, 11, 24)
WALK = Request(topic="周末带爸妈去植物园", note_type="education")
COFFEE = Request(
    topic="下班绕路喝一杯手冲", note_type="benefit", persona="阿宁", facts=(FACT,), material_set="aning-coffee",
    keyword="手冲咖啡",
)  # fmt: skip
VIOLATION = {"text": "这卡闭眼入，稳赚不赔。", "kind": "life", "sources": []}
BAD_NOTE = {**NOTE, "body": [*BODY, [VIOLATION]]}
QUOTED = {
    "findings": [{"rule": "RET-03", "quote": "伞还在不在？", "why": "像在许诺"}],
    "look": "",
}


def own_rule(folder):
    """Lay over the packs a bank's own rule against a word the note holds."""
    pack = folder / "own"
    pack.mkdir(parents=True)
    (pack / "pack.yaml").write_text("name: own\ntitle: 本行\nversion: '1'\n", "utf-8")
    rule = {
        "id": "OWN-01", "title": "植物", "severity": "warn", "kind": "term", "effective": "2020-01-01",
        "match": {"terms": ["爸妈", "植物"]}, "message": "提到植物", "advice": "留意",
        "basis": [{"instrument": "本行内规", "status": "practice"}],
        "cases": {"flag": [f"第{n}次去看植物" for n in range(6)], "pass": [f"第{n}次加班" for n in range(6)]},
    }  # fmt: skip
    (pack / "OWN-01.yaml").write_text(json.dumps(rule, ensure_ascii=False), "utf-8")


def scripted(drafting, **replies):
    """Let a scripted model take every role."""
    model = ScriptedModel({name: [json.dumps(r, ensure_ascii=False) for r in given] for name, given in replies.items()})
    casting = ModelCasting(
        models=dict.fromkeys(("writer", "critic", "judge"), model),
        journal=drafting.store.journal,
        prompts=load_prompts(None),
        settings=drafting.settings,
    )
    return dataclasses.replace(drafting, casting=casting)


OTHERS = ("傍晚沿河散步", "阳台番茄终于红了")  # a run is compared with earlier notes about something else


@pytest.fixture
def packed(tmp_path):
    """Run a brief, let people decide, and write the pack; return its folder."""

    def write(request=WALK, *, replies=None, decide=(), workspace=None, times=1):
        async def go():
            bank = load_workspace(workspace)
            settings = load_settings(home=tmp_path / "home")
            async with open_drafting(bank, settings, now=fixed_clock()) as drafting:
                if replies is not None:
                    drafting = scripted(drafting, **replies)
                others = [Request(topic=topic, persona=request.persona) for topic in OTHERS[: times - 1]]
                for asked in (*others, request):
                    result = await drafting.draft(make_brief(asked, workspace=bank, as_of=TODAY)[0])
                for action, changed in decide:
                    note = changed(result.note) if changed else None
                    text_hash = result.note.text_hash
                    review = Review(action=action, reviewer="林审", text_hash=text_hash, note=note)
                    result = await drafting.review(result.run, review)
                write_pack(drafting, result.run, tmp_path / "pack")

        asyncio.run(go())
        return tmp_path / "pack"

    return write


def again(folder):
    pack = read_pack(folder)
    return recheck(pack), asyncio.run(rerun(pack))


def differences(folder):
    checked, written = again(folder)
    return [told for item in (*checked, *written) for told in item.differences]


def reseal(folder):
    """Write the manifest anew, as a careful forger would."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    files = [file for file in folder.rglob("*") if file.is_file() and file != path]
    manifest["files"] = {file.relative_to(folder).as_posix(): hash_of_file(file) for file in files}
    path.write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


class TestSame:
    def test_a_run_without_a_model_is_written_and_checked_the_same(self, packed):
        folder = packed(decide=[("approve", None)])
        checked, written = again(folder)
        assert checked and [item.revision for item in written] == [item.revision for item in checked]
        assert differences(folder) == [] and changes_since(read_pack(folder)) == ()

    def test_a_run_that_was_compared_with_earlier_notes_is_compared_with_them_again(self, packed):
        folder = packed(COFFEE, times=3)
        pack = read_pack(folder)
        assert [len(kept.sources.earlier) for kept in pack.grounds.values()] == [2]
        assert differences(folder) == [] and changes_since(pack) == ()

    def test_a_run_with_a_model_is_replayed_from_its_replies_alone(self, packed):
        folder = packed(COFFEE, replies=GOOD)
        pack = read_pack(folder)
        assert {entry.key.node for entry in pack.replies} >= {"plan", "write", "critique", "comply"}
        assert pack.manifest.models == {"writer": "scripted", "critic": "scripted", "judge": "scripted"}
        assert len(pack.manifest.prompts) == 4 and differences(folder) == []

    def test_revisions_repair_turns_and_what_the_judge_added_come_out_the_same(self, packed):
        replies = {
            **GOOD,
            "NoteDraft": [{"titles": []}, BAD_NOTE],
            "JudgementDraft": [QUOTED],
            "RevisionDraft": [{"edits": []}],
        }
        folder = packed(COFFEE, replies=replies)
        reports = [version.round.report for version in read_pack(folder).versions]
        assert any(finding.by == "judge" for report in reports for finding in report.findings)
        assert differences(folder) == []

    def test_what_a_person_wrote_is_checked_again_and_no_writer_is_asked_for_it(self, packed):
        def shorter(note):
            return note.model_copy(update={"segments": note.segments[1:]})

        folder = packed(decide=[("edit", shorter)])
        checked, written = again(folder)
        assert len(checked) == len(written) + 1 and differences(folder) == []

    def test_a_refused_run_is_refused_again(self, packed):
        folder = packed(dataclasses.replace(WALK, topic="给竹笛换笛膜"))
        checked, written = again(folder)
        assert checked == () == written
        assert read_pack(folder).manifest.outcome == "needs_material"

    def test_the_bank_s_own_rules_travel_along(self, packed, tmp_path):
        init_workspace(tmp_path / "bank")
        own_rule(tmp_path / "bank" / "guardrails")
        folder = packed(workspace=tmp_path / "bank")
        shutil.rmtree(tmp_path / "bank")
        pack = read_pack(folder)
        assert any(f.rule == "OWN-01" for f in pack.versions[-1].round.report.findings)
        assert differences(folder) == [] and changes_since(pack) == ()

    def test_what_the_pack_sums_up_is_enough_to_name_the_evidence(self, packed):
        manifest = read_pack(packed(decide=[("approve", None)])).manifest
        assert manifest.outcome == "approved" and manifest.author.startswith("offline@") and manifest.packs["returns"]
        (approval,) = manifest.approvals
        assert approval.reviewer == "林审" and approval.decided_at == fixed_clock()()
        assert manifest.audit_head.startswith("sha256:") and manifest.rules.startswith("sha256:")


class TestDifferent:
    def test_another_rule_is_seen_in_the_finding_and_explained(self, packed):
        folder = packed()
        own_rule(folder / "overlay" / "guardrails")
        reseal(folder)
        assert "新报 OWN-01" in "".join(differences(folder))
        assert any("规则文件" in change for change in changes_since(read_pack(folder)))

    @pytest.mark.parametrize(
        ("file", "old", "new", "told"),
        [
            ("versions/*.json", '"verdict": "pass"', '"verdict": "revise"', "结论 revise → pass"),
            ("versions/*.json", '"value": 0.0', '"value": 9.0', "口吻指标"),
            ("sources.json", "记得的细节最多", "记得的事情最多", "文本不同"),
        ],
    )
    def test_a_pack_that_tells_another_story_than_the_rules(self, packed, file, old, new, told):
        folder = packed()
        (path,) = folder.glob(file)
        edit(path, old, new)
        reseal(folder)
        assert any(told in difference for difference in differences(folder))

    def test_another_threshold_program_writer_or_prompt_is_named(self, packed):
        folder = packed()
        kept = json.loads((folder / "grounds.json").read_text("utf-8"))
        for grounds in kept.values():
            grounds.update(thresholds="sha256:0", program="0.0.1", rules="sha256:0", packs={"returns": "2020.1.1"})
            grounds["earlier"] = [{"run": "r-gone", "revision": 1, "text_hash": "sha256:0"}]
        (folder / "grounds.json").write_text(json.dumps(kept), "utf-8")
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        manifest.update(author="offline@2020.1.1", prompts=["write_note@v0#00000000"])
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        reseal(folder)
        told = "；".join(changes_since(read_pack(folder)))
        for word in ("阈值", "0.0.1", "returns 2020.1.1", "offline@2020.1.1", "write_note@v0", "r-gone"):
            assert word in told

    def test_a_model_is_never_asked_for_a_reply_that_is_not_there(self, packed):
        folder = packed(COFFEE, replies=GOOD)
        lines = (folder / "replies.jsonl").read_text("utf-8").splitlines()
        (folder / "replies.jsonl").write_text("\n".join(lines[1:]) + "\n", "utf-8")
        reseal(folder)
        assert any("模型回复" in told for told in differences(folder))

    def test_another_reply_gives_another_text(self, packed):
        folder = packed(COFFEE, replies=GOOD)
        edit(folder / "replies.jsonl", "老板磨豆磨了很久", "老板磨豆磨得很久")
        reseal(folder)
        assert any("文本不同" in told for told in differences(folder))


class TestRefused:
    @pytest.mark.parametrize("name", ["brief.json", "sources.json", "replies.jsonl", "versions/01.json"])
    def test_a_file_that_was_touched_is_named(self, packed, name):
        folder = packed()
        path = folder / name if (folder / name).exists() else next((folder / "versions").iterdir())
        path.write_text(path.read_text("utf-8") + " ", "utf-8")
        with pytest.raises(UsageError) as caught:
            read_pack(folder)
        assert caught.value.code == "pack_tampered" and path.relative_to(folder).as_posix() in caught.value.message

    def test_a_file_too_many_and_a_file_too_few_are_named(self, packed):
        folder = packed()
        (folder / "extra.json").write_text("{}", "utf-8")
        (folder / "waivers.json").unlink()
        with pytest.raises(UsageError) as caught:
            read_pack(folder)
        assert "extra.json" in caught.value.message and "waivers.json" in caught.value.message

    def test_a_text_and_a_manifest_changed_together_betray_themselves_by_the_audit(self, packed):
        folder = packed()
        (path,) = (folder / "versions").iterdir()
        version = json.loads(path.read_text("utf-8"))
        version["text_hash"] = "sha256:0"
        path.write_text(json.dumps(version), "utf-8")
        reseal(folder)
        with pytest.raises(UsageError) as caught:
            read_pack(folder)
        assert path.name in caught.value.message

    def test_another_brief_than_the_one_the_sources_were_gathered_for(self, packed):
        folder = packed()
        edit(folder / "brief.json", "周末带爸妈去植物园", "一把不挡雨的伞")
        reseal(folder)
        with pytest.raises(UsageError) as caught:
            read_pack(folder)
        assert "brief.json" in caught.value.message

    def test_a_changed_link_and_an_invented_approval_are_named(self, packed):
        folder = packed()
        edit(folder / "audit.jsonl", '"outcome":"in_review"', '"outcome":"approved"')
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        approval = {"reviewer": "林审", "text_hash": "sha256:0", "decided_at": "2026-11-24T09:00:00Z"}
        (folder / "manifest.json").write_text(json.dumps({**manifest, "approvals": [approval]}), "utf-8")
        reseal(folder)
        with pytest.raises(UsageError) as caught:
            read_pack(folder)
        assert "audit.jsonl#3" in caught.value.message and "manifest.json" in caught.value.message

    @pytest.mark.parametrize("content", [None, "", "no json", "[]", '{"format": 2}'])
    def test_what_is_no_pack_is_told_as_such(self, tmp_path, content):
        if content is not None:
            (tmp_path / "manifest.json").write_text(content, "utf-8")
        with pytest.raises(UsageError) as caught:
            read_pack(tmp_path)
        assert caught.value.code == "pack_unreadable" and caught.value.exit_code == 2 and caught.value.hint

    def test_a_pack_is_written_only_into_an_empty_folder(self, packed):
        packed()
        with pytest.raises(UsageError) as caught:
            packed()
        assert caught.value.code == "pack_folder_taken"


class TestCommand:
    def replay(self, folder, *options):
        return CliRunner().invoke(app, ["replay", str(folder), *options])

    def test_the_same_is_told_line_by_line(self, packed):
        done = self.replay(
            folder := packed(decide=[("approve", None)]), "--digest", hash_of_file(folder / "manifest.json")
        )
        assert done.exit_code == 0, done.output
        assert "林审" in done.output and "规则与口吻：一致" in done.output and "重写：一致" in done.output
        assert "没有变" in done.output

    def test_show_writes_the_pack_beside_the_note_and_tells_its_digest(self, packed, tmp_path, monkeypatch):
        run = read_pack(packed()).manifest.run
        monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path / "home"))
        shown = CliRunner().invoke(app, ["show", run, "--replay-pack", str(tmp_path / "again")])
        assert shown.exit_code == 0, shown.output
        assert "植物园" in shown.stdout and hash_of_file(tmp_path / "again" / "manifest.json") in shown.stderr
        assert self.replay(tmp_path / "again").exit_code == 0

    def test_a_difference_is_told_with_what_changed(self, packed):
        folder = packed()
        (path,) = (folder / "versions").iterdir()
        edit(path, '"verdict": "pass"', '"verdict": "block"')
        reseal(folder)
        done = self.replay(folder)
        assert done.exit_code == 1 and "不一致：结论 block → pass" in done.output

    def test_another_digest_is_refused(self, packed):
        done = self.replay(packed(), "--digest", "sha256:0")
        assert isinstance(done.exception, UsageError) and done.exception.code == "pack_digest_differs"

    def test_a_writer_nobody_has_here_is_told_and_the_rules_checked(self, packed):
        folder = packed()
        edit(folder / "manifest.json", '"author": "offline@', '"author": "human@')
        done = self.replay(folder)
        assert done.exit_code == 0 and "没有重跑" in done.output and "规则与口吻：一致" in done.output


def test_an_erased_run_gives_no_pack_and_stays_out_of_others(tmp_path):
    async def go():
        bank, settings = load_workspace(None), load_settings(home=tmp_path / "home")
        async with open_drafting(bank, settings, now=fixed_clock()) as drafting:
            asked = (Request(topic=OTHERS[0], persona=COFFEE.persona), COFFEE)
            briefs = [make_brief(request, workspace=bank, as_of=TODAY)[0] for request in asked]
            runs = [(await drafting.draft(brief)).run for brief in briefs]
            await drafting.forget(runs[0])
            with pytest.raises(UsageError) as caught:
                write_pack(drafting, runs[0], tmp_path / "erased")
            assert caught.value.code == "run_erased"
            write_pack(drafting, runs[1], tmp_path / "pack")
            return runs[0]

    erased = asyncio.run(go())
    pack = read_pack(tmp_path / "pack")
    assert all(kept.sources.earlier == () for kept in pack.grounds.values())
    assert any(erased in change for change in changes_since(pack))


def test_sources_of_a_pack_are_those_of_the_run_not_todays(tmp_path):
    init_workspace(tmp_path / "bank")
    ledger = tmp_path / "bank" / "facts.yaml"

    async def go():
        settings = load_settings(home=tmp_path / "home")
        bank = load_workspace(tmp_path / "bank")
        async with open_drafting(bank, settings, now=fixed_clock()) as drafting:
            result = await drafting.draft(make_brief(COFFEE, workspace=bank, as_of=TODAY)[0])
            edit(ledger, "单笔满30元减5元", "单笔满90元减1元")
            later = dataclasses.replace(drafting, workspace=load_workspace(tmp_path / "bank"))
            write_pack(later, result.run, tmp_path / "pack")

    asyncio.run(go())
    pack = read_pack(tmp_path / "pack")
    assert "单笔满30元减5元" in next(iter(pack.grounds.values())).sources.facts[0].claim
    assert differences(tmp_path / "pack") == []
