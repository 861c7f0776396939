"""How the web is put up: the table `[web]` of kosnote.toml, or KOSNOTE_WEB__… in the environment. No secret is here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Deployment", "SignIn"]

SignIn = Literal["loopback", "oidc", "proxy"]


class Deployment(BaseModel):
    """Hold where the server listens, how people sign in, and its limits. Times in seconds, sizes in bytes.

    `sign_in` loopback needs no set-up and refuses every address but this machine's. `proxy` trusts `proxy_header`
    from `proxy_sources` (addresses or networks) only. `address` is what people type, behind whatever stands in front.
    `ready_seconds` bounds a readiness check, `stop_seconds` how long turns at work are waited for at a stop.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8787, ge=0, le=65535)
    address: str = ""
    sign_in: SignIn = "loopback"
    session_seconds: int = Field(default=12 * 3600, ge=60)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_user_claim: str = "sub"
    proxy_header: str = "X-Forwarded-User"
    proxy_sources: tuple[str, ...] = ()
    requests_per_minute: int = Field(default=240, ge=1)
    sign_ins_per_minute: int = Field(default=10, ge=1)
    largest_request: int = Field(default=1_000_000, ge=1_000)
    review_hours: float = Field(default=24, gt=0)
    urgent_hours: float = Field(default=2, gt=0)
    webhook_format: Literal["wecom", "feishu", "json"] = "wecom"
    traces: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    log_users: Literal["hashed", "plain", "none"] = "hashed"
    ready_seconds: float = Field(default=2, gt=0, le=30)
    stop_seconds: float = Field(default=20, ge=0, le=600)
