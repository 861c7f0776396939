"""`agent serve` in a real browser: whoever comes is led to where their day begins."""

import pytest
from browser import overflow


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_an_employee_is_led_to_the_chat_and_nothing_overflows(visit, size):
    page = visit("/", user="aning", size=size)
    page.wait_for_url("**/chat**")
    assert overflow(page) <= 0
