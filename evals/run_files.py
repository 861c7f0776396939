"""The folder of a run: `manifest.json`, `samples.jsonl` (append-only while it draws) and `summary.json`.

Owns what survives a kill. A line counts once it ends with a newline; a torn last line is dropped, anything else that is
no sample is an error that names its line.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from evals.errors import EvalError
from evals.values import Manifest, Sample

__all__ = ["MANIFEST", "SAMPLES", "SUMMARY", "append_sample", "read_manifest", "read_samples", "write_manifest",
           "write_samples"]  # fmt: skip

MANIFEST, SAMPLES, SUMMARY = "manifest.json", "samples.jsonl", "summary.json"


def read_manifest(folder: Path) -> Manifest:
    """Return what a run says about itself; raise `EvalError` when the folder is no run."""
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise EvalError("run_no_manifest", path=folder, detail=_first(error)) from None


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the manifest whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / MANIFEST, (manifest.model_dump_json(indent=1) + "\n").encode())


def read_samples(folder: Path) -> tuple[Sample, ...]:
    """Return the samples of a run; a torn last line is left out."""
    path = folder / SAMPLES
    if not path.is_file():
        return ()
    lines = path.read_bytes().split(b"\n")[:-1]  # what follows the last newline was cut off by a kill
    samples = []
    for number, line in enumerate(lines, 1):
        try:
            samples.append(Sample.model_validate_json(line))
        except ValidationError as error:
            raise EvalError("run_bad_line", path=path, line=number, detail=_first(error)) from None
    return tuple(samples)


def write_samples(samples: Sequence[Sample], folder: Path) -> None:
    """Write the samples in order of case and repeat, whole or not at all."""
    ordered = sorted(samples, key=lambda sample: (sample.case, sample.repeat))
    _replace(folder / SAMPLES, b"".join(_line(sample) for sample in ordered))


def append_sample(sample: Sample, folder: Path) -> None:
    """Add one sample and wait until it is on disk."""
    try:
        with (folder / SAMPLES).open("ab") as file:
            file.write(_line(sample))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise EvalError("run_unwritable", path=folder, reason=error.strerror or error) from error


def _line(sample: BaseModel) -> bytes:
    return sample.model_dump_json().encode() + b"\n"


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(step) for step in first['loc'])} {first['msg']}".strip()
    return str(getattr(error, "strerror", "") or error)
