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

    model_config = SettingsConfigDict(
        env_prefix="KOSNOTE_", env_ignore_empty=True, frozen=True, extra="forbid", populate_by_name=True
    )

    workspace: Path | None = None
    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("kosnote", appauthor=False)))
    rounds: int = Field(default=3, ge=1, le=10)
    review: bool = True
    seed: int = 0
    tracing: bool = False
    model: str = ""
    base_url: str = Field(default="", validation_alias=AliasChoices("KOSNOTE_BASE_URL", "OPENAI_BASE_URL"))
    api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("KOSNOTE_API_KEY", "OPENAI_API_KEY")
    )

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
        return init_settings, env_settings


def load_settings(**given: Any) -> Settings:
    """Read settings; raise `ConfigurationError` naming the setting, its value and the remedy.

    `kosnote.toml` is read here and then in the workspace. A workspace's records live in its own `.kosnote` folder
    unless a home is named.
    """
    settings = _read(given, FILE)
    workspace = settings.workspace
    if workspace is not None:
        settings = _read({**given, "workspace": workspace}, workspace / FILE, FILE)
        if "home" not in settings.model_fields_set:
            settings = settings.model_copy(update={"home": workspace / ".kosnote"})
    os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
    if not settings.tracing:
        _forbid_tracing()
    return settings


def _read(given: dict[str, Any], *files: str | Path) -> Settings:
    """Read arguments, environment and these files; a later file wins over an earlier one."""

    class Sourced(Settings):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *args: Any, **sources: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            own = super().settings_customise_sources(settings_cls, *args, **sources)
            return (*own, TomlConfigSettingsSource(settings_cls, toml_file=list(files)))

    try:
        _refuse_secrets(files)
        return Sourced(**given)
    except ValidationError as error:
        raise _wrong(error) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError("settings_file_wrong", file=FILE, detail=error) from None


def _refuse_secrets(files: tuple[str | Path, ...]) -> None:
    """Refuse a key in a file that is easily committed or sent around."""
    for file in map(Path, files):
        if file.is_file() and "api_key" in tomllib.loads(file.read_text(encoding="utf-8")):
            raise ConfigurationError("settings_secret_in_file", file=file)


def _wrong(error: ValidationError) -> ConfigurationError:
    first = error.errors()[0]
    name = ".".join(str(step) for step in first["loc"])
    if first["type"] == "extra_forbidden":
        return ConfigurationError("setting_unknown", name=name, known="、".join(Settings.model_fields))
    value = "…" if "key" in name.lower() else first.get("input")
    return ConfigurationError("setting_wrong", name=name, value=value, detail=first["msg"])


def _forbid_tracing() -> None:
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"):
        os.environ[name] = "false"
