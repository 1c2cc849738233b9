"""Settings: environment variables, read once at the start. An unknown or wrong one stops the start and is named.

:data:`KNOWN` is the one list; docs, ``.env.example``, ``compose.yaml`` and ``lianjian doctor`` are tested against it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from kit.errors import Invalid

PREFIX = "LIANJIAN_"
ClockKind = Literal["system", "adjustable"]
LogLevel = Literal["debug", "info", "warning", "error"]


class SettingWrong(Invalid):
    """A setting is unknown or cannot be read; the message names it."""

    code = "setting_wrong"
    title_zh = "配置项有误"
    title_en = "A setting is wrong"
    advice_zh = "请按 .env.example 更正该环境变量后重新启动。"
    advice_en = "Correct the environment variable (see .env.example) and start again."


@dataclass(frozen=True)
class Setting:
    """One environment variable: the field it fills, how its text is read, and what it is for."""

    field: str
    read: Callable[[str], Any]
    meaning: str


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError("a TCP port is a number from 0 to 65535")
    return number


def _positive(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise ValueError("must be above 0")
    return number


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError("must be one of " + ", ".join(allowed))
        return text

    return read


def _postgres_url(text: str) -> str:
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("must start with postgresql://")
    return text


def _smtp_url(text: str) -> str:
    if not text.startswith(("smtp://", "smtps://", "smtp+plain://")) or not urlsplit(text).hostname:
        raise ValueError("must be smtp://host:port, smtps://host:port or smtp+plain://host:port")
    return text


def _http_url(text: str) -> str:
    if not text.startswith(("https://", "http://")) or not urlsplit(text).hostname:
        raise ValueError("must be https://… or http://…")
    return text


def _mailbox(text: str) -> str:
    if "@" not in text or any(character in text for character in "\r\n"):
        raise ValueError("must be an address, as lianjian@example.org")
    return text


def _groups(text: str) -> dict[str, str]:
    found = dict[str, str]()
    for line in filter(None, map(str.strip, text.splitlines())):
        unit, separator, address = line.partition("=")
        if not separator or unit.count("/") != 1:
            raise ValueError("each line is PORT/AGENCY=address")
        found[unit.strip()] = address.strip()
    return found


KNOWN: Mapping[str, Setting] = {
    "LIANJIAN_DATA_DIR": Setting("data_dir", Path, "folder of the embedded platform; one folder is one platform"),
    "LIANJIAN_HOST": Setting("host", str, "address the server listens on"),
    "LIANJIAN_PORT": Setting("port", _port, "TCP port the server listens on (0: any free one)"),
    "LIANJIAN_PUBLIC_URL": Setting("public_url", str, "https address people use; turns on the __Host- cookie and Secure"),
    "LIANJIAN_CLOCK": Setting("clock", _one_of(*get_args(ClockKind)), "adjustable: time can be moved (tests and demo only)"),
    "LIANJIAN_LOG_LEVEL": Setting("log_level", _one_of(*get_args(LogLevel)), "debug, info, warning or error"),
    "LIANJIAN_TICK_SECONDS": Setting("tick_seconds", _positive, "how often due deadlines and holds are looked for, seconds"),
    "LIANJIAN_MAX_UPLOAD_BYTES": Setting("max_upload_bytes", int, "largest evidence file, bytes"),
    "LIANJIAN_HISTORY": Setting("history", Path, "folder of history for back-tests; absent: exported into the data folder"),
    "LIANJIAN_SEAL_FILE": Setting("seal_file", Path, "PKCS#12 file with the key and certificate that seal reports"),
    "LIANJIAN_SEAL_PASSWORD": Setting("seal_password", str, "its password; absent: none"),
    "LIANJIAN_TIMESTAMP_URL": Setting("timestamp_url", _http_url, "time-stamping authority (RFC 3161) for seals; absent: none"),
    "LIANJIAN_TIMESTAMP_TRUST": Setting("timestamp_trust", Path, "PEM file with the roots its certificate has to lead to"),
    "LIANJIAN_OWNER_DATABASE_URL": Setting("owner_database_url", _postgres_url, "owner of the tables; `migrate` uses it"),
    "DATABASE_URL": Setting("database_url", _postgres_url, "PostgreSQL ≥ 16 for the app's login role; absent: embedded"),
    "LIANJIAN_WEBHOOKS": Setting(
        "webhooks", _one_of("public", "private"), "private: webhooks may call the own network, http too"
    ),
    "LIANJIAN_GROUPS": Setting("groups", _groups, "PORT/AGENCY=apprise address, several on lines of their own; needs the extra"),
    "SMTP_URL": Setting("smtp_url", _smtp_url, "smtp://USER:PASSWORD@host:587 or smtps://…; absent: a folder, or no e-mail"),
    "SMTP_FROM": Setting("smtp_from", _mailbox, "the address e-mail comes from"),
    "OBJECT_STORE_URL": Setting("object_store_url", str, "s3://KEY:SECRET@host:port/bucket?region=…; absent: a folder"),
}


@dataclass(frozen=True)
class Settings:
    """What the process runs with. Times in seconds, sizes in bytes."""

    data_dir: Path = field(default_factory=lambda: Path("var"))
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str | None = None
    clock: ClockKind = "system"
    log_level: LogLevel = "info"
    tick_seconds: float = 1.0
    max_upload_bytes: int = 2 * 1024**3
    history: Path | None = None
    seal_file: Path | None = None
    seal_password: str | None = None
    timestamp_url: str | None = None
    timestamp_trust: Path | None = None
    owner_database_url: str | None = None
    database_url: str | None = None
    object_store_url: str | None = None
    webhooks: Literal["public", "private"] = "public"
    groups: Mapping[str, str] = field(default_factory=dict)
    smtp_url: str | None = None
    smtp_from: str = "lianjian@localhost"

    @property
    def embedded(self) -> bool:
        """True when the platform brings its own PostgreSQL."""
        return self.database_url is None

    @property
    def address(self) -> str:
        """Where people reach the platform: the public address, else this machine; without a slash at the end."""
        if self.public_url is not None:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def is_loopback(host: str) -> bool:
    """True for localhost, 127.0.0.0/8 and ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load(environ: Mapping[str, str], **overrides: Any) -> Settings:
    """Reads the environment; ``overrides`` are command-line values (None: not given).

    Raises :class:`SettingWrong` naming the variable, what is wrong and what would be right.
    """
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in KNOWN)
    if unknown:
        raise SettingWrong(f"{unknown[0]}: unknown setting; known are {', '.join(sorted(KNOWN))}", setting=unknown[0])
    values: dict[str, Any] = {}
    for name, setting in KNOWN.items():
        text = environ.get(name, "")
        if text == "":
            continue
        try:
            values[setting.field] = setting.read(text)
        except ValueError as wrong:
            raise SettingWrong(f"{name}: {wrong} (got {text!r})", setting=name) from wrong
    values.update({key: value for key, value in overrides.items() if value is not None})
    settings = Settings(**values)
    if settings.timestamp_url and settings.timestamp_trust is None:
        message = "LIANJIAN_TIMESTAMP_TRUST: missing; a time stamp nobody can check is none, name the PEM file with its roots"
        raise SettingWrong(message, setting="LIANJIAN_TIMESTAMP_TRUST")
    if settings.clock == "adjustable" and (settings.database_url or not is_loopback(settings.host)):
        raise SettingWrong(
            "LIANJIAN_CLOCK: adjustable is refused when DATABASE_URL is set or the address is not loopback",
            setting="LIANJIAN_CLOCK",
        )
    return settings
