"""Do the deterministic half again: rules and tone metrics on each text of a pack, and what changed since.

What a judge added and what a critic answered is left out here; the graph as a whole is `rerun`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from agent import __version__, guardrails, tone
from agent.authors import OfflineAuthor
from agent.catalogue import say
from agent.graph.submission import check_note, cited_sources
from agent.grounds import digest_of_rules, digest_of_thresholds
from agent.guardrails.findings import verdict_of
from agent.models import Critique, Frozen, Report, Sources
from agent.prompting import load_prompts
from agent.record import Grounds, VersionRecord
from agent.replay.pack import Pack

__all__ = ["Comparison", "changes_since", "differences_of_reports", "packs_of", "recheck"]


class Comparison(Frozen):
    """Say of one text (by revision) whether it came out the same, and else in what it differs."""

    revision: int
    differences: tuple[str, ...] = ()


def recheck(pack: Pack) -> tuple[Comparison, ...]:
    """Check every text of a pack again, on the grounds it was checked on."""
    packs = packs_of(pack)
    return tuple(
        Comparison(revision=version.revision, differences=tuple(_differences(version, pack.grounds, packs)))
        for version in pack.versions
    )


def changes_since(pack: Pack) -> tuple[str, ...]:
    """Say what is another now than when the texts were written: program, writer, prompts, rules, thresholds."""
    grounds = list(pack.grounds.values())
    return tuple(dict.fromkeys(change for kept in grounds for change in _changes(kept, pack)))


def packs_of(pack: Pack) -> guardrails.Packs:
    """Return the rules of this program with those the bank laid over."""
    overlay = pack.rules_overlay
    return guardrails.load_packs(overlay=(overlay,) if overlay else (), examples=False)


def differences_of_reports(then: Report, now: Report) -> Iterator[str]:
    """Name a verdict and open findings that came out otherwise."""
    if then.verdict != now.verdict:
        yield say("replay_verdict", then=then.verdict, now=now.verdict)
    before, after = (Counter((f.rule, f.fingerprint) for f in report.open()) for report in (then, now))
    for code, found in (("replay_finding_gone", before - after), ("replay_finding_new", after - before)):
        rules = sorted(rule for rule, _ in found.elements())
        if rules:
            yield say(code, rules="、".join(rules))


def _differences(version: VersionRecord, grounds: dict[str, Grounds], packs: guardrails.Packs) -> Iterator[str]:
    kept, note = grounds[version.grounds], version.round.note
    if not note.text_hash == version.text_hash == version.round.report.text_hash:
        yield say("replay_text")
    report = check_note(note, kept.sources, check=lambda n, **given: guardrails.check(n, packs=packs, **given),
                        waivers=kept.waivers)  # fmt: skip
    yield from differences_of_reports(_by_rules(version.round.report), _by_rules(report))
    yield from _metrics(version.round.critique, _critique(version, kept.sources))


def _by_rules(report: Report) -> Report:
    """Leave out what a judge added."""
    findings = tuple(finding for finding in report.findings if finding.by == "rule")
    return report.model_copy(update={"findings": findings, "verdict": verdict_of(findings)})


def _critique(version: VersionRecord, sources: Sources) -> Critique:
    note = version.round.note
    cited = cited_sources(note, sources)
    return tone.critique(
        note,
        brief=sources.brief,
        facts=cited.facts,
        products=cited.products,
        account=cited.account,
        persona=cited.persona,
        earlier=cited.earlier,
    )


def _metrics(then: Critique, now: Critique) -> Iterator[str]:
    names = sorted({*then.metrics, *now.metrics})
    changed = [name for name in names if then.metrics.get(name) != now.metrics.get(name)]
    if changed:
        yield say("replay_metrics", metrics="、".join(changed))


def _changes(kept: Grounds, pack: Pack) -> Iterator[str]:
    if kept.program != __version__:
        yield say("replay_since_program", then=kept.program, now=__version__)
    author = pack.manifest.author
    if author.startswith("offline@") and author != OfflineAuthor.name:
        yield say("replay_since_author", then=author, now=OfflineAuthor.name)
    if kept.rules != digest_of_rules(pack.rules_overlay):
        yield say("replay_since_rules", packs=_other_packs(kept.packs, packs_of(pack).versions))
    if kept.thresholds != digest_of_thresholds():
        yield say("replay_since_thresholds")
    known = {prompt.ref for prompt in load_prompts(pack.prompts_overlay).all()}
    gone = [prompt for prompt in pack.manifest.prompts if prompt not in known]
    if gone:
        yield say("replay_since_prompts", prompts="、".join(gone))
    found = {note.text_hash for note in kept.sources.earlier}
    missing = [where.run for where in kept.earlier if where.text_hash not in found]
    if missing:
        yield say("replay_since_earlier", runs="、".join(missing))


def _other_packs(then: dict[str, str], now: dict[str, str]) -> str:
    names = (name for name in sorted({*then, *now}) if then.get(name) != now.get(name))
    changed = "；".join(f"{name} {then.get(name, '—')} → {now.get(name, '—')}" for name in names)
    return changed or say("replay_packs_same")
