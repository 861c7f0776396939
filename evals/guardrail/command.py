"""`guardrail`: what the rule engine tells of labelled texts, as tables, or as a run that can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.guardrails import Packs
    from evals.guardrail.outcomes import Outcome

__all__ = ["guardrail"]

TRIAL = Path(__file__).parents[1] / "data" / "judge_trial" / "run.jsonl"


def guardrail(
    held: Annotated[bool, typer.Option("--held", help="只看没有人调过的一半（held）。")] = False,
    everything: Annotated[bool, typer.Option("--all", "-a", help="再列每族、每条规则、最小对和变体的表。")] = False,
    misses: Annotated[bool, typer.Option("--misses", help="列出每条漏报和误报。")] = False,
    ablate: Annotated[bool, typer.Option("--ablate", help="拿掉一部分再量，并量自动生成的伪装；慢一倍。")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="另把这次写成可比较的运行。")] = None,
) -> None:
    """Print the tables of the guardrail suite."""
    from agent.guardrails.loader import load_packs
    from evals.guardrail import tables
    from evals.guardrail.outcomes import outcomes
    from evals.guardrail.texts import read_all

    packs, splits = load_packs(examples=False), ("held",) if held else ("dev", "held", "final")
    found = outcomes((text for text in read_all() if text.split in splits or text.family == "clean_dev"), packs)
    for table in tables.overview(found, splits=splits):
        typer.echo(table, nl=False)
    for table in tables.standard(found, packs, splits=splits) if everything else ():
        typer.echo(table, nl=False)
    if ablate:
        _ablate(found, packs, splits)
    for line in tables.missed(found) if misses else ():
        typer.echo(line)
    if out is not None:
        from evals.guardrail.summing import draw_guardrail

        typer.echo(f"运行写在 {draw_guardrail(out, packs).folder}", err=True)


def _ablate(found: Sequence[Outcome], packs: Packs, splits: Sequence[str]) -> None:
    from evals.guardrail import tables
    from evals.guardrail.ablating import ablate
    from evals.guardrail.evading import generate
    from evals.guardrail.outcomes import outcomes, without_likeness

    typer.echo(tables.ablated(ablate(found, packs), splits=splits), nl=False)
    held = [
        one for one in without_likeness(found) if one.text.split == "held" and one.text.kind in ("plain", "judgement")
    ]
    variants = outcomes(generate(held, packs), packs, likeness=False)
    typer.echo(tables.evaded("自动生成的变体（只算规则）", variants), nl=False)
    typer.echo("\n" + "\n".join(_judge_trial()))


def _judge_trial() -> list[str]:
    """Return the figures of the judge trial: the one place where a model judges these texts."""
    if not TRIAL.is_file():
        return ["模型评委：没有试评的记录（evals/data/judge_trial/run.jsonl）"]
    from evals.judge_trial import Judged, agreement
    from evals.offline import read_jsonl

    return ["模型评委（试评）：", *agreement([Judged(**one) for one in read_jsonl(TRIAL)])]
