"""Convert offsets between code points (ours), UTF-16 units (browsers) and UTF-8 bytes."""

from __future__ import annotations

__all__ = ["from_utf8", "from_utf16", "to_utf8", "to_utf16"]


def to_utf16(text: str, offset: int) -> int:
    """Return the UTF-16 offset of a code-point offset."""
    return len(text[:offset].encode("utf-16-le")) // 2


def from_utf16(text: str, offset: int) -> int:
    """Return the code-point offset of a UTF-16 offset; one inside a surrogate pair is moved back to its start."""
    return len(text.encode("utf-16-le")[: offset * 2].decode("utf-16-le", errors="ignore"))


def to_utf8(text: str, offset: int) -> int:
    """Return the UTF-8 byte offset of a code-point offset."""
    return len(text[:offset].encode())


def from_utf8(text: str, offset: int) -> int:
    """Return the code-point offset of a UTF-8 byte offset; one inside a character is moved back to its start."""
    return len(text.encode()[:offset].decode(errors="ignore"))
