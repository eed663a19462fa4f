"""Typed settings from the environment. A missing or example value in production stops the start and is named."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from flask import current_app

from app.core import embedded
from app.core.sealed import Keyring

HOME = Path(__file__).resolve().parent.parent
VAR = HOME / "var"
EXAMPLES = ("change-me", "changeme", "example", "secret", "your-")
KINDS = ("production", "demo", "development", "test")


class Misconfigured(SystemExit):
    """The start is refused; the message names every value that is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything Kith reads from its environment; the table in docs/settings.md is made from these fields."""

    kind: str
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    worker_database_url: str = field(repr=False)
    owner_database_url: str = field(repr=False)
    keyring: Keyring = field(repr=False)
    public_url: str = "http://localhost:8000"
    sms_channel: str = "sandbox"
    twilio_account_sid: str = ""
    twilio_auth_tokens: tuple[str, ...] = field(default=(), repr=False)
    twilio_messaging_service_sid: str = ""
    twilio_from_number: str = ""
    twilio_base_url: str = "https://api.twilio.com"
    brand: str = "Kith"
    log_level: str = "info"

    @property
    def is_production(self) -> bool:
        return self.kind == "production"

    @property
    def drafts_may_run(self) -> bool:
        """Clinical content that no safety officer has approved runs only where no patient is real."""
        return not self.is_production

    @property
    def cookie_name(self) -> str:
        return "__Host-kith" if self.public_url.startswith("https://") else "kith"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raises Misconfigured naming each value that is missing or an example."""
    kind = environment.get("KITH_ENV", "production")
    if kind not in KINDS:
        raise Misconfigured(f"KITH_ENV is {kind!r}; it can be {', '.join(KINDS)}.")
    values = dict(environment)
    if kind != "production":
        values = _local_values(environment) | values
    return _build(kind, values)


def _build(kind: str, values: Mapping[str, str]) -> Settings:
    faults: list[str] = []

    def need(name: str, shortest: int = 1) -> str:
        value = values.get(name, "")
        if not value:
            faults.append(f"{name} is missing")
        elif any(word in value.lower() for word in EXAMPLES) and kind == "production":
            faults.append(f"{name} is still an example value")
        elif len(value) < shortest:
            faults.append(f"{name} is shorter than {shortest} characters")
        return value

    sms_channel = values.get("SMS_CHANNEL", "twilio" if kind == "production" else "sandbox")
    by_twilio = sms_channel == "twilio"
    settings = Settings(
        kind=kind,
        secret_key=need("SECRET_KEY", 32),
        database_url=need("DATABASE_URL"),
        worker_database_url=need("WORKER_DATABASE_URL"),
        owner_database_url=values.get("OWNER_DATABASE_URL", ""),
        keyring=_keyring(need("SEALING_KEYS"), need("INDEX_KEY", 32), faults),
        public_url=need("PUBLIC_URL").rstrip("/"),
        sms_channel=sms_channel,
        twilio_account_sid=need("TWILIO_ACCOUNT_SID") if by_twilio else "",
        twilio_auth_tokens=tuple(need("TWILIO_AUTH_TOKEN").split(",")) if by_twilio else (),
        twilio_messaging_service_sid=values.get("TWILIO_MESSAGING_SERVICE_SID", ""),
        twilio_from_number=values.get("TWILIO_FROM_NUMBER", ""),
        twilio_base_url=values.get("TWILIO_BASE_URL", "https://api.twilio.com"),
        brand=values.get("BRAND", "Kith"),
        log_level=values.get("LOG_LEVEL", "info"),
    )
    faults += _contradictions(settings)
    if faults:
        raise Misconfigured("Kith cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return settings


def _contradictions(settings: Settings) -> list[str]:
    faults = []
    if settings.sms_channel not in ("twilio", "sandbox"):
        faults.append("SMS_CHANNEL can be twilio or sandbox")
    if settings.sms_channel == "twilio" and not (settings.twilio_messaging_service_sid or settings.twilio_from_number):
        faults.append("TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM_NUMBER is missing")
    if settings.is_production and settings.sms_channel == "sandbox":
        faults.append("SMS_CHANNEL=sandbox sends nothing to anybody, so it is refused in production")
    if settings.is_production and not settings.public_url.startswith("https://"):
        faults.append("PUBLIC_URL must begin with https://")
    return faults


def _keyring(keys: str, index_key: str, faults: list[str]) -> Keyring:
    """Keys as `name:base64,name:base64`, each of 32 bytes; the first one seals."""
    ring: dict[str, bytes] = {}
    for part in filter(None, keys.split(",")):
        name, _, text = part.partition(":")
        try:
            ring[name] = base64.b64decode(text, validate=True)
        except ValueError:
            ring[name] = b""
        if len(ring[name]) != 32 or not 1 <= len(name) <= 20:
            faults.append("SEALING_KEYS must be name:base64 of 32 bytes, separated by commas")
            return Keyring({}, b"")
    return Keyring(ring, index_key.encode())


def _local_values(environment: Mapping[str, str]) -> dict[str, str]:
    """What a demo or a developer need not set: secrets of this machine and the embedded PostgreSQL."""
    folder = Path(environment.get("KITH_VAR", VAR))
    values = {"PUBLIC_URL": "http://localhost:8000", **_local_secrets(folder / "secrets")}
    if "DATABASE_URL" not in environment:
        server = embedded.ensure_running(folder / "postgres")
        name = "kith_demo" if environment.get("KITH_ENV") == "demo" else "kith_development"
        embedded.ensure_database(server, name)
        for variable, role in (("", "kith_app"), ("WORKER_", "kith_worker"), ("OWNER_", "kith_owner")):
            values[f"{variable}DATABASE_URL"] = server.url(role, name)
    return values


def _local_secrets(path: Path) -> dict[str, str]:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        lines = {
            "SECRET_KEY": secrets.token_hex(32),
            "SEALING_KEYS": f"local:{key}",
            "INDEX_KEY": secrets.token_hex(32),
        }
        path.touch(mode=0o600)
        path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def current() -> Settings:
    """The settings of the running app, for services that know nothing of the framework."""
    settings: Settings = current_app.config["KITH"]
    return settings


def names() -> list[str]:
    """The names of the settings, for the documentation."""
    return [setting.name for setting in fields(Settings)]
