"""What a case folder turns into."""

import pytest
from written_cases import CASE, write_case

from evals.case_files import CaseProblemError, dataset_hash, read_cases
from evals.errors import EvalError


def test_a_hashtag_and_a_time_of_day_load_as_the_text_staff_wrote(tmp_path):
    write_case(tmp_path, CASE.replace("keyword: 沿江跑步", "keyword: 12:30").replace('text: "六点', 'text: "on 六点'))
    case = read_cases(tmp_path)[0]
    assert case.brief.topic == "12:30 沿江跑五公里 #晨跑"
    assert case.brief.keyword == "12:30"
    assert case.material[0].text.startswith("on 六点")


def test_a_reference_is_read_with_its_text_and_its_title_first(tmp_path):
    write_case(tmp_path)
    first, second = read_cases(tmp_path)[0].references
    assert first.text.splitlines()[0] == "沿江跑步，风大也出门" and "一杯热美式" in second.text


def test_line_ends_of_windows_change_no_reference_and_no_hash(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    write_case(here)
    for path in write_case(there).iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert dataset_hash(read_cases(here)) == dataset_hash(read_cases(there))


def test_the_hash_follows_what_a_case_says_and_nothing_else(tmp_path):
    write_case(tmp_path)
    before = dataset_hash(read_cases(tmp_path))
    write_case(tmp_path, "# a remark\n" + CASE)
    assert dataset_hash(read_cases(tmp_path)) == before
    write_case(tmp_path, CASE, second="别的\n\n正文\n")
    assert dataset_hash(read_cases(tmp_path)) != before


def test_cases_are_chosen_by_theme_id_and_split(tmp_path):
    write_case(tmp_path)
    write_case(tmp_path, CASE.replace("jiangbian-run", "other").replace("split: dev", "split: held"), folder="other")
    assert [case.id for case in read_cases(tmp_path)] == ["jiangbian-run", "other"]
    assert [case.id for case in read_cases(tmp_path, split="held")] == ["other"]
    assert [case.id for case in read_cases(tmp_path, ids=("other",), themes=("running",))] == ["other"]
    with pytest.raises(EvalError, match="没有可用的用例"):
        read_cases(tmp_path, themes=("coffee",))
    with pytest.raises(EvalError, match="nobody"):
        read_cases(tmp_path, ids=("nobody",))


def test_an_unreadable_case_stops_a_reader_with_its_place(tmp_path):
    write_case(tmp_path, CASE.replace("split: dev", "split: both"))
    with pytest.raises(CaseProblemError, match=r"case\.yaml:4:1 .*dev") as caught:
        read_cases(tmp_path)
    assert caught.value.exit_code == 2
