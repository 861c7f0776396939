"""Phrases are found in stretches of a text, and never where another pattern has taken the place."""

import re

from agent.guardrails.document import Hit
from agent.guardrails.normalize import SEPARATOR
from agent.guardrails.spotting import Phrases, occurs, without

TEXT = "买来看看，再买来听听"
PHRASES = Phrases({"bought": re.compile("买来")})


def test_a_phrase_stands_within_a_stretch_only_whole():
    assert PHRASES.stand_within("bought", TEXT, 0, 2) and PHRASES.stand_within("bought", TEXT, 1, len(TEXT))
    assert not PHRASES.stand_within("bought", TEXT, 1, 7)
    assert PHRASES.stand_in("bought", TEXT) and not PHRASES.stand_in("bought", "听听")


def test_a_phrase_stands_beside_a_hit_that_it_shares_nothing_with():
    assert PHRASES.stand_beside("bought", TEXT, Hit(0, 4))
    assert not PHRASES.stand_beside("bought", TEXT[:4], Hit(1, 3))
    assert not PHRASES.stand_beside("bought", TEXT, Hit(1, 8))


def test_what_is_taken_out_keeps_its_length_and_holds_no_phrase():
    quoted = "说“买来”好"
    bare = without(re.compile("“[^”]*”"), quoted)
    assert bare == f"说{SEPARATOR * 4}好" and not PHRASES.stand_in("bought", bare)
    assert occurs(re.compile("好"), quoted) and not occurs(re.compile("坏"), quoted)
