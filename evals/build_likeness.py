"""Build `agent/guardrails/data/likeness.npz` from rule cases and labelled texts: `python -m evals.build_likeness`.

Violating: the flag and known-miss cases of rules about wording, labelled violations, `data/likeness/violating.jsonl`.
Innocent: their pass cases, labelled look-alikes, `data/likeness/innocent.jsonl`, and every window of our own clean
notes, reference notes, demo data, phrase banks and disclosures. The thresholds are where, out of fold, these
shares of the innocent texts that speak of money would be told.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from agent.guardrails.likeness import BUCKETS, Likeness, features, windows
from agent.guardrails.loader import load_packs
from agent.guardrails.normalize import fold
from agent.paths import data_root
from evals.offline import read_jsonl

__all__ = ["digest_of", "main", "texts"]

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
TARGET = ROOT / "agent" / "guardrails" / "data" / "likeness.npz"
WORDED = frozenset({"term", "pattern", "combine", "judge"})
SURE, MAYBE = 0.01, 0.06
SHORTEST = 8
TELLING = 12  # characters an example needs to be put beside a sentence
FOLDS = 5
STRENGTH = 20.0


def texts() -> tuple[list[tuple[str, str]], list[str]]:
    """Return (norm text, rule) of every violating text, and every innocent norm text, in a fixed order."""
    violating, innocent = [], []
    for _, rule in load_packs().entries():
        if rule.kind in WORDED:
            violating += [(case.text, rule.id) for case in (*rule.cases.flag, *rule.cases.known_miss) if case.text]
            innocent += [case.text for case in rule.cases.pass_ if case.text]
    for sample in [*labelled(), *read_jsonl(DATA / "likeness" / "violating.jsonl")]:
        if sample.get("label", "violation") == "violation":
            violating.append((sample["text"], sample["rules"][0]))
        else:
            innocent.append(sample["text"])
    for name in ("innocent", "good_sentences"):
        innocent += [sample["text"] for sample in read_jsonl(DATA / "likeness" / f"{name}.jsonl")]
    innocent += [text[a:b] for text in _long() for a, b in windows(text)]
    return [(fold(text), rule) for text, rule in violating], list(dict.fromkeys(map(fold, innocent)))


def labelled() -> list[dict[str, Any]]:
    """Return the labelled texts that are not held back."""
    found = [sample for path in sorted((DATA / "guardrail").glob("*.jsonl")) for sample in read_jsonl(path)]
    return [sample for sample in found if sample.get("split", "dev") == "dev"]


def digest_of(violating: Iterable[tuple[str, str]], innocent: Iterable[str]) -> str:
    """Identify what a reader was built from."""
    told = "\n".join([*(f"{rule}\t{text}" for text, rule in violating), "", *innocent])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def main() -> int:
    """Build, write and print sizes and thresholds."""
    violating, innocent = texts()
    built = build(violating, innocent)
    np.savez_compressed(TARGET, **built)
    reader = Likeness(built)
    sys.stdout.write(
        f"{len(violating)} violating and {len(innocent)} innocent texts, "
        f"sure {reader.sure:.3f}, maybe {reader.maybe:.3f}, {TARGET.stat().st_size // 1024} KB\n"
    )
    return 0


def build(violating: list[tuple[str, str]], innocent: list[str]) -> dict[str, Any]:
    """Fit the reader; returns the arrays of the file."""
    from sklearn.linear_model import LogisticRegression

    counts = _matrix([*(text for text, _ in violating), *innocent])
    idf = np.log((1 + counts.shape[0]) / (1 + np.bincount(counts.indices, minlength=BUCKETS))) + 1
    idf = idf.astype(np.float16).astype(np.float32)
    vectors = _normalised(counts, idf)
    truth = np.array([1] * len(violating) + [0] * len(innocent))
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(vectors, truth)
    shown = [place for place, (text, _) in enumerate(violating) if len(text) >= TELLING]
    examples = vectors[shown]
    told = "\x00".join(part for place in shown for part in reversed(violating[place]))
    return {
        "idf": idf.astype(np.float16),
        "weights": model.coef_[0].astype(np.float16),
        "intercept": np.float32(model.intercept_[0]),
        **_thresholds(vectors, truth, innocent, len(violating)),
        "example_ids": examples.indices.astype(np.int32),
        "example_values": examples.data.astype(np.float16),
        "example_starts": examples.indptr[:-1].astype(np.int64),
        "examples": np.frombuffer(told.encode(), dtype=np.uint8),
        "digest": np.frombuffer(digest_of(violating, innocent).encode(), dtype=np.uint8),
    }


def _thresholds(vectors: Any, truth: Any, innocent: list[str], violating: int) -> dict[str, Any]:
    """Return the scores that `SURE` and `MAYBE` of the innocent texts with an anchor reach out of fold."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    reader = LogisticRegression(C=STRENGTH, max_iter=3000)
    scores = cross_val_predict(reader, vectors, truth, cv=folds, method="predict_proba")[violating:, 1]
    anchors = load_packs(examples=False).lists.folded("money-talk")
    spoken = np.array([any(word in text for word in anchors) for text in innocent])
    sure, maybe = np.quantile(scores[spoken], [1 - SURE, 1 - MAYBE])
    return {"sure": np.float32(sure), "maybe": np.float32(maybe)}


def _matrix(found: list[str]) -> Any:
    from scipy.sparse import csr_matrix

    rows = [features(text) for text in found]
    starts = np.cumsum([0, *(len(ids) for ids, _ in rows)])
    return csr_matrix(
        (np.concatenate([values for _, values in rows]), np.concatenate([ids for ids, _ in rows]), starts),
        shape=(len(rows), BUCKETS),
    )


def _normalised(counts: Any, idf: Any) -> Any:
    from sklearn.preprocessing import normalize

    weighted = counts.copy()
    weighted.data = weighted.data * idf[weighted.indices]
    return normalize(weighted)


def _long() -> Iterator[str]:
    """Yield longer innocent texts of the project: notes, references, demo data, phrases, disclosures."""
    for sample in [*read_jsonl(DATA / "clean_notes.jsonl"), *read_jsonl(DATA / "likeness" / "good_notes.jsonl")]:
        yield f"{sample.get('title', '')}\n{sample.get('body', '')}"
    for path in sorted((ROOT / "evals" / "cases").glob("*/ref-*.md")):
        yield path.read_text(encoding="utf-8")
    for path in sorted((DATA / "model_runs").glob("*/*.json")):
        run = json.loads(path.read_text(encoding="utf-8"))
        if run["note"] and run["outcome"] in ("ready", "in_review"):
            yield f"{run['note']['title']}\n{run['note']['body']}"
    kept = [ROOT / "agent" / "data" / "demo", ROOT / "agent" / "data" / "phrases"]
    files = [path for folder in kept for path in sorted(folder.rglob("*.yaml"))]
    for path in [*files, *sorted((data_root() / "guardrails").glob("cn/disclosures.yaml"))]:
        yield from (text for text in _strings(yaml.safe_load(path.read_text("utf-8"))) if len(text) >= SHORTEST)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


if __name__ == "__main__":
    sys.exit(main())
