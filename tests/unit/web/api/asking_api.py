"""Ask the API as several people at once."""

from visiting import ADDRESS, client_of, seated

DRAFT = {
    "topic": "下班路上的一杯手冲",
    "material": ["周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店", "点了一杯耶加，32 块"],
}


class Api:
    """Ask an application as several people."""

    def __init__(self, app, stack):
        self.app = app
        self._server = stack.enter_context(client_of(app))

    def __call__(self, who):
        """Return a client that is this person."""
        client = seated(self.app, who)
        client.base_url = f"{ADDRESS}/api/v1/"
        client.portal = self._server.portal  # one event loop serves all of them
        return client

    @property
    def services(self):
        return self.app.state.services

    def call(self, function, *args):
        """Run a coroutine where the application runs."""
        return self._server.portal.call(function, *args)

    def drafted(self, who="aning", **changes):
        """Draft a note as somebody and return the answer."""
        answer = self(who).post("runs", json={**DRAFT, **changes})
        assert answer.status_code == 201, answer.text
        return answer.json()
