"""`agent rules pages`: a page a rule, indexes by clause, product and pack, and links that lead somewhere."""

import re
import sys
from pathlib import Path

import pytest

from agent.cli.main import run
from agent.errors import StorageError
from agent.guardrails import load_packs
from agent.guardrails.indexes import write_pages
from agent.models import Basis


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return folder, write_pages(load_packs(), folder)


def test_every_rule_has_a_page_and_every_link_leads_to_one(written):
    folder, paths = written
    pages = {path.stem for path in paths if path.parent != folder}
    assert pages == {rule.id for _, rule in load_packs().entries()}
    for path in paths:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).resolve().is_file(), f"{path.name}: {target}"


@pytest.mark.parametrize("name", ["by-clause", "by-product", "by-pack"])
def test_an_index_lists_every_rule(written, name):
    folder, _ = written
    text = (folder / f"{name}.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\[([A-Z]+-\d\d)\]", text)) == {rule.id for _, rule in load_packs().entries()}
    widths = {row.count("|") - row.count("\\|") for row in text.splitlines() if row.startswith("|")}
    assert len(widths) == 1, "a table keeps its columns"


def test_the_indexes_sort_by_what_they_are_named_after(written):
    folder, _ = written
    clause = (folder / "by-clause.md").read_text(encoding="utf-8")
    assert re.search(r"\| 《广告法》 \| 第25条 \|[^\n]*RET-01", clause)
    product = (folder / "by-product.md").read_text(encoding="utf-8")
    assert re.search(r"\| 贵金属 \|[^\n]*AU-01", product) and "| 不限 |" in product
    assert re.search(
        r"\(returns\) \| \[RET-05\]\(returns/RET-05.md\) \| 禁止 \|", (folder / "by-pack.md").read_text("utf-8")
    )


def test_an_article_nobody_verified_is_never_shown(written):
    folder, _ = written
    shown = 0
    for pack, rule in load_packs().entries():
        law = (folder / pack / f"{rule.id}.md").read_text(encoding="utf-8").split("## 依据")[1].split("##")[0]
        lines = [line for line in law.splitlines() if line.startswith("- ")]
        assert len(lines) == len(rule.basis)
        for line, basis in zip(lines, rule.basis, strict=True):
            assert isinstance(basis, Basis) and ("待核" in line) == (not basis.verified)
            shown += not basis.verified
    assert shown > 20


def test_the_command_says_where_to_begin(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["agent", "rules", "pages", "--out", str(tmp_path / "new" / "pages")])
    with pytest.raises(SystemExit) as stopped:
        run()
    told = capsys.readouterr()
    assert not stopped.value.code
    start = Path(told.out.strip())
    assert start.is_file() and "按条款" in start.read_text(encoding="utf-8") and "个文件" in told.err


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError) as caught:
        write_pages(load_packs(), tmp_path / "file")
    assert str(tmp_path / "file") in caught.value.message
