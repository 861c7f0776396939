"""The fuzz targets hold for arbitrary bytes, and for all bytes that once broke them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.fuzz import driver, targets

BROKE = (
    (targets.check, b"\x03>N\xfe"),  # a hit that began between two fields
    (targets.check, b"\x01\\\x16\xf9\xd7\xf3|\xe7\x1d"),  # lone surrogates
    (targets.loader, b"\x01qTA\x992_\xea"),  # lone surrogates in YAML
    (targets.loader, b"\x01a: \x01"),  # a control character in YAML
    (targets.loader, b"\x02\x1e\x14\x00"),  # a key that is half of a slot
    (targets.loader, b"a\na\r=--=+++:"),  # a lone carriage return, which ends a line as well
    (targets.matcher, b"\x02\xe0r6\xf6\xff\x02\x04XR"),  # a zero character in a literal
)


@pytest.mark.parametrize(("target", "data"), BROKE)
def test_what_once_broke_a_target_no_longer_does(target: Callable[[bytes], None], data: bytes) -> None:
    target(data)


@pytest.mark.parametrize("target", [targets.normaliser, targets.matcher, targets.loader, targets.check])
def test_targets_hold_for_arbitrary_bytes(target: Callable[[bytes], None]) -> None:
    @settings(max_examples=40, deadline=None)
    @given(st.binary(max_size=80))
    def holds(data: bytes) -> None:
        target(data)

    holds()


def test_bytes_are_read_in_four_ways_and_lose_nothing_on_the_way() -> None:
    assert targets.text_of(b"\x00\x3d\xd8") == "\ud83d"
    assert targets.text_of(b"\x01\xff") == "\udcff"
    assert targets.text_of(b"\x02\x00\x01") == "稳赚"
    assert targets.text_of(b"") == ""


def test_without_atheris_the_driver_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(driver.importlib, "import_module", missing)
    with pytest.raises(SystemExit) as ended:
        driver.run("check")
    assert ended.value.code == 2
    assert "--group fuzz" in capsys.readouterr().err
