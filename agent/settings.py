"""Settings: argument > flag > environment (KOSNOTE_…, OPENAI_…) > kosnote.toml > default.

Secrets come from the environment only and are never printed. Tracing to outside services is forced off here unless
a setting turns it on, because bank text must not leave.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from agent.catalogue import say
from agent.deployment import Deployment
from agent.errors import ConfigurationError
from agent.postgres import demand_address

__all__ = ["Price", "Settings", "Structured", "load_settings"]

FILE = "kosnote.toml"
MILLION = 1_000_000
Structured = Literal["json_schema", "json_object", "prompt"]


class Price(BaseModel):
    """Hold what a model costs per million tokens, in the bank's own currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Return the cost of a call."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / MILLION


class Settings(BaseSettings):
    """Hold what a run needs to know about this machine and this bank.

    `evidence_days` is how long a run stays that was handed in, approved, published or taken back, counted from the
    last of these; 0 keeps none from being erased.
    """

    model_config = SettingsConfigDict(
        env_prefix="KOSNOTE_",
        env_ignore_empty=True,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        populate_by_name=True,
    )

    workspace: Path | None = None
    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("kosnote", appauthor=False)))
    database: SecretStr = SecretStr("")
    web: Deployment = Field(default_factory=Deployment)
    web_secret: SecretStr = SecretStr("")
    oidc_client_secret: SecretStr = SecretStr("")
    webhook: SecretStr = SecretStr("")
    rounds: int = Field(default=3, ge=1, le=10)
    review: bool = True
    evidence_days: int = Field(default=3 * 365, ge=0, le=36_500)
    seed: int = 0
    tracing: bool = False
    author: Literal["auto", "offline", "model"] = "auto"
    model: str = ""
    critic_model: str = ""
    judge_model: str = ""
    judge: bool = True
    structured: Structured = "json_schema"
    stream: bool = False
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    timeout: float = Field(default=120, gt=0)
    max_retries: int = Field(default=2, ge=0, le=10)
    concurrency: int = Field(default=8, ge=1)
    requests_per_minute: int = Field(default=0, ge=0)
    budget_tokens: int | None = Field(default=None, ge=1)
    budget_cost: float | None = Field(default=None, gt=0)
    batch_tokens: int | None = Field(default=None, ge=1)
    batch_cost: float | None = Field(default=None, gt=0)
    prices: dict[str, Price] = Field(default_factory=dict)
    base_url: str = Field(default="", validation_alias=AliasChoices("KOSNOTE_BASE_URL", "OPENAI_BASE_URL"))
    api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("KOSNOTE_API_KEY", "OPENAI_API_KEY")
    )

    @field_validator("api_key")
    @classmethod
    def _fits_a_header(cls, key: SecretStr) -> SecretStr:
        """Refuse a key no HTTP header can carry, such as a placeholder in Chinese; blanks around it do no harm."""
        text = key.get_secret_value().strip()
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise ValueError(say("setting_key_odd"))
        return SecretStr(text)

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        """Refuse what is no http address before a call finds out."""
        text = address.strip()
        if text and not _reachable(text):
            raise ValueError(say("setting_address_odd"))
        return text

    @property
    def record_target(self) -> Path | str:
        """Return where the record is: a database URL, or a file under home."""
        return self.database.get_secret_value() or self.home / "record.db"

    @property
    def checkpoint_target(self) -> Path | str:
        """Return where the checkpoints are: the same database URL, or a file of their own under home."""
        return self.database.get_secret_value() or self.home / "checkpoints.db"

    @property
    def writes_with_model(self) -> bool:
        """Tell whether a model writes; raise `ConfigurationError` when one should and nothing says which or where."""
        if self.author == "offline" or (self.author == "auto" and not self.model):
            return False
        if not self.model:
            raise ConfigurationError("author_model_missing")
        if not self.base_url and not self.api_key.get_secret_value():
            raise ConfigurationError("author_endpoint_missing", model=self.model)
        return True

    def model_of(self, role: str) -> str:
        """Return the model bound to writer, critic or judge."""
        return {"critic": self.critic_model, "judge": self.judge_model}.get(role, "") or self.model

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
        settings = Sourced(**given)
    except ValidationError as error:
        raise _wrong(error) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError("settings_file_wrong", file=FILE, detail=error) from None
    if settings.database.get_secret_value():
        demand_address(settings.database.get_secret_value())
    return settings


def _refuse_secrets(files: tuple[str | Path, ...]) -> None:
    """Refuse a key in a file that is easily committed or sent around."""
    for file in map(Path, files):
        held = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        for name in ("api_key", "database", "web_secret", "oidc_client_secret", "webhook"):
            if name in held:
                raise ConfigurationError("settings_secret_in_file", file=file, name=name)


def _wrong(error: ValidationError) -> ConfigurationError:
    first = error.errors()[0]
    name = ".".join(str(step) for step in first["loc"])
    if first["type"] == "extra_forbidden":
        return ConfigurationError("setting_unknown", name=name, known="、".join(Settings.model_fields))
    value = "…" if _is_secret(name, first.get("input")) else first.get("input")
    detail = first.get("ctx", {}).get("error", first["msg"])  # what a check of ours said, without pydantic's prefix
    return ConfigurationError("setting_wrong", name=name, value=value, detail=detail)


def _is_secret(name: str, value: object) -> bool:
    return any(word in name.lower() for word in ("key", "database", "secret", "webhook")) or "@" in str(value)


def _reachable(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _forbid_tracing() -> None:
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2", "FASTAPI_OTEL_AUTO_CONFIGURE"):
        os.environ[name] = "false"
