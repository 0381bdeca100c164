"""One settings object, read from ``WORKBENCH_*``; it refuses placeholders and says what is wrong."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent
_PLACEHOLDERS = {"changeme", "change-me", "change_me", "todo", "xxx", "password", "secret", "example"}


class Settings(BaseSettings):
    """Where things are kept and how this office works. Every field is ``WORKBENCH_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="WORKBENCH_", extra="ignore")

    data_dir: Path = Field(default=CHECKOUT / "data" / "var", description="All that the workbench writes")
    reference_dir: Path = Field(default=CHECKOUT / "data", description="SOPs, datasets, code lists in git")
    database_url: str = Field(default="", description="Empty: SQLite in data_dir; else postgresql://…")
    time_zone: str = Field(default="Asia/Jakarta", description="Zone of the office: WIB, WITA or WIT")
    language: str = Field(default="id", pattern="^(id|en)$")
    host: str = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)
    allow_http: bool = Field(default=False, description="Bind beyond this machine without HTTPS")
    upload_limit_mb: int = Field(default=50, ge=1, le=1000)
    session_idle_minutes: int = Field(default=30, ge=1)
    session_hours: int = Field(default=12, ge=1)
    render_workers: int = Field(default=2, ge=1, le=16)
    smtp_url: str = Field(default="", description="Empty: no e-mail; else smtp://user:pass@host:port")
    mail_from: str = ""
    dask_scheduler: str = ""

    @field_validator("database_url", "smtp_url", "mail_from", mode="after")
    @classmethod
    def _no_placeholder(cls, value: str) -> str:
        parts = urlsplit(value) if "://" in value else None
        words = {value.lower(), (parts.password or "").lower()} if parts else {value.lower()}
        if words & _PLACEHOLDERS:
            raise ValueError("still holds a placeholder; set a real value or leave it empty")
        return value

    @field_validator("database_url", mode="after")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and urlsplit(value).scheme.split("+")[0] not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("must be empty, sqlite:///… or postgresql://…")
        return value

    @field_validator("time_zone", mode="after")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is not a time zone; use Asia/Jakarta, Asia/Makassar or Asia/Jayapura") from error
        return value

    @property
    def effective_database_url(self) -> str:
        """The SQLAlchemy URL, with drivers filled in."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'tracker.sqlite3'}"
        url = self.database_url
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    def folder(self, name: str) -> Path:
        """A folder of the data folder, made (private to its owner) on first use."""
        path = self.data_dir / name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path


class SettingsError(Exception):
    """A ``WORKBENCH_*`` variable is wrong; the message names it."""


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process. Tests call ``get_settings.cache_clear()`` after changing the environment."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"WORKBENCH_{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise SettingsError("; ".join(lines)) from error
