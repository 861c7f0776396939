"""The one secret of the server and what is made from it: signatures of cookies and proofs against forged forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from itsdangerous import BadSignature, Signer, URLSafeTimedSerializer

from agent.settings import Settings
from agent.web.identity import Identity

__all__ = ["Keys", "digest_of"]


class Keys:
    """Sign and check with the server's secret, `web_secret`; without one, with a secret of this process alone."""

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.web_secret.get_secret_value().encode() or secrets.token_bytes(32)
        self._sessions = Signer(self._secret, salt="kosnote.session", digest_method=hashlib.sha256)
        self.passing = URLSafeTimedSerializer(
            self._secret, salt="kosnote.sign-in", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def sign(self, token: str) -> str:
        """Return what the session cookie holds."""
        return self._sessions.sign(token).decode()

    def digest_of_cookie(self, cookie: str) -> str:
        """Return the digest the record knows a session by; empty for a cookie this server did not write."""
        try:
            return digest_of(self._sessions.unsign(cookie).decode())
        except (BadSignature, UnicodeError):
            return ""

    def proof(self, identity: Identity) -> str:
        """Return what a form or a script must send back to change anything: bound to the session it was served in."""
        bound = identity.session or f"{identity.way}:{identity.user}"
        return hmac.new(self._secret, f"kosnote.csrf:{bound}".encode(), hashlib.sha256).hexdigest()


def digest_of(secret: str) -> str:
    """Return the digest under which the record keeps a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
