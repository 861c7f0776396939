"""Rules built from keywords, with the real word lists and disclosures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.guardrails.loader import Packs, compile_rules, read_rule
from agent.paths import data_root

Build = Callable[..., Packs]
BASIS = [{"instrument": "广告法", "article": "25", "effective": "2015-09-01", "verified": "true"}]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Compile rules from keyword dictionaries, with the real lists and disclosures."""
    base = data_root() / "guardrails" / "cn"
    shutil.copytree(base / "terms", tmp_path / "terms")
    shutil.copy(base / "disclosures.yaml", tmp_path)
    pack = tmp_path / "tried"
    pack.mkdir()
    (pack / "pack.yaml").write_text("name: tried\ntitle: 试\nversion: '1'\n", encoding="utf-8")

    def make(*rules: dict[str, Any]) -> Packs:
        files = []
        for number, changes in enumerate(rules, 1):
            rule = {
                "id": f"TRY-{number:02}", "title": "试", "severity": "block", "kind": "term",
                "effective": "2020-01-01", "match": {"terms": ["稳赚"]}, "message": "不能承诺", "advice": "删去",
                "basis": BASIS, "cases": {"flag": ["x"] * 6, "pass": ["x"] * 6},
            }  # fmt: skip
            rule.update(changes)
            path = pack / f"{rule['id']}.yaml"
            path.write_text(yaml.safe_dump(rule, allow_unicode=True), encoding="utf-8")
            files.append(read_rule(path))
        return compile_rules(files, [tmp_path])

    return make
