"""A record with notes in it, one line a note: what the tests of the library and of its pages share."""

from datetime import UTC, date, datetime, timedelta

from agent.library import Sight
from agent.models import Brief, Critique, Finding, Material, Note, Report, Round, Segment, Sources
from agent.record import Grounds

TODAY = date(2026, 11, 24)
BEGAN = datetime(2026, 11, 20, 4, tzinfo=UTC)
ALL = Sight("shenhe", everything=True)


def block(rule, text="稳赚"):
    return Finding(
        rule=rule, pack="returns", severity="block", field="body", start=0, end=2, text=text, message="不行",
        fingerprint=rule + text,
    )  # fmt: skip


def keeper(store, bank):
    """Return what keeps a note: `facts` are cited by a condition, `blocks` the rules each earlier round broke."""

    def call(
        run, body="门口的银杏正黄。", *, title="植物园", topic="周末带爸妈去植物园", account="staff-aning",
        owner="aning", outcome="approved", facts=(), products=(), blocks=(), began=BEGAN, submitted=None, decided=None,
        url="", categories=(), persona="aning",
    ):  # fmt: skip
        brief = Brief(
            id=run, topic=topic, account=account, persona=persona, products=products, as_of=TODAY,
            material=(Material(id="m1", text="银杏黄了"),),
        )  # fmt: skip
        store.start_run(brief, author="offline@1", workspace="", created_at=began, owner=owner)
        known = tuple(fact for fact in bank.facts if fact.id in facts)
        sources = Sources(brief=brief, institution=bank.institution, facts=known, products=bank.products)
        store.keep_grounds(
            run,
            Grounds(sources=sources, program="1", packs={}, rules="", thresholds="", max_rounds=3, review=True),
        )
        segments = (
            Segment(text=body, kind="life", sources=("m1",)),
            *(Segment(text=f"条件：{fact}。", kind="condition", sources=(fact,)) for fact in facts),
        )
        note = Note(titles=(title,), title=title, segments=segments)
        for number in range(1, len(blocks) + 2):
            found = (block(blocks[number - 1]),) if number <= len(blocks) else ()
            report = Report(
                verdict="block" if found else "pass", note_type="lifestyle", findings=found, products=categories
            )
            round_ = Round(number=number, note=note, report=report, critique=Critique(passed=True))
            store.save_version(run, number, round_, saved_at=began + timedelta(minutes=number))
        store.finish_run(run, "in_review", best_revision=len(blocks) + 1, updated_at=began)
        if submitted:
            store.publishing.submit(run, text_hash=note.text_hash, submitted_by=owner, submitted_at=submitted)
        if outcome in ("approved", "rejected"):
            store.add_decision(
                run, decision="approve" if outcome == "approved" else "reject", text_hash=note.text_hash,
                reviewer="shenhe", reason="已核对", decided_at=decided or began + timedelta(hours=2),
            )  # fmt: skip
        if url:
            store.publishing.publish(
                run, text_hash=note.text_hash, url=url, published_by=owner, published_at=began + timedelta(hours=3)
            )
        store.finish_run(run, outcome, best_revision=len(blocks) + 1, updated_at=began + timedelta(hours=4))
        return note

    return call
