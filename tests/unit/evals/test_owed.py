"""The mandatory lines against a table of their own: each that goes, changes or no longer arises is named."""

import pytest

from agent.guardrails import disclosures
from agent.guardrails.disclosures import Disclosures, load_disclosures
from agent.paths import data_root
from evals import owed
from evals.errors import EvalError
from evals.owed import owed_problems, read_owed

SHIPPED = dict(load_disclosures(data_root() / "guardrails" / "cn" / "disclosures.yaml"))


@pytest.fixture
def ship(monkeypatch):
    """Put other lines in place of the shipped ones."""

    def put(lines):
        for module in (disclosures, owed):
            monkeypatch.setattr(module, "load_disclosures", lambda path: Disclosures(tuple(lines.values())))

    return put


def test_the_shipped_lines_are_those_of_the_table():
    assert owed_problems(read_owed()) == []


@pytest.mark.parametrize("gone", SHIPPED)
def test_a_line_that_went_is_named_with_the_note_that_lacks_it(ship, gone):
    ship({name: line for name, line in SHIPPED.items() if name != gone})
    found = owed_problems(read_owed())
    assert found and all("没有要求" in line and "“" in line for line in found)


def test_a_line_that_says_something_else_is_named(ship):
    ship({**SHIPPED, "wm-risk": SHIPPED["wm-risk"].model_copy(update={"text": "产品有风险、投资须谨慎。"})})
    found = owed_problems(read_owed())
    assert any(line.startswith("wm：应有“理财非存款") for line in found)


def test_an_occasion_that_no_longer_arises_and_one_that_always_does_are_named(ship):
    past = SHIPPED["fund-performance"]
    ship({**SHIPPED, past.id: past.model_copy(update={"cues": ("没有人写的词",)})})
    assert any(line.startswith("fund-past：应有") for line in owed_problems(read_owed()))
    ship({**SHIPPED, past.id: past.model_copy(update={"cues": ()})})
    assert any(line.startswith("fund-plain：不该要求“并不预示") for line in owed_problems(read_owed()))


def test_a_line_that_no_text_holds_is_named(ship):
    ship({**SHIPPED, "new": SHIPPED["gold"].model_copy(update={"id": "new", "text": "另一句话。"})})
    assert owed_problems(read_owed()) == ["new（贵金属风险提示）没有例句守着：在 evals/data/owed_lines.yaml 里补一条"]


def test_an_id_that_stands_twice_is_refused(tmp_path):
    path = tmp_path / "owed.yaml"
    path.write_text('version: "1"\ntexts: [{id: a, body: 甲}, {id: a, body: 乙}]\n', encoding="utf-8")
    with pytest.raises(EvalError, match="“a”出现两次"):
        read_owed(path)
