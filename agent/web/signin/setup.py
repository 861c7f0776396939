"""Refuse to start a server whose sign-in is not set up: each thing that is missing is named with its remedy."""

from __future__ import annotations

from urllib.parse import urlsplit

from agent.deployment import Deployment
from agent.errors import ConfigurationError
from agent.settings import Settings
from agent.web.guards.local import is_loopback
from agent.web.signin.proxy import ProxySources

__all__ = ["demand_set_up"]

SHORTEST_SECRET = 32


def demand_set_up(settings: Settings) -> None:
    """Raise `ConfigurationError` for the first thing that is missing or cannot be right."""
    web = settings.web
    _demand_sources(web)
    if web.sign_in == "loopback":
        return
    secret = settings.web_secret.get_secret_value()
    if len(secret) < SHORTEST_SECRET:
        raise ConfigurationError("web_secret_short" if secret else "web_secret_missing", least=SHORTEST_SECRET)
    _demand_address("web.address", web.address)
    if web.sign_in == "proxy" and not web.proxy_sources:
        raise ConfigurationError("proxy_sources_missing")
    if web.sign_in == "oidc":
        _demand_address("web.oidc_issuer", web.oidc_issuer)
        if not web.oidc_client_id:
            raise ConfigurationError("oidc_client_missing")


def _demand_sources(web: Deployment) -> None:
    try:
        ProxySources(web.proxy_sources)
    except ValueError as error:
        raise ConfigurationError("proxy_source_wrong", detail=error) from None


def _demand_address(name: str, address: str) -> None:
    """Demand an https address; on this machine http will do."""
    if not address:
        raise ConfigurationError("web_address_missing", name=name)
    parts = urlsplit(address)
    is_private = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not parts.hostname or not is_private:
        raise ConfigurationError("web_address_open", name=name, address=address)
