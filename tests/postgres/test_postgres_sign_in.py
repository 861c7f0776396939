"""Two servers on one database: whoever is signed in at one is at the other, until either ends it."""

from contextlib import contextmanager

import processes
import pytest
import visiting as visits
from pydantic import SecretStr
from starlette.responses import JSONResponse
from starlette.routing import Route

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1", *processes.HOSTS])


async def who(request):
    return JSONResponse(request.state.identity.user)


def routes(app):
    app.router.routes[:0] = [Route("/who-am-i", who), Route("/api/who-am-i", who)]


def test_a_session_and_a_token_end_at_both_servers_at_once(url, tmp_path):
    with contextmanager(visits.visiting)(tmp_path) as visiting:
        settings = visiting.settings(**visits.OIDC).model_copy(update={"database": SecretStr(url)})
        one, two = (visiting.open(settings, routes=routes) for _ in range(2))
        cookie = visiting.signed_in(one, "employee").cookies["kosnote_session"]
        bearer = {"Authorization": f"Bearer {visiting.token(one, 'employee')}"}

        def seen(app):
            client = visiting.stranger(app, cookies={"kosnote_session": cookie})
            return client.get("/who-am-i").status_code, client.get("/api/who-am-i", headers=bearer).status_code

        assert seen(one) == seen(two) == (200, 200)
        two.state.services.store.access.end_all_of("employee", at=visiting.now, by="admin")
        assert seen(one) == seen(two) == (303, 401)
