"""The library reads the same from a server as from a file, and sees what another process has written."""

from datetime import date, timedelta

import processes
import pytest
from shelving import ALL, BEGAN, TODAY, keeper

from agent.library import Library, Query
from agent.record import Store
from agent.workspace import load_workspace

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
TOLD = "早上六点半出门，菜市场刚摆好摊，买了两根玉米和一把小葱，顺路把上个月的账单看完。"


def fill(store, bank):
    keep = keeper(store, bank)
    keep("r-001", TOLD, facts=("cc-coffee-30-5",), submitted=BEGAN, url="https://www.xiaohongshu.com/explore/64a1")
    keep("r-002", TOLD, account="staff-linjie", owner="linjie", blocks=("RET-01",), began=BEGAN + timedelta(days=1))
    keep("r-003", "伞忘在桶里。", outcome="rejected", categories=("card",))


def told(library):
    return (
        [note.run for note in library.find(Query("玉米"), ALL)],
        [(pair.first.run, pair.second.run, pair.share) for pair in library.pairs(ALL)],
        [(one.note.run, one.validity) for one in library.affected_by_facts(ALL, days=60)],
        library.numbers(since=date(2026, 11, 1), until=TODAY),
    )


def test_a_server_tells_what_a_file_tells(url, tmp_path):
    bank = load_workspace(None)
    with Store.open(url) as server, Store.open(tmp_path / "record.db") as file:
        answers = []
        for store in (server, file):
            fill(store, bank)
            answers.append(told(Library(store, bank, today=lambda: TODAY)))
    assert answers[0] == answers[1]
    assert answers[0][:3] == (["r-002", "r-001"], [("r-001", "r-002", 1.0)], [("r-001", "soon")])


def test_what_another_process_writes_is_found_at_the_next_look(url, agent):
    with Store.open(url) as store:
        library = Library(store, load_workspace(None), today=lambda: TODAY)
        assert library.find(Query(), ALL) == ()
        done = agent("draft", "--topic", "周末带爸妈去植物园", "--type", "education", "--as-of", "2026-11-24")
        assert done.returncode == 0, done.stderr
        (note,) = library.find(Query("植物园"), ALL)
        assert note.status == "written" and note.text
