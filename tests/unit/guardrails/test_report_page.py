"""The one-file report: complete, closed to the network, and nothing of a note acts in it."""

import re
from html.parser import HTMLParser

import pytest

from agent.guardrails import check, render_reports
from agent.guardrails.baseline import baseline_of, compare_reports
from agent.guardrails.todo import todo_of
from agent.models import Finding, NoteInput, Report

BAD = NoteInput(
    id='<i>"1"', title="这款理财保本保息<script>alert(1)</script>", cover="保本理财",
    body="我们行这款理财稳.赚.不.赔，年化3.5%\n加薇信聊\u202e\n有人问理财保本吗？&lt;b&gt;",
    tags=("理财", "稳赚"), products=("wm",),
)  # fmt: skip
GOOD = NoteInput(id="good", title="湖边", body="走一圈，面包很香")


def page(*notes, known=False):
    reports = [check(note) for note in notes]
    if known:
        reports = list(compare_reports(reports, baseline_of(reports)).reports)
    return render_reports(list(zip(notes, reports, strict=True)), format="html")


class Reader(HTMLParser):
    """Collect tags, ids, links and the text outside style."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.links, self.words, self.open = [], [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("href", "src") if name in given]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


def test_the_page_is_well_formed_and_needs_nothing_from_outside():
    html = page(BAD, GOOD)
    reader = Reader(html)
    assert not reader.open
    assert not {"script", "link", "img", "iframe", "i", "b"} & set(reader.tags)
    assert "default-src 'none'" in html and "@import" not in html and "url(" not in html
    assert len(reader.ids) == len(set(reader.ids))
    assert all(link.startswith("#") and link[1:] in reader.ids for link in reader.links), reader.links


def test_text_of_a_note_stays_text():
    html = page(BAD)
    assert "<script" not in html and "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&amp;lt;b&amp;gt;" in html and '<i>"1"' not in html
    style = html[html.index("<style>") :]
    assert "unicode-bidi: isolate" in style, "a right-to-left override must not turn the page round"


def test_every_finding_names_clause_advice_fix_and_disguise():
    reader = Reader(page(BAD))
    words = "".join(reader.words)
    for part in ("不能发布", "《广告法》第25条", "待核", "怎么改", "可改为", "夹杂符号", "补上一行", "要填的空",
                 "看过、放行的", "提问语境", "没判断的", "同第"):  # fmt: skip
        assert part in words, part
    findings = check(BAD).open()
    assert sum(name.startswith("n1f") for name in reader.ids) == len(findings)
    for finding in findings:
        assert finding.rule in words and finding.message in words


def test_overlapping_findings_are_all_marked_and_linked():
    html = page(NoteInput(body="这款理财稳.赚.不.赔，放心"))
    found = [f for f in check(NoteInput(body="这款理财稳.赚.不.赔，放心")).open() if f.start is not None]
    assert len(found) > 1
    body = re.search(r"<pre>(.*?)</pre>", html, re.DOTALL)[1]
    assert len(re.findall(r'class="ref"', body)) == len(found)
    assert re.sub(r'<a class="ref".*?</a>|<[^>]+>', "", body) == "这款理财稳.赚.不.赔，放心"


def test_several_notes_are_listed_and_counted():
    reader = Reader(page(BAD, GOOD))
    words = "".join(reader.words)
    assert "共 2 篇：不能发布 1，未见问题 1" in words and "#n2" in reader.links
    assert "nav" not in Reader(page(GOOD)).tags and "没有要改的地方" in "".join(Reader(page(GOOD)).words)


@pytest.mark.parametrize("known", [True, False])
def test_known_findings_are_folded_away(known):
    words = "".join(Reader(page(BAD, known=known)).words)
    assert ("已知的" in words) == known


def test_what_one_remedy_answers_is_told_how_to_mend_once():
    note = NoteInput(body="这款理财稳赚不赔，闭眼入就行，跟存款一样安全。", products=("wm",))
    html = page(note)
    (passage,) = todo_of(note, check(note)).going
    assert passage.others and html.count("照那一条改好，这里也就好了") == len(passage.findings) - 1
    assert html.count("可改为") == 1 and passage.cure in html
    assert all(finding.message in html for finding in passage.findings)


def test_the_page_says_what_the_text_says_of_a_note_kept_back_by_likeness_alone():
    finding = Finding(
        rule="END-01", pack="endorsement", severity="fix", field="body", start=0, end=4, text="走了一圈",
        message="像。", advice="看。", fingerprint="0", related=("example:像",),
    )  # fmt: skip
    report = Report(verdict="revise", note_type="marketing", findings=(finding,))
    words = "".join(Reader(render_reports([(NoteInput(body="走了一圈。"), report)], format="html")).words)
    assert "共 1 篇：没有认定要改的，请人看过再发 1" in words and "需要修改" not in words


def test_the_page_quotes_whole_clauses_and_asks_where_a_sentence_is_only_alike():
    note = NoteInput(body="这份重疾险，我教她健康那栏勾没有。走了一圈。", products=("insurance",))
    sure = next(finding for finding in check(note).open() if finding.rule == "INS-08")
    asked = sure.model_copy(
        update={
            "severity": "fix",
            "start": 17,
            "end": 21,
            "text": "走了一圈",
            "message": "像不像？",
            "related": ("example:像",),
        }
    )
    report = Report(verdict="block", note_type="marketing", findings=(sure, asked))
    words = "".join(Reader(render_reports([(note, report)], format="html")).words)
    assert "“我教她健康那栏勾没有”" in words
    assert "须看“走了一圈”" in words and "像不像？" in words and "同第 1 条" not in words


def test_the_page_names_the_mark_of_an_advertisement():
    assert "正文开头单独一行写“广告”" in page(BAD) and "单独一行写“广告”" not in page(GOOD)


def test_the_page_says_first_that_a_note_full_of_selling_is_not_to_be_sent():
    selling = NoteInput(body="这款理财稳赚不赔。本金一分不少。跟存款一样安全。", products=("wm",))
    html = page(selling)
    assert html.index("先不要发，") < html.index("要处理的：") and "先不要发" not in page(
        BAD.model_copy(update={"body": "今天风大"})
    )


def test_of_a_note_to_be_written_anew_no_sentence_is_given_another_wording():
    promises = ["这款理财稳赚不赔。", "本金一分不少。", "跟存款一样安全。"]
    anew, few = (
        page(NoteInput(title="湖边散步", body="".join(body), products=("wm",))) for body in (promises, promises[:2])
    )
    assert "这些一律不写" in anew and "可改为" not in anew
    assert "<dt>这句</dt><dd><bdi>打包票能赚</bdi>" in anew and "<dt>这句</dt>" not in few
    assert (
        "这些一律不写" not in few and "可改为" in few and anew.count("<dt>怎么改</dt>") < few.count("<dt>怎么改</dt>")
    )
