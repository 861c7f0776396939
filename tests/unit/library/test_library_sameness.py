"""Notes that read alike across accounts are told, with what they share; those of one account are not its matter."""

import pytest
from shelving import ALL, TODAY

from agent.library import Library, Sight
from agent.library.library import NEAR_SECONDS
from agent.library.sameness import NEAREST, Sameness, passages, warns_at
from agent.text.shingles import similarity

TOLD = "早上六点半出门，菜市场刚摆好摊，买了两根玉米和一把小葱，顺路把上个月的账单看完。"
OTHER = "下雨天的地铁口挤满了人，我在便利店门口等了二十分钟，最后买了一把透明的伞走回家。"


def test_notes_alike_in_two_accounts_are_told_with_what_they_share(library, keep):
    keep("r-001", TOLD)
    keep("r-002", TOLD + "真好。", account="staff-linjie", owner="linjie")
    keep("r-003", OTHER, account="staff-daxu", owner="daxu")
    (pair,) = library.pairs(ALL)
    assert (pair.first.run, pair.second.run) == ("r-001", "r-002")
    assert pair.share == pytest.approx(similarity(TOLD, TOLD + "真好。"))
    assert pair.shared == (TOLD,)


def test_one_account_and_what_will_never_be_published_are_left_out(library, keep):
    keep("r-001", TOLD)
    keep("r-002", TOLD)
    keep("r-003", TOLD, account="staff-daxu", owner="daxu", outcome="rejected")
    assert library.pairs(ALL) == ()


def test_mandatory_wording_makes_no_two_notes_alike(library, keep):
    keep("r-001", TOLD, facts=("cc-coffee-30-5", "cc-bakery-50-8", "cc-lunch-40-6"))
    keep("r-002", OTHER, facts=("cc-coffee-30-5", "cc-bakery-50-8", "cc-lunch-40-6"), account="staff-daxu")
    assert library.pairs(ALL) == ()


def test_nobody_is_shown_a_text_they_may_not_see(library, keep):
    keep("r-001", TOLD)
    keep("r-002", TOLD, account="staff-linjie", owner="linjie")
    assert library.pairs(Sight("aning")) == ()
    keep("r-003", TOLD, account="private-aning")
    (pair,) = library.pairs(Sight("aning"))
    assert (pair.first.run, pair.second.run) == ("r-001", "r-003")


def test_a_text_that_changed_is_compared_anew_and_one_that_is_gone_is_forgotten(library, store, keep):
    keep("r-001", TOLD)
    assert library.pairs(ALL) == ()
    keep("r-002", TOLD, account="staff-linjie", owner="linjie")
    assert len(library.pairs(ALL)) == 1
    keep("r-003", TOLD, account="staff-daxu", owner="daxu")
    assert len(library.pairs(ALL)) == 3
    store.forget("r-001", erased_at=store.run("r-001").created_at)
    assert [(pair.first.run, pair.second.run) for pair in library.pairs(ALL)] == [("r-002", "r-003")]


def test_every_pair_is_the_one_an_exact_comparison_finds(library, keep):
    words = ("早上出门买菜。", "番茄涨了五毛。", "伞忘在桶里。", "豆浆太烫了，等了半天。", "地铁上睡过了站。")
    texts = {f"r-{n:03}": "".join(word for bit, word in enumerate(words) if n >> bit & 1) for n in range(1, 32)}
    for number, (run, text) in enumerate(texts.items()):
        keep(run, text, account=f"a-{number % 7}", outcome="in_review")
    expected = {
        frozenset((one, other))
        for one in texts
        for other in texts
        if one < other and (int(one[2:]) - int(other[2:])) % 7 and similarity(texts[one], texts[other]) >= warns_at()
    }
    assert {frozenset((pair.first.run, pair.second.run)) for pair in library.pairs(ALL)} == expected and expected


def test_a_text_spread_by_many_hands_is_told_in_bounds(library, keep):
    for number in range(NEAREST + 5):
        keep(f"r-{number:03}", TOLD, account=f"a-{number}", outcome="in_review")
    every = (NEAREST + 5) * (NEAREST + 4) // 2
    assert NEAREST * 5 < len(library.pairs(ALL)) < every


def test_a_queue_is_told_what_each_note_is_near_to(store, bank, keep):
    now = [0.0]
    library = Library(store, bank, today=lambda: TODAY, clock=lambda: now[0])
    keep("r-001", TOLD)
    keep("r-002", TOLD, account="staff-linjie", owner="linjie")
    assert [(note.run, share) for note, share in library.near("r-001")] == [("r-002", 1.0)]
    assert [note.run for note, _ in library.near("r-002")] == ["r-001"] and library.near("r-009") == ()
    keep("r-003", TOLD, account="staff-daxu", owner="daxu")
    assert len(library.near("r-001")) == 1
    now[0] = NEAR_SECONDS + 1
    assert len(library.near("r-001")) == 2


def test_shared_passages_stand_in_both_wherever_they_stand():
    one, other = "甲乙丙丁戊己庚辛壬癸。子丑寅卯辰巳午未申酉。", "子丑寅卯辰巳午未申酉？甲乙丙丁戊己庚辛壬癸！"
    assert passages(one, other) == ("甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉")
    assert passages(one, "甲乙丙丁戊己庚") == ()  # seven characters say nothing
    assert passages("", one) == ()


def test_a_text_without_letters_is_like_nothing(library, keep):
    keep("r-001", "……！！")
    keep("r-002", "……！！", account="staff-linjie")
    assert library.pairs(ALL) == () and Sameness(0.5).pairs(()) == ()
