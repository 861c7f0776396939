"""A reader gets sentences that may hide something without their tricks, and only those."""

import pytest

from agent.guardrails.suspicion import MOST, suspicious_sentences


@pytest.mark.parametrize(
    ("sentence", "norm", "sound"),
    [
        ("加我vx聊聊", "加我vx聊聊", "jia wo vx liao liao"),
        ("这款bao本的", "这款bao本的", "zhe kuan bao ben de"),
        ("稳·赚·不·赔", "稳·赚·不·赔", "wen · zhuan · bu · pei"),
        ("保\u200b本的呀", "保本的呀", "bao ben de ya"),
    ],
)
def test_a_sentence_that_hides_something_is_shown_in_plain_and_by_sound(sentence, norm, sound):
    (view,) = suspicious_sentences(f"早上下雨。{sentence}！")
    assert (view.text, view.norm, view.sound) == (sentence, norm, sound)


@pytest.mark.parametrize(
    "text",
    ["", "早上六点出门，江边风大。", "跑完买了杯热美式☕\n一共 34 元。", "三天两夜，住在河边😀", "1月，2月，3月"],
)
def test_ordinary_sentences_are_left_alone(text):
    assert suspicious_sentences(text) == ()


def test_no_more_than_six_are_shown():
    assert len(suspicious_sentences("加我vx。" * 20)) == MOST
