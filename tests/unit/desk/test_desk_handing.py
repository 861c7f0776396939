"""Handing in, publishing, taking back and correcting: what speaks against each."""

from reviewing import URL, refused


class TestHandingIn:
    async def test_only_the_text_that_was_seen_is_handed_in(self, bench):
        run = await bench.note(hand_in=False)
        seen = bench.hash_of(run)
        await bench.edited(run)
        with refused("review_of_other_text"):
            bench.desk.hand_in(run, text_hash=seen, by=bench.aning)
        assert bench.store.publishing.submissions(run) == ()

    async def test_what_somebody_has_decided_on_is_handed_in_no_more(self, bench):
        run = await bench.note(hand_in=False)
        await bench.approve(run)
        with refused("run_not_in_review"):
            bench.hand_in(run)
        assert bench.store.publishing.submissions(run) == ()

    async def test_an_open_block_is_named_and_told_nobody(self, bench):
        run = await bench.note(hand_in=False)
        await bench.edited(run, words="这张卡保证每个月稳赚不赔。")
        with refused("submission_blocked") as caught:
            bench.hand_in(run)
        assert "RET-01" in caught.value.message or "RET-03" in caught.value.message
        assert bench.desk.notices(bench.shen) == ()


class TestPublishing:
    async def test_a_text_taken_back_is_published_nowhere_else(self, bench):
        run = await bench.note()
        await bench.approve(run)
        await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)
        bench.desk.retract(run, url=URL, reason="活动改期", by=bench.shen)
        for url in (URL, f"{URL}2"):
            with refused("publication_retracted"):
                await bench.desk.publish(run, text_hash=bench.hash_of(run), url=url, by=bench.aning)
        assert [item.url for item in bench.store.publishing.publications(run)] == [URL]

    async def test_only_the_approved_text_is_published(self, bench):
        run = await bench.note()
        await bench.approve(run)
        with refused("review_of_other_text"):
            await bench.desk.publish(run, text_hash="sha256:" + "0" * 64, url=URL, by=bench.aning)

    async def test_only_an_address_of_the_platform_is_one(self, bench):
        run = await bench.note()
        await bench.approve(run)
        for url in ("javascript:alert(1)", "https://evil.example\\@www.xiaohongshu.com/x"):
            with refused("publication_foreign"):
                await bench.desk.publish(run, text_hash=bench.hash_of(run), url=url, by=bench.aning)
        assert bench.store.publishing.publications(run) == ()

    async def test_an_approved_text_is_published_and_can_be_taken_back(self, bench):
        run = await bench.note()
        await bench.approve(run)
        await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)
        bench.desk.retract(run, url=URL, reason="活动改期", by=bench.shen)
        (shown,) = (await bench.case(run)).publications
        assert (shown.action, shown.action_reason, shown.action_by) == ("retract", "活动改期", "shenhe")
        assert "要撤回" in bench.desk.notices(bench.aning)[0].text
        assert bench.store.audit.verify().breaks == ()

    async def test_somebody_elses_account_is_not_published_on(self, bench):
        run = await bench.note(owner="linjie", hand_in=False)
        await bench.approve(run)
        with refused("publication_forbidden") as caught:
            await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.person("linjie"))
        assert "XHS-07" in caught.value.message

    async def test_a_fact_that_ended_after_the_approval_keeps_it_from_being_published(self, bench):
        run = await bench.note(note_type="benefit")
        await bench.approve(run)
        bench.clock.pass_by(days=38)
        with refused("publication_forbidden") as caught:
            await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)
        assert "2026-12-31" in caught.value.message

    async def test_what_is_not_approved_is_not_published(self, bench):
        run = await bench.note()
        with refused("publication_unapproved"):
            await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)

    async def test_a_correction_begins_from_the_published_text_in_a_run_of_its_own(self, bench):
        run = await bench.note()
        await bench.approve(run)
        await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=bench.aning)
        new = await bench.desk.correct(run, url=URL, reason="数字写错", by=bench.shen)
        assert bench.hash_of(new) == bench.hash_of(run) and bench.store.run(new).owner == "aning"
        assert bench.store.run(run).outcome == "approved" and (await bench.case(new)).corrects == run
        assert await bench.desk.correct(run, url=URL, reason="再点一次", by=bench.shen) == new
        await bench.edited(new)
        bench.hand_in(new)
        assert (await bench.approve(new)).outcome == "approved"
        assert bench.store.audit.verify().breaks == ()

    async def test_other_peoples_notes_are_not_there(self, bench):
        run = await bench.note()
        await bench.approve(run)
        stranger = bench.person("linjie")
        for attempt in (
            lambda: bench.desk.retract(run, url=URL, reason="x", by=stranger),
            lambda: bench.desk.hand_in(run, text_hash=bench.hash_of(run), by=stranger),
        ):
            with refused("run_unknown"):
                attempt()
        with refused("run_unknown"):
            await bench.desk.publish(run, text_hash=bench.hash_of(run), url=URL, by=stranger)
        with refused("publication_unknown"):
            bench.desk.retract(run, url=URL, reason="x", by=bench.shen)
