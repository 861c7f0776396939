"""A bank's folder: what loads, what is refused, and where the error points."""

from datetime import date

import pytest

from agent.errors import ConfigurationError, UsageError
from agent.workspace import init_workspace, load_workspace

PRODUCT = """- id: card
  name: 某卡
  full_name: 某银行某卡
  category: card
  issuer: 某银行
"""
FACT = """- id: {id}
  product: {product}
  category: card
  claim: 单笔满30元减5元
  source: 活动规则
  valid_from: 2026-10-01
"""


@pytest.fixture
def bank(tmp_path):
    """Return a writer of files in a minimal workspace."""

    def write(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding=encoding)
        return tmp_path

    write("workspace.yaml", "institution: {name: 某银行, full_name: 某银行股份有限公司}\n")
    write("products.yaml", PRODUCT)
    return write


def refused(root):
    with pytest.raises(ConfigurationError) as caught:
        load_workspace(root)
    return caught.value


def test_strings_stay_as_written(bank):
    root = bank(
        "personas.yaml",
        "items:\n".replace("items:\n", "")
        + '- {id: "007", name: on, role: 柜员, voice: 12:30, habits: ["#晨跑", no, 1.10], city: ~}\n',
    )
    persona = load_workspace(root).persona("007")
    assert (persona.name, persona.voice, persona.habits) == ("on", "12:30", ("#晨跑", "no", "1.10"))


def test_a_syntax_error_names_file_line_and_column(bank):
    error = refused(bank("facts.yaml", FACT.format(id="f1", product="card") + '- {id: "f2\n'))
    assert error.code == "yaml_not_yaml" and error.parameters["line"] >= 7
    assert "facts.yaml 第" in error.message and error.hint


@pytest.mark.parametrize(
    ("text", "code", "line", "word"),
    [
        (FACT.format(id="f1", product="card").replace("claim", "calim"), "yaml_key_misspelt", 4, "claim"),
        (FACT.format(id="f1", product="card") + "  note: x\n", "yaml_unknown_key", 7, "note"),
        (FACT.format(id="f1", product="card").replace("2026-10-01", "十月一日"), "yaml_wrong_value", 6, "十月一日"),
        (FACT.format(id="f1", product="card") + "  claim: 又一次\n", "yaml_key_twice", 7, "claim"),
        (FACT.format(id="f1", product="card") * 2, "yaml_id_twice", 7, "f1"),
        (FACT.format(id="f1", product="crad"), "yaml_unknown_ref", 2, "crad"),
        ("f1: 不是列表\n", "yaml_not_list", 1, "facts"),
    ],
)
def test_a_wrong_fact_file_names_line_and_value(bank, text, code, line, word):
    error = refused(bank("facts.yaml", text))
    assert (error.code, error.parameters["line"]) == (code, line)
    assert word in error.message and "facts.yaml" in error.message and error.hint


def test_an_unknown_reference_names_the_nearest(bank):
    assert "card" in refused(bank("facts.yaml", FACT.format(id="f1", product="crad"))).hint


def test_the_same_id_in_two_files_is_refused(bank):
    bank("facts/a.yaml", FACT.format(id="f1", product="card"))
    error = refused(bank("facts/b.yaml", FACT.format(id="f1", product="card")))
    assert error.code == "yaml_id_twice" and "b.yaml" in error.message


def test_an_account_or_material_of_nobody_is_refused(bank):
    bank("personas.yaml", "- {id: aning, name: 阿宁, role: 柜员}\n")
    error = refused(bank("accounts.yaml", "- {id: a, type: unbound, nickname: x, persona: anning}\n"))
    assert error.code == "yaml_unknown_ref" and "aning" in error.hint
    bank("accounts.yaml", "")
    assert refused(bank("material/x.yaml", "{id: x, title: y, persona: nobody}\n")).code == "yaml_unknown_ref"


@pytest.mark.parametrize("text", ["", "- a\n", "name: 某银行\n"])
def test_a_workspace_without_institution_is_refused(bank, text):
    error = refused(bank("workspace.yaml", text))
    assert error.code == "yaml_missing_key" and "institution" in error.message


def test_a_folder_that_is_no_workspace_is_refused(tmp_path):
    assert refused(tmp_path).code == "workspace_missing"


def test_a_file_in_another_encoding_is_refused(bank):
    assert refused(bank("facts.yaml", "- {id: 事实}\n", encoding="gb18030")).code == "yaml_not_utf8"


def test_references_that_multiply_or_nest_without_end_are_refused(bank):
    bomb = "- &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"- &{new} [{', '.join([f'*{old}'] * 8)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
    )
    assert refused(bank("points.yaml", bomb)).code == "yaml_too_much"
    assert refused(bank("points.yaml", "- &a [*a]\n")).code == "yaml_too_much"


def test_names_ids_and_aliases_are_all_understood():
    bank = load_workspace(None)
    assert bank.product("coffee-card") is bank.product("云杉咖啡卡") is bank.product("咖啡卡")
    assert bank.persona("阿宁").id == "aning"
    assert bank.account("云杉银行阿宁").persona == "aning"
    assert bank.material_set("下班绕路的手冲").id == "aning-coffee"


@pytest.mark.parametrize(
    ("kind", "typed", "nearest"),
    [
        ("product", "云杉咖非卡", "云杉咖啡卡"),
        ("fact", "cc-cofee-30-5", "cc-coffee-30-5"),
        ("point", "emergencyfund", "emergency-fund"),
        ("persona", "阿玲", "阿宁"),
        ("account", "staff-anning", "staff-aning"),
        ("material_set", "aning-cofee", "aning-coffee"),
    ],
)
def test_an_unknown_name_is_told_the_nearest(kind, typed, nearest):
    with pytest.raises(UsageError, match=typed) as caught:
        getattr(load_workspace(None), kind)(typed)
    assert nearest in caught.value.hint and caught.value.exit_code == 2


def test_a_copied_workspace_loads_and_is_not_overwritten(tmp_path):
    folder = tmp_path / "bank"
    init_workspace(folder)
    copied, shipped = load_workspace(folder), load_workspace(None)
    assert (copied.facts, copied.materials, copied.institution) == (
        shipped.facts,
        shipped.materials,
        shipped.institution,
    )
    assert (folder / "kosnote.toml").is_file() and (folder / "plans" / "week.csv").is_file()
    (folder / "facts.yaml").write_text("[]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        init_workspace(folder)
    assert caught.value.code == "init_not_empty" and load_workspace(folder).facts == ()
    init_workspace(folder, force=True)
    assert load_workspace(folder).facts == shipped.facts


def test_own_rules_are_found_only_when_there_are_any(bank):
    root = bank("facts.yaml", FACT.format(id="f1", product="card"))
    assert load_workspace(root).rules_overlay is None
    (root / "guardrails").mkdir()
    assert load_workspace(root).rules_overlay == root / "guardrails"


def test_material_sets_are_cleaned_numbered_and_sorted_by_kind(bank):
    bank(
        "material/day.yaml",
        "id: day\ntitle: 一天\nitems:\n- 早上七点\u202e出门\n- {id: a, text: 面 12 块, told_by: 我}\n",
    )
    root = bank("material/other.md", "- 她说：慢一点\n")
    day, other = load_workspace(root).materials
    assert [(item.id, item.text, item.kind) for item in day.items] == [
        ("m1", "早上七点出门", "time"),
        ("a", "面 12 块", "amount"),
    ]
    assert (other.id, other.items[0].kind) == ("other", "quote")


def test_facts_know_their_days():
    fact = load_workspace(None).fact("cc-coffee-30-5")
    days = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [fact.is_valid(day) for day in days] == [False, True, True, False]
