"""`agent rules waive`: a case is waived as its reviewers mean it, no other, and check and explain say the same."""

import functools

import pytest

from agent.workspace import init_workspace

TODAY, UNTIL = "2026-11-24", "2026-12-31"
NOTE = "周末读书\n\n书里写着稳赚不赔，作者说这是假话。\n第二章又写着稳赚不赔，还配了图。\n"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    folder = tmp_path_factory.mktemp("waive") / "bank"
    init_workspace(folder)
    return folder


@pytest.fixture
def bank(shipped):
    """A workspace whose waivers are those init wrote."""
    path = shipped / "waivers.yaml"
    held = path.read_bytes()
    yield shipped
    path.write_bytes(held)


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "笔记.md"
    path.write_text(NOTE, encoding="utf-8")
    return path


@pytest.fixture
def waive(agent, bank):
    """Run the command with everything usual given; a keyword with None leaves an option out."""

    def call(rule, *more, **options):
        usual = {
            "reason": "书评，引用反面例子",
            "approver": "沈审核",
            "second": "shenhe2",
            "expires": UNTIL,
            "as-of": TODAY,
        }
        given = {key: value for key, value in (usual | {"w": bank} | options).items() if value is not None}
        named = [word for key, value in given.items() for word in (f"-{key}" if key == "w" else f"--{key}", value)]
        return agent("rules", "waive", rule, *more, *named)

    return call


@pytest.fixture
def check(agent, bank):
    return functools.partial(agent, "check", "-w", bank, "--as-of")


def test_one_place_is_waived_and_check_and_explain_say_so(agent, waive, check, bank, note):
    code, out, told = waive("RET-03", note=note, quote="书里写着稳赚不赔")
    assert (code, out) == (0, f"{bank / 'waivers.yaml'}\n") and "只放行这一处“稳赚不赔”" in told
    assert (bank / "waivers.yaml").read_text(encoding="utf-8").startswith("# 豁免")
    code, said, _ = check(TODAY, note)
    assert code == 1 and "禁止 1 处" in said and "已豁免 RET-03 “稳赚不赔”（W1）" in said
    assert "W1：书评，引用反面例子（沈审核、shenhe2 批准，2026-11-24 至 2026-12-31）" in said
    explained = agent("rules", "explain", "RET-03", "--note", note, "-w", bank, "--as-of", TODAY)[1]
    assert "“稳赚不赔” 已豁免：W1" in explained and "“稳赚不赔” 报出：禁止" in explained


def test_the_same_words_in_another_note_are_not_waived_and_the_report_says_why(
    agent, waive, check, bank, tmp_path, note
):
    assert waive("RET-03", note=note, quote="书里写着稳赚不赔")[0] == 0
    other = tmp_path / "另一篇.md"
    other.write_text("这只基金\n\n闭眼买，稳赚不赔。\n", encoding="utf-8")
    code, said, _ = check(TODAY, other)
    assert code == 1 and "禁止 1 处" in said and "已豁免" not in said
    assert "没有用上的豁免" in said and "豁免 W1 没有用上：它只管另一处" in said
    assert "豁免 W1 没有用上" in agent("rules", "explain", "--note", other, "-w", bank, "--as-of", TODAY)[1]


def test_after_its_day_the_report_says_which_waiver_is_over_and_since_when(waive, check, note):
    assert waive("RET-03", "--this-text", note=note)[0] == 0
    assert "禁止" not in check(UNTIL, note)[1].split("要处理的")[-1].split("\n")[0]
    code, said, _ = check("2027-01-01", note)
    assert code == 1 and "禁止 2 处" in said and "豁免 W1 已于 2026-12-31 到期" in said
    page = check("2027-01-01", note, "--format", "html")[1]
    assert "已于 2026-12-31 到期" in page and "沈审核、shenhe2 批准" not in page
    assert "沈审核、shenhe2 批准" in check(UNTIL, note, "--format", "html")[1]


def test_what_is_missing_is_waived_by_text_and_any_edit_ends_it(waive, check, note):
    text = "理财小记\n\n这只基金我买了，云杉基金发行，云杉银行代销。\n"
    note.write_text(text, encoding="utf-8")
    code, _, told = waive("DIS-01", note=note, second=None)
    assert code == 0 and "改一个字就失效" in told
    assert "已豁免 DIS-01" in check(TODAY, note)[1]
    note.write_text(text + "再会。\n", encoding="utf-8")
    said = check(TODAY, note)[1]
    assert "已豁免" not in said and "它只管另一个文本" in said


def test_what_a_waiver_lets_pass_already_is_said_to_be_so_and_what_is_missing_is_no_empty_quote(waive, note):
    assert waive("RET-03", "--this-text", note=note)[0] == 0
    code, _, told = waive("RET-03", "--this-text", note=note)
    assert code == 2 and "已经由豁免 W1 放行，到 2026-12-31 为止" in told
    note.write_text("理财小记\n\n这只基金我买了，云杉基金发行，云杉银行代销。\n", encoding="utf-8")
    told = waive("RET-03", note=note)[2]
    assert "DIS-01 缺少" in told and "“”" not in told


def test_the_check_that_is_proposed_sees_what_the_waiver_saw(waive, note):
    told = waive("RET-03", "--this-text", "--product", "wm", note=note)[2]
    assert f"agent check {note} --product wm -w " in told


def test_words_in_every_note_take_two_people_and_say_that_they_are_no_single_case(waive, check, note):
    code, out, told = waive("RET-03", "--every-note", quote="稳赚不赔", second=None)
    assert (code, out) == (2, "") and "第二批准人" in told
    code, _, told = waive("RET-03", "--every-note", quote="稳赚不赔")
    assert code == 0 and "这不是个案" in told
    assert check(TODAY, note)[1].count("已豁免 RET-03") == 2


@pytest.mark.parametrize(
    ("rule", "more", "options", "told"),
    [
        ("RET-03", (), {"w": None}, "agent init"),
        ("RET-03", (), {"note": None}, "--every-note"),
        ("RET-03", (), {}, "报了 2 处"),
        ("RET-03", (), {"quote": "湖边"}, "没有报出“湖边”"),
        ("BNK-99", (), {}, "BNK-99 在这篇里没有报出"),
        ("BNK-99", ("--every-note",), {"quote": "稳赚"}, "“BNK-99”不存在"),
        ("ACC-04", ("--every-note",), {"quote": "稳赚"}, "text_hash"),
        ("RET-03", ("--every-note",), {}, "没有写是哪几个字"),
        ("RET-03", ("--this-text",), {"second": None}, "禁止项"),
        ("RET-03", ("--this-text",), {"second": "shenhe"}, "同一个人"),
        ("RET-03", ("--this-text",), {"approver": "张三"}, "审核人"),
        ("RET-03", ("--this-text",), {"reason": " "}, "reason"),
        ("RET-03", ("--this-text",), {"expires": "2026-11-23"}, "已经过了"),
        ("RET-03", ("--this-text",), {"expires": "2028-01-01"}, "超过一年"),
        ("RET-03", ("--this-text",), {"expires": "2027-11-25"}, "最晚写 2027-11-24"),
        ("RET-03", ("--this-text",), {"expires": "明年"}, "例如 --expires 2026"),
    ],
)
def test_what_would_do_nothing_is_refused_and_nothing_is_written(waive, bank, note, rule, more, options, told):
    before = (bank / "waivers.yaml").read_bytes()
    code, out, err = waive(rule, *more, **{"note": note, **options})
    assert (code, out) == (2, "") and told in err, err
    assert (bank / "waivers.yaml").read_bytes() == before


def test_a_file_of_several_notes_is_refused(waive, tmp_path):
    many = tmp_path / "many.jsonl"
    many.write_text('{"body": "稳赚不赔"}\n{"body": "稳赚不赔"}\n', encoding="utf-8")
    code, _, err = waive("RET-03", note=many)
    assert code == 2 and "2 篇" in err


@pytest.mark.parametrize("command", ["check", "screen", "queue", "doctor", "explain"])
def test_a_waiver_that_can_never_act_stops_every_command_that_would_use_it(
    agent, bank, note, tmp_path, command, monkeypatch
):
    monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path / "home"))
    (bank / "waivers.yaml").write_text(
        "- {id: W1, rule: BNK-99, fingerprint: 0123456789abcdef, reason: 书评, approver: shenhe, "
        "created: 2026-11-24, expires: 2026-12-31}\n",
        encoding="utf-8",
    )
    notes = tmp_path / "notes.jsonl"
    notes.write_text('{"body": "湖边"}\n', encoding="utf-8")
    words = {
        "check": ["check", note], "screen": ["screen", notes, "--out", tmp_path / "out.jsonl", "--workers", 1],
        "queue": ["queue"], "doctor": ["doctor"], "explain": ["rules", "explain", "--note", note],
    }  # fmt: skip
    code, out, err = agent(*words[command], "-w", bank)
    assert code == 2 and "waivers.yaml 第 1 行" in out + err and "“BNK-99”不存在" in out + err


def test_a_check_without_the_workspace_it_stands_in_says_so(agent, bank, note, monkeypatch):
    inside = bank / "notes"
    inside.mkdir(exist_ok=True)
    for here, option in ((bank, "-w ."), (inside, f"-w {bank}")):
        monkeypatch.chdir(here)
        told = agent("check", note, "--as-of", TODAY)[2]
        assert f"没有用 {bank} 里的本行规则" in told and option in told
    assert "没有用" not in agent("check", note, "-w", bank, "--as-of", TODAY)[2]
    monkeypatch.chdir(note.parent)
    assert "没有用" not in agent("check", note, "--as-of", TODAY)[2]
