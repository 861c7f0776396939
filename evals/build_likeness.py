"""Build `agent/guardrails/data/likeness.npz` from rule cases and labelled texts: `python -m evals.build_likeness`.

Violating: the flag and known-miss cases of rules about wording, labelled violations, passages cut from sellers' notes,
`data/likeness/violating.jsonl` and `sellers.jsonl`. Innocent: their pass cases, look-alikes and innocent twins,
`data/likeness/innocent.jsonl`, stories of cases and briefs, and every window of our own clean notes, reference notes,
demo data, phrase banks and disclosures. What is held back takes no part. The thresholds are where, out of fold, these
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
from evals.guardrail.texts import read_passages
from evals.offline import read_jsonl

__all__ = ["digest_of", "main", "texts"]

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
TARGET = ROOT / "agent" / "guardrails" / "data" / "likeness.npz"
WORDED = frozenset({"term", "pattern", "combine", "judge"})
UNREAD = frozenset({"DIS-04"})  # decided by brackets: its examples are ordinary sentences beside them
SURE, MAYBE = 0.06, 0.12
SHORTEST = 8
TELLING = 12  # characters an example needs to be put beside a sentence
FOLDS = 5
NAMING = 0.5
KEPT = 600_000  # weights of the reader that names the rule
STRENGTH = 20.0


def texts() -> tuple[list[tuple[str, str]], list[str]]:
    """Return (norm text, rule) of every violating text, and every innocent norm text, in a fixed order."""
    violating, innocent = [], []
    for _, rule in load_packs().entries():
        if rule.kind in WORDED:
            violating += [(case.text, rule.id) for case in (*rule.cases.flag, *rule.cases.known_miss) if case.text]
            innocent += [case.text for case in rule.cases.pass_ if case.text]
    sellers = [line for name in ("violating", "sellers") for line in read_jsonl(DATA / "likeness" / f"{name}.jsonl")]
    for sample in [*labelled(), *sellers, *passages()]:
        if sample.get("label", "violation") == "violation":
            violating.append((sample["text"], sample["rules"][0]))
        else:
            innocent.append(sample["text"])
    for name in ("innocent", "good_sentences"):
        innocent += [sample["text"] for sample in read_jsonl(DATA / "likeness" / f"{name}.jsonl")]
    innocent += _stories()
    innocent += [text[a:b] for text in _long() for a, b in windows(text)]
    read = [(fold(text), rule) for text, rule in violating if rule not in UNREAD]
    return read, list(dict.fromkeys(map(fold, innocent)))


def labelled() -> list[dict[str, Any]]:
    """Return the labelled texts that are not held back."""
    found = [sample for path in sorted((DATA / "guardrail").glob("*.jsonl")) for sample in read_jsonl(path)]
    return [sample for sample in found if sample.get("split", "dev") == "dev"]


def passages() -> Iterator[dict[str, Any]]:
    """Yield the windows of the passages that are not held back: those with the words that violate, else all."""
    for text in read_passages():
        if text.split != "dev":
            continue
        body = text.note.body
        place = body.index(text.words)
        for start, end in windows(body):
            if not text.is_violation:
                yield {"text": body[start:end], "label": "innocent"}
            elif start < place + len(text.words) and place < end:
                yield {"text": body[start:end], "rules": text.rules}


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
    told = [part for text, rule in violating if len(text) >= TELLING for part in (rule, text)]
    return {
        "idf": idf.astype(np.float16),
        "weights": model.coef_[0].astype(np.float16),
        "intercept": np.float32(model.intercept_[0]),
        **_thresholds(vectors, truth, innocent, len(violating)),
        **_names(vectors[: len(violating)], [rule for _, rule in violating]),
        "examples": _bytes(told),
        "digest": _bytes([digest_of(violating, innocent)]),
    }


def _names(vectors: Any, rules: list[str]) -> dict[str, Any]:
    """Fit the reader that names the rule: one row of weights a rule, the small ones left out, stored by bucket."""
    from scipy.sparse import csc_matrix
    from sklearn.svm import LinearSVC

    known = sorted(set(rules))
    model = LinearSVC(C=NAMING, random_state=0).fit(vectors, rules)
    weights = model.coef_.astype(np.float32)
    least = np.sort(np.abs(weights), axis=None)[-KEPT] if weights.size > KEPT else 0
    kept = csc_matrix(np.where(np.abs(weights) >= least, weights, 0))
    return {
        "name_starts": kept.indptr.astype(np.int32),
        "name_rules": kept.indices.astype(np.uint8),
        "name_values": kept.data.astype(np.float16),
        "name_intercepts": model.intercept_.astype(np.float32),
        "rules": _bytes(known),
    }


def _bytes(told: Iterable[str]) -> Any:
    return np.frombuffer("\x00".join(told).encode(), dtype=np.uint8)


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
    whole = [DATA / "likeness" / f"{name}_notes.jsonl" for name in ("good", "staff", "life")]
    notes = [DATA / "clean_notes.jsonl", *whole]
    for sample in [sample for path in notes for sample in read_jsonl(path)]:
        yield f"{sample.get('title', '')}\n{sample.get('body', '')}"
    for path in [
        *sorted((ROOT / "evals" / "cases").glob("*/ref-*.md")),
        *sorted((DATA / "mutations").glob("*/honest.md")),
    ]:
        yield path.read_text(encoding="utf-8")
    for path in sorted((DATA / "model_runs").glob("*/*.json")):
        run = json.loads(path.read_text(encoding="utf-8"))
        if run["note"] and run["outcome"] in ("ready", "in_review"):
            yield f"{run['note']['title']}\n{run['note']['body']}"
    kept = [ROOT / "agent" / "data" / "demo", ROOT / "agent" / "data" / "phrases"]
    files = [path for folder in kept for path in sorted(folder.rglob("*.yaml"))]
    for path in [*files, *sorted((data_root() / "guardrails").glob("cn/disclosures.yaml"))]:
        yield from (text for text in _strings(yaml.safe_load(path.read_text("utf-8"))) if len(text) >= SHORTEST)


def _stories() -> list[str]:
    """Return what staff told of their lives in the cases and briefs that are not held back, a line each."""
    cases = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((ROOT / "evals" / "cases").glob("*/case.yaml"))]
    told = [item["text"] for case in cases if case["split"] == "dev" for item in case.get("material", ())]
    return told + [text for brief in read_jsonl(DATA / "model_briefs_dev.jsonl") for text in brief["material"]]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


if __name__ == "__main__":
    sys.exit(main())
