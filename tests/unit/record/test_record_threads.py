"""Chat threads in a file and on a server: whose they are, turns that repeat nothing, one worker, and erasure."""

import os
import socket
import sqlite3
from contextlib import closing
from datetime import timedelta

import processes
import pytest
from sqlalchemy import select, update

from agent.errors import UsageError
from agent.llm import CallKey, Completion, Entry
from agent.record.tables import chat_threads, chat_turns

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
OTHERS = ["乙", "", "甲 "]


@pytest.fixture
def store(either_store):
    return either_store


@pytest.fixture
def threads(store, began):
    store.threads.start("t-1", owner="甲", created_at=began)
    return store.threads


@pytest.fixture
def begin(threads, began):
    def call(key="k1", said='{"text":"早上去了河边"}'):
        return threads.begin("t-1", owner="甲", key=key, said=said, asked_at=began)

    return call


@pytest.fixture
def answer(threads, began):
    def call(turn, answer='{"text":"记下了"}', state="{}", title="河边"):
        at = began + timedelta(minutes=turn.number)
        return threads.answer(turn, owner="甲", answer=answer, state=state, title=title, answered_at=at)

    return call


def unknown(call, /, *arguments, **given):
    with pytest.raises(UsageError) as caught:
        call(*arguments, **given)
    return caught.value.code == "thread_unknown"


@pytest.mark.parametrize("other", OTHERS)
def test_a_thread_of_somebody_else_is_not_there_for_any_read_or_write(threads, begin, began, other):
    turn = begin()
    wrong = {"owner": other}
    assert unknown(threads.thread, "t-1", **wrong)
    assert unknown(threads.turns, "t-1", **wrong)
    assert unknown(threads.begin, "t-1", key="k2", said="{}", asked_at=began, **wrong)
    assert unknown(threads.intend, turn, work="{}", **wrong)
    assert unknown(threads.answer, turn, answer="{}", state="", title="", answered_at=began, **wrong)
    assert unknown(threads.lease, "t-1", worker="w", now=began, seconds=5, **wrong)
    assert unknown(threads.forget, "t-1", erased_at=began, **wrong)
    assert threads.of(other) == ()
    assert [turn.answer for turn in threads.turns("t-1", owner="甲")] == [""]


def test_an_unknown_thread_and_a_foreign_one_say_the_same(threads):
    said = []
    for thread in ("t-1", "t-9"):
        with pytest.raises(UsageError) as caught:
            threads.thread(thread, owner="乙")
        said.append(caught.value.message.replace(thread, "…"))
    assert said[0] == said[1]


def test_the_same_key_is_the_same_turn_and_another_text_under_it_is_refused(threads, begin, answer):
    first = begin()
    answer(first)
    assert begin().answer == '{"text":"记下了"}' and begin().number == first.number
    assert begin("k2").number == 2
    with pytest.raises(UsageError) as caught:
        begin(said='{"text":"别的"}')
    assert caught.value.code == "turn_key_reused"


def test_an_answer_is_written_once_with_the_state_it_leaves(threads, begin, answer):
    turn = begin()
    answer(turn, state='{"n":1}')
    again = answer(turn, answer='{"text":"第二次"}', state='{"n":2}')
    assert again.answer == '{"text":"记下了"}'
    thread = threads.thread("t-1", owner="甲")
    assert (thread.state, thread.title) == ('{"n":1}', "河边")


def test_what_a_turn_is_about_to_do_survives_it_and_binds_the_talk_before_it_to_the_run(threads, begin, answer):
    answer(begin("k1"))
    threads.intend(begin("k2"), owner="甲", work='{"intent":"draft"}', run="r-001")
    begin("k3")
    assert [(t.work, t.run) for t in threads.turns("t-1", owner="甲")] == [
        ("", "r-001"), ('{"intent":"draft"}', "r-001"), ("", ""),
    ]  # fmt: skip


def test_one_worker_at_a_time_holds_a_thread_until_its_lease_ends(threads, began):
    def lease(worker, after):
        now = began + timedelta(seconds=after)
        return threads.lease("t-1", owner="甲", worker=worker, now=now, seconds=10)

    assert lease("elsewhere/1/a", 0) and not lease("elsewhere/1/b", 9) and lease("elsewhere/1/a", 9)
    assert not lease("elsewhere/1/b", 18) and lease("elsewhere/1/b", 20)
    threads.release("t-1", worker="elsewhere/1/a")
    assert not lease("elsewhere/1/a", 21)
    threads.release("t-1", worker="elsewhere/1/b")
    assert lease("elsewhere/1/a", 21)


def test_a_worker_that_died_on_this_machine_holds_nothing(threads, began, store):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    dead, alive = f"{socket.gethostname()}/{child}/a", f"{socket.gethostname()}/{os.getpid()}/b"
    assert threads.lease("t-1", owner="甲", worker=dead, now=began, seconds=600)
    is_file = store.threads._database.engine.dialect.name == "sqlite"
    assert threads.lease("t-1", owner="甲", worker=alive, now=began, seconds=600) == is_file
    assert not threads.lease("t-1", owner="甲", worker="elsewhere/1/a", now=began, seconds=600)


def test_a_model_is_not_asked_twice_for_one_turn(threads, begin):
    turn = begin()
    key = CallKey(run="t-1/1", node="route", round=1, digest="d")
    for text in ("一", "二"):
        threads.journal(turn).keep(Entry(key=key, prompt="p", completion=Completion(text=text, model="m")))
    assert threads.journal(turn).recall(key).text == "一"
    assert threads.journal(begin("k2")).entries("t-1/2") == ()


def test_forgetting_a_thread_leaves_numbers_and_hashes_and_a_whole_chain(store, threads, begin, answer, began):
    turn = begin()
    key = CallKey(run="t-1/1", node="route", round=1, digest="d")
    threads.journal(turn).keep(Entry(key=key, prompt="p", completion=Completion(text="河边", model="m")))
    answer(turn)
    threads.forget("t-1", owner="甲", erased_at=began)
    assert unknown(threads.thread, "t-1", owner="甲") and threads.of("甲") == ()
    assert unknown(threads.thread, "t-1", owner="")
    assert store.audit.verify().breaks == ()
    assert [event.kind for event in store.audit.events("t-1")] == ["turn", "thread_erased"]
    with store.threads._database.engine.begin() as connection:
        (row,) = connection.execute(select(chat_turns)).mappings()
        assert (row["said_json"], row["answer_json"], row["salt"], row["number"]) == ("", "", None, 1)
    assert threads.journal(turn).entries("t-1/1") == ()


def test_forgetting_a_run_erases_the_talk_that_led_to_it_and_nothing_else(
    store, threads, begin, answer, began, make_brief
):
    store.start_run(make_brief("r-001"), author="offline", workspace="", created_at=began)
    answer(begin("k1"))
    turn = begin("k2")
    threads.intend(turn, owner="甲", work="{}", run="r-001")
    answer(turn, state='{"material":["河边"]}')
    answer(begin("k3"), title="别的")
    store.forget("r-001", erased_at=began)
    kept = threads.turns("t-1", owner="甲")
    assert [(t.said, t.answer) for t in kept[:2]] == [("", "")] * 2
    assert "早上去了河边" in kept[2].said
    assert threads.thread("t-1", owner="甲").state == ""
    assert store.audit.verify().breaks == ()
    with pytest.raises(UsageError):
        begin("k1")


def test_no_answer_is_written_for_a_run_that_was_erased_meanwhile(store, threads, begin, answer, began, make_brief):
    store.start_run(make_brief("r-001"), author="offline", workspace="", created_at=began)
    turn = begin()
    threads.intend(turn, owner="甲", work="{}", run="r-001")
    store.forget("r-001", erased_at=began)
    with pytest.raises(UsageError):
        answer(turn)
    assert store.audit.verify().breaks == ()


def test_no_turn_is_bound_to_a_run_that_was_erased(store, threads, begin, began, make_brief):
    store.start_run(make_brief("r-001"), author="offline", workspace="", created_at=began)
    store.forget("r-001", erased_at=began)
    with pytest.raises(UsageError):
        threads.intend(begin(), owner="甲", work="{}", run="r-001")
    assert threads.turns("t-1", owner="甲")[0].run == ""


@pytest.mark.parametrize(
    ("table", "change", "code"),
    [
        (chat_turns, {"answer_json": '{"text":"改过"}'}, "audit_row_changed"),
        (chat_turns, {"said_json": '{"text":"改过"}'}, "audit_row_changed"),
        (chat_turns, {"answered_at": None}, "audit_row_changed"),
        (chat_threads, {"erased_at": "began"}, "audit_row_changed"),
    ],
)
def test_a_turn_changed_behind_the_program_is_found(store, begin, answer, began, table, change, code):
    answer(begin())
    assert store.audit.verify().breaks == ()
    given = {name: began if value == "began" else value for name, value in change.items()}
    with store.threads._database.engine.begin() as connection:
        connection.execute(update(table).values(**given))
    assert code in {item.code for item in store.audit.verify().breaks}


def test_words_put_back_after_an_erasure_are_found(store, threads, begin, answer, began):
    answer(begin())
    threads.forget("t-1", owner="甲", erased_at=began)
    with store.threads._database.engine.begin() as connection:
        connection.execute(update(chat_turns).values(said_json="河边"))
    assert "audit_erased_left" in {item.code for item in store.audit.verify().breaks}


@pytest.fixture
def approved(store, make_brief, make_round, began):
    store.start_run(make_brief("r-001"), author="offline", workspace="", created_at=began)
    round_ = make_round()
    store.save_version("r-001", 1, round_, saved_at=began)
    store.finish_run("r-001", "in_review", best_revision=1, updated_at=began)

    def approve():
        store.add_decision(
            "r-001", decision="approve", text_hash=round_.note.text_hash, reviewer="乙", reason="", decided_at=began
        )

    return round_.note.text_hash, approve


def test_a_hand_in_is_recorded_once_and_vouched_for(store, approved, began):
    text_hash, _ = approved
    for _ in range(2):
        store.publishing.submit("r-001", text_hash=text_hash, submitted_by="甲", submitted_at=began)
    (kept,) = store.publishing.submissions("r-001")
    assert (kept.text_hash, kept.submitted_by, kept.submitted_at) == (text_hash, "甲", began)
    assert store.audit.verify().breaks == ()


def test_only_an_approved_text_is_recorded_as_published(store, approved, began):
    text_hash, approve = approved
    given = {"url": "https://www.xiaohongshu.com/explore/1", "published_by": "甲", "published_at": began}
    with pytest.raises(UsageError) as caught:
        store.publishing.publish("r-001", text_hash=text_hash, **given)
    assert caught.value.code == "publication_unapproved"
    approve()
    with pytest.raises(UsageError):
        store.publishing.publish("r-001", text_hash="sha256:0", **given)
    for _ in range(2):
        store.publishing.publish("r-001", text_hash=text_hash, **given)
    (kept,) = store.publishing.publications("r-001")
    assert kept.url.endswith("/1") and store.audit.verify().breaks == ()


def test_hand_ins_and_publications_go_with_the_run(store, approved, began):
    text_hash, approve = approved
    approve()
    store.publishing.submit("r-001", text_hash=text_hash, submitted_by="甲", submitted_at=began)
    store.publishing.publish("r-001", text_hash=text_hash, url="https://x", published_by="甲", published_at=began)
    store.forget("r-001", erased_at=began)
    assert store.publishing.submissions("r-001") == store.publishing.publications("r-001") == ()
    assert store.audit.verify().breaks == ()


def test_no_byte_of_a_forgotten_thread_stays_in_the_file(tmp_path, began):
    from agent.record import Store

    path = tmp_path / "record.db"
    with Store.open(path) as store:
        store.threads.start("t-1", owner="owner-secret", created_at=began)
        turn = store.threads.begin("t-1", owner="owner-secret", key="k", said="said-secret", asked_at=began)
        store.threads.answer(
            turn, owner="owner-secret", answer="answer-secret", state="state-secret", title="", answered_at=began
        )
        store.threads.forget("t-1", owner="owner-secret", erased_at=began)
    for file in path.parent.iterdir():
        assert b"-secret" not in file.read_bytes(), file
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM chat_turns").fetchone() == (1,)
