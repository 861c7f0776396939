"""An address of the platform is one by every reading of it."""

import pytest

from agent.text.addresses import platform_address


@pytest.mark.parametrize(
    "address",
    [
        "https://www.xiaohongshu.com/explore/66aa?xsec_token=a%2Fb@c&x=1#top",
        "http://xhslink.com/a/Bc9",
        "HTTPS://WWW.Xiaohongshu.COM",
        "https://xiaohongshu.com/@user:8080",
    ],
)
def test_an_address_of_the_platform(address):
    assert platform_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "www.xiaohongshu.com/x",
        "javascript:alert(1)//xiaohongshu.com",
        "ftp://xiaohongshu.com/x",
        "https://xiaohongshu.com.evil.example/x",
        "https://evilxiaohongshu.com/x",
        "https://evil.example/xiaohongshu.com",
        "https://evil.example?xiaohongshu.com",
        "https://evil.example#.xiaohongshu.com",
        "https://evil.example\\@www.xiaohongshu.com/x",
        "https://www.xiaohongshu.com\\.evil.example/x",
        "https://www.xiaohongshu.com/a\\b",
        "https://me@www.xiaohongshu.com/x",
        "https://www.xiaohongshu.com@evil.example/x",
        "https://www.xiaohongshu.com:8080/x",
        "https://www.xiaohongshu.com:/x",
        "https://www.xiaohongshu.com./x",
        "https://.xiaohongshu.com/x",
        "https://www.xiaohongshu.com/a b",
        "https://www.xiaohongshu.com/a\tb",
        "https://www.xiaohongshu.com/a\x00b",
        "https://www.xiaohongshu.com/a\u202eb",
        "https://www.xiaohongshu.com/a\n",
        "https://www.xıaohongshu.com/x",
        "//www.xiaohongshu.com/x",
    ],
)
def test_what_is_none(address):
    assert platform_address(address) == ""
