"""Settings: argument > flag > environment (KOSNOTE_…, OPENAI_…) > kosnote.toml > default.

Secrets come from the environment only and are never printed. Tracing to outside services is forced off here unless
a setting turns it on, because bank text must not leave.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from agent.errors import ConfigurationError

__all__ = ["Settings", "load_settings"]

FILE = "kosnote.toml"


class Settings(BaseSettings):
    """Hold what a run needs to know about this machine and this bank."""

    model_config = SettingsConfigDict(env_prefix="KOSNOTE_", frozen=True, extra="forbid", toml_file=FILE)

    workspace: Path | None = None
    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("kosnote", appauthor=False)))
    rounds: int = Field(default=3, ge=1, le=10)
    review: bool = True
    seed: int = 0
    tracing: bool = False
    model: str = ""
    base_url: str = Field(default="", validation_alias=AliasChoices("base_url", "OPENAI_BASE_URL"))
    api_key: SecretStr = Field(default=SecretStr(""), validation_alias=AliasChoices("api_key", "OPENAI_API_KEY"))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources; no dotenv file and no secrets folder is read."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**given: Any) -> Settings:
    """Read settings; raise `ConfigurationError` naming the setting, its value and the remedy.

    A workspace's records live in its own `.kosnote` folder unless a home is named.
    """
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(step) for step in first["loc"])
        value = "…" if "key" in name.lower() else first.get("input")
        raise ConfigurationError("setting_wrong", name=name, value=value, detail=first["msg"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError("settings_file_wrong", file=FILE, detail=error) from None
    if settings.workspace is not None and "home" not in settings.model_fields_set:
        settings = settings.model_copy(update={"home": settings.workspace / ".kosnote"})
    if not settings.tracing:
        _forbid_tracing()
    return settings


def _forbid_tracing() -> None:
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"):
        os.environ[name] = "false"
    os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
