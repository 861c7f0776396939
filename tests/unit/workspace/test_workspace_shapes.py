"""Whatever stands in a file of a workspace, the answer is values or an error with file, line, column and remedy."""

import pytest

from agent.desk.policy import policy_of
from agent.errors import ConfigurationError
from agent.guardrails.disguise_words import read_disguises
from agent.guardrails.loader import read_rule, tighten
from agent.guardrails.terms import read_terms
from agent.paths import data_root
from agent.workspace import load_workspace

SHAPES = {
    "scalar": "张三\n",
    "list of scalars": "- 张三\n",
    "list of one with a Chinese colon": "- 文件：x\n",
    "list of null": "-\n",
    "list of lists": "- [甲, [乙]]\n",
    "mapping": "甲: 乙\n",
    "mapping of null": "甲:\n",
    "mapping of mappings": "- {id: {a: b}, items: 张三}\n",
    "rule to a word": "RET-01: 禁止\n",
    "rule to a list": "RET-01: [禁止]\n",
    "rule in a list": "- RET-01\n",
    "known keys, wrong values": "id: [x]\ntitle: {a: b}\nitems: [[a]]\ninstitution: [张三]\nlanes: x\nrules: {a: b}\n",
    "key that is a list": "[a, b]: c\n",
    "null": "~\n",
    "empty": "",
}
ENTRIES = ("products", "facts", "points", "personas", "accounts", "waivers", "people")


@pytest.fixture
def bank(tmp_path):
    (tmp_path / "workspace.yaml").write_text("institution: {name: 某银行, full_name: 某银行股份有限公司}\n", "utf-8")
    return tmp_path


def readers(bank):
    rule = read_rule(data_root() / "guardrails" / "cn" / "returns" / "RET-01.yaml")
    own = bank / "guardrails"
    return {
        **{f"{name}.yaml": lambda: load_workspace(bank) for name in (*ENTRIES, "workspace", "material/day")},
        "desk.yaml": lambda: policy_of(load_workspace(bank)),
        "guardrails/tighten.yaml": lambda: tighten([rule], own / "tighten.yaml"),
        "guardrails/terms/own.yaml": lambda: read_terms([own / "terms"]),
        "guardrails/disguises.yaml": lambda: read_disguises([data_root() / "guardrails" / "cn", own]),
        "guardrails/own/BNK-01.yaml": lambda: read_rule(own / "own" / "BNK-01.yaml"),
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_no_file_of_a_workspace_ends_in_a_traceback_whatever_stands_in_it(bank, shape):
    for name, read in readers(bank).items():
        path = bank / name
        before = path.read_bytes() if path.is_file() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SHAPES[shape], encoding="utf-8")
        try:
            read()
        except ConfigurationError as error:
            assert {"file", "line", "column"} <= error.parameters.keys(), error.code
            assert path.name in error.message and error.hint, (name, error.message)
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_bare_word_where_an_entry_belongs_is_told_with_its_number_and_the_keys(bank, name):
    (bank / f"{name}.yaml").write_text("# 名单\n- 文件：x\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_workspace(bank)
    told = caught.value
    assert (told.code, told.parameters["line"], told.parameters["column"]) == ("yaml_not_mapping", 2, 3)
    assert "第 1 项" in told.message and "文件：x" in told.message
    assert "冒号要用英文的" in told.hint and "id" in told.hint


def test_all_missing_keys_of_an_entry_are_told_at_once(bank):
    (bank / "people.yaml").write_text("- {id: a, name: 甲}\n- {roles: [reviewer]}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="第 2 项的 id”、“name”") as caught:
        load_workspace(bank)
    assert (caught.value.code, caught.value.parameters["line"]) == ("yaml_missing_key", 2)


def test_a_list_where_rules_are_tightened_is_told_how_it_is_written(bank):
    path = bank / "tighten.yaml"
    path.write_text("- RET-01\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="前面不加短横") as caught:
        tighten([], path)
    assert "RET-01: {severity: block" in caught.value.hint


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(bank, newline):
    text = "# 人员\n- id: a\n  name: 甲\n  roles: [reviewer]\n".replace("\n", newline)
    (bank / "people.yaml").write_bytes(text.encode("utf-8-sig"))
    assert load_workspace(bank).person("a").name == "甲"
