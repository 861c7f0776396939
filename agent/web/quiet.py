"""What keeps FastAPI from sending anything by itself: its telemetry holds paths as asked for and errors in words."""

from __future__ import annotations

from typing import Any

__all__ = ["WITHOUT_TELEMETRY"]

OFF = dict.fromkeys(("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False)
WITHOUT_TELEMETRY: dict[str, Any] = {"telemetry": OFF}
