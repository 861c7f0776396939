"""The bank's own sign-in in front: a reverse proxy says in a header who somebody is, and is believed by its address."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection

from agent.deployment import Deployment
from agent.web.access import services_of
from agent.web.identity import Identity
from agent.web.signin.persons import identity_for, person_of
from agent.workspace import Workspace

__all__ = ["ProxySources", "TrustedHeader"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ProxySources:
    """Know the addresses and networks a proxy of this server may have; raises `ValueError` for what is neither."""

    def __init__(self, sources: tuple[str, ...]) -> None:
        self._networks = tuple(ipaddress.ip_network(source.strip(), strict=False) for source in sources)

    def holds(self, host: str) -> bool:
        """Tell whether an address is one of them; anything that is no address is not."""
        address = _address(host)
        return address is not None and any(address in network for network in self._networks)

    def client_of(self, connection: HTTPConnection) -> str:
        """Return the address a request comes from: the peer, or whom a trusted proxy says it speaks for."""
        peer = connection.client.host if connection.client else ""
        if not self.holds(peer):
            return peer
        named = ",".join(connection.headers.getlist("x-forwarded-for")).split(",")
        hops = [hop.strip() for hop in named if _address(hop.strip())]
        return next((hop for hop in reversed(hops) if not self.holds(hop)), peer)


class TrustedHeader:
    """Take the name in the header, from an allowed source only; several names are none."""

    def __init__(self, workspace: Workspace, web: Deployment) -> None:
        self._workspace = workspace
        self._header = web.proxy_header
        self._sources = ProxySources(web.proxy_sources)

    async def __call__(self, connection: HTTPConnection) -> Identity | None:
        """Return whom the proxy named, if it is the proxy and they are known and here."""
        names = connection.headers.getlist(self._header)
        if len(names) != 1 or not connection.client or not self._sources.holds(connection.client.host):
            return None
        person = person_of(self._workspace, names[0].strip(), on=services_of(connection).today())
        return identity_for(person, "proxy") if person else None


def _address(host: str) -> Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
