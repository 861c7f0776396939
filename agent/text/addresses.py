"""Recognise an address of the platform, as every browser would read it; a look-alike is none."""

from __future__ import annotations

import re

__all__ = ["HOSTS", "platform_address"]

HOSTS = ("xiaohongshu.com", "xhslink.com")
_KNOWN = "|".join(re.escape(host) for host in HOSTS)
_ADDRESS = re.compile(rf"https?://(?:[a-z0-9][a-z0-9-]*\.)*(?:{_KNOWN})(?:[/?#][^\s\\]*)?", re.IGNORECASE | re.ASCII)


def platform_address(text: str) -> str:
    """Return a text that is an address of the platform, else nothing.

    It names no user and no port, and holds no backslash and nothing that cannot be seen: such are read differently.
    """
    return text if text.isprintable() and _ADDRESS.fullmatch(text) else ""
