"""What an error of PostgreSQL's driver is told as, in whatever language the server speaks."""

from types import SimpleNamespace

import pytest

from agent.errors import StorageError
from agent.postgres import refusal_of


class DriverError(Exception):
    def __init__(self, said, *, sqlstate=None, used_password=None, primary=None):
        super().__init__(said)
        self.sqlstate = sqlstate
        self.pgconn = None if used_password is None else SimpleNamespace(used_password=used_password)
        self.diag = SimpleNamespace(message_primary=primary)


CONNECTING = {
    "a password that is wrong, in Chinese": ("connection failed: 致命错误: 用户认证失败", True, "record_refused"),
    "a server that takes nobody by address": ('connection failed: no pg_hba.conf entry', False, "record_refused"),
    "a server that starts": ("connection failed: FATAL: the database is starting up", False, "record_unreachable"),
    "nobody listens": ("connection failed: Connection refused", False, "record_unreachable"),
    "every connection taken": ("connection failed: FATAL: sorry, too many clients already", False, "record_crowded"),
    "a connection that broke after it was let in": ("server closed the connection", True, "record_unreachable"),
    "nothing said": ("", None, "record_unreachable"),
}  # fmt: skip
RUNNING = {
    "53100": "record_disk_full", "53300": "record_crowded", "57P01": "record_unreachable",
    "08006": "record_unreachable", "42501": "record_no_rights", "28P01": "record_refused", "3D000": "record_refused",
    "XX001": "record_unusable", "22021": "record_value_refused",
}  # fmt: skip


@pytest.mark.parametrize("what", CONNECTING)
def test_a_connection_that_is_not_made_is_told_by_its_remedy(what):
    said, used_password, code = CONNECTING[what]
    assert refusal_of(DriverError(said, used_password=used_password))[0] == code


@pytest.mark.parametrize("state", RUNNING)
def test_a_statement_that_fails_is_told_by_its_code_without_the_row_it_quotes(state):
    error = DriverError("DETAIL: (林审)", sqlstate=state, primary="what happened")
    code, reason = refusal_of(error)
    told = StorageError(code, path="PostgreSQL", reason=reason)
    assert code == RUNNING[state] and told.hint and "林审" not in str(told)


def test_a_value_the_driver_refuses_is_no_connection_that_broke():
    class DataError(DriverError):
        """Named as the driver names it."""

    refused = DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes: 林审")
    assert refusal_of(refused) == ("record_value_refused", "")
