"""Typed settings from the environment. A missing or example value in production stops the start and is named."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from app.core import mail_server, openid, sealed, this_machine, vapid

HOME = Path(__file__).resolve().parent.parent
VAR = HOME / "var"
EXAMPLES = ("change-me", "changeme", "example", "secret", "your-")
Need = Callable[[str], str]
KINDS = ("production", "demo", "development", "test")


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable, as the documentation tells of it."""

    name: str
    means: str
    otherwise: str = ""  # what holds where it is not set; production needs those that say nothing


LOGINS = {
    "NHS_LOGIN": openid.Kind("NHS login", "RS512", "openid profile profile_extended"),
    "SSO": openid.Kind("your work account", "RS256", "openid profile email", is_of_staff=True),
}
LONGEST_PUBLIC_URL = 50  # a link in a text is this, /a/ and an id, and may have 90 characters

VARIABLES = (
    Variable("KITH_ENV", "production, demo, development or test", "production"),
    Variable("SECRET_KEY", "signs tokens, cookies and cursors; 32 characters or more; while rotated: new,old"),
    Variable("DATABASE_URL", "PostgreSQL for the web processes: postgresql+psycopg://kith_app:...@host/kith"),
    Variable("WORKER_DATABASE_URL", "the same database for `flask worker`, as kith_worker"),
    Variable(
        "OWNER_DATABASE_URL", "the same database for `flask db upgrade`, as kith_owner; nothing else needs it", "-"
    ),
    Variable("SEALING_KEYS", "seal phones, e-mails and free text: name:base64 of 32 bytes, by commas; the first seals"),
    Variable("INDEX_KEY", "finds sealed phones and e-mails again; 32 characters or more, never changed"),
    Variable(
        "PUBLIC_URL",
        "where people and Twilio reach Kith: https://..., at most 50 characters, no underscore",
    ),
    Variable("TRUSTED_PROXIES", "how many proxies of yours stand in front and set X-Forwarded-For and -Proto", "0"),
    Variable("SMS_CHANNEL", "twilio, or sandbox (refused in production)", "twilio; in a demo sandbox"),
    Variable("TWILIO_ACCOUNT_SID", "AC..., for SMS_CHANNEL=twilio"),
    Variable("TWILIO_AUTH_TOKEN", "its token; while it is rotated the new one and the old one, by a comma"),
    Variable("TWILIO_MESSAGING_SERVICE_SID", "MG..., the sender; this or the number is needed", "the number"),
    Variable("TWILIO_FROM_NUMBER", "+44..., the sender", "the messaging service"),
    Variable("TWILIO_BASE_URL", "Twilio's address, for tests against a stand-in", "https://api.twilio.com"),
    Variable(
        "SMS_PER_SECOND",
        "texts a second that your sender takes: reminders use four fifths, so that alerts overtake; 0: no limit",
        "10, as Twilio's numbers; in tests and demos 0",
    ),
    *(Variable(*one) for one in (*mail_server.DESCRIBED, *vapid.DESCRIBED, *openid.described(LOGINS))),
    Variable(
        "LANGUAGES_APPROVED",
        "languages by commas, as cy,pl, whose texts a native speaker of yours has approved, besides those whose file"
        " says who did; in production all others go out in English",
        "none",
    ),
    Variable("BRAND", "the name people read on pages", "Kith"),
    Variable(
        "AUDIT_HEADS", "a folder where the worker adds the heads of the audit chains each hour", "in its log only"
    ),
    Variable("INSTRUMENTS", "a folder with files of licensed instruments, kept by whoever holds the licence", "none"),
    Variable("LOG_LEVEL", "debug, info, warning or error; JSON lines on standard error", "info"),
    Variable("KITH_VAR", "a folder for what a demo makes on this machine; not used in production", "var/"),
    Variable("PROMETHEUS_MULTIPROC_DIR", "an empty folder where processes add up their counters", "each for itself"),
)


class Misconfigured(SystemExit):
    """The start is refused; the message names every value that is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What Kith has read from its environment."""

    kind: str
    secret_keys: tuple[str, ...] = field(repr=False)  # the first signs; the others, of before, are accepted
    database_url: str = field(repr=False)
    worker_database_url: str = field(repr=False)
    owner_database_url: str = field(repr=False)
    keyring: sealed.Keyring = field(repr=False)
    public_url: str = "http://localhost:8000"
    trusted_proxies: int = 0
    sms_channel: str = "sandbox"
    twilio_account_sid: str = ""
    twilio_auth_tokens: tuple[str, ...] = field(default=(), repr=False)
    twilio_messaging_service_sid: str = ""
    twilio_from_number: str = ""
    twilio_base_url: str = "https://api.twilio.com"
    sms_per_second: int = 0
    email_channel: str = "sandbox"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_tls: str = "starttls"
    smtp_from: str = ""
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    push: vapid.Push = vapid.OFF
    logins: tuple[openid.Provider, ...] = ()
    languages_approved: frozenset[str] = frozenset()
    brand: str = "Kith"
    audit_heads: Path | None = None
    instruments: Path | None = None
    log_level: str = "info"
    is_worker: bool = False  # does work that no person asked for, so it reaches every row

    @property
    def secret_key(self) -> str:
        return self.secret_keys[0]

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
        values = this_machine.values(environment, var_folder(environment), local_database(kind)) | values
    return _build(kind, values)


def _build(kind: str, values: Mapping[str, str]) -> Settings:
    faults: list[str] = []

    def need(name: str, shortest: int = 1) -> str:
        value = values.get(name, "")
        if not value:
            faults.append(f"{name} is missing")
        elif any(word in value.lower() for word in EXAMPLES) and kind == "production":
            faults.append(f"{name} is still an example value")
        elif min(map(len, value.split(","))) < shortest:
            faults.append(f"{name} is shorter than {shortest} characters")
        return value

    settings = Settings(
        kind=kind,
        secret_keys=tuple(need("SECRET_KEY", 32).split(",")),
        database_url=need("DATABASE_URL"),
        worker_database_url=need("WORKER_DATABASE_URL"),
        owner_database_url=values.get("OWNER_DATABASE_URL", ""),
        keyring=sealed.keyring_of(need("SEALING_KEYS"), need("INDEX_KEY", 32), faults),
        public_url=need("PUBLIC_URL").rstrip("/"),
        trusted_proxies=_number(values.get("TRUSTED_PROXIES", "0"), "TRUSTED_PROXIES", faults),
        **_texts(kind, values, need, faults),
        **mail_server.read(kind, values, need, faults),
        smtp_port=_number(mail_server.port(values), "SMTP_PORT", faults, 65_535),
        push=vapid.push(kind, values, need, faults),
        logins=openid.providers(LOGINS, values, faults, is_public=kind == "production"),
        languages_approved=_languages(values.get("LANGUAGES_APPROVED", ""), faults),
        brand=values.get("BRAND", "Kith"),
        audit_heads=Path(values["AUDIT_HEADS"]) if values.get("AUDIT_HEADS") else None,
        instruments=Path(values["INSTRUMENTS"]) if values.get("INSTRUMENTS") else None,
        log_level=values.get("LOG_LEVEL", "info"),
    )
    faults += _contradictions(settings)
    if kind == "production" and values.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no"):
        faults.append("FLASK_DEBUG shows code and values to anybody, so it is refused in production")
    if faults:
        raise Misconfigured("Kith cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return settings


def _texts(kind: str, values: Mapping[str, str], need: Need, faults: list[str]) -> dict[str, Any]:
    channel = values.get("SMS_CHANNEL", "twilio" if kind == "production" else "sandbox")
    per_second = values.get("SMS_PER_SECOND", "10" if kind == "production" else "0")
    by_twilio = channel == "twilio"
    return {
        "sms_channel": channel,
        "twilio_account_sid": need("TWILIO_ACCOUNT_SID") if by_twilio else "",
        "twilio_auth_tokens": tuple(need("TWILIO_AUTH_TOKEN").split(",")) if by_twilio else (),
        "twilio_messaging_service_sid": values.get("TWILIO_MESSAGING_SERVICE_SID", ""),
        "twilio_from_number": values.get("TWILIO_FROM_NUMBER", ""),
        "twilio_base_url": values.get("TWILIO_BASE_URL", "https://api.twilio.com"),
        "sms_per_second": _number(per_second, "SMS_PER_SECOND", faults, 9999),
    }


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
    if "_" in (urlsplit(settings.public_url).hostname or ""):
        faults.append("PUBLIC_URL has an underscore in its host, and Twilio calls no such host back")
    if len(settings.public_url) > LONGEST_PUBLIC_URL:
        faults.append(f"PUBLIC_URL is longer than {LONGEST_PUBLIC_URL} characters: links would not fit into a text")
    if settings.secret_key and settings.keyring.index_key in map(str.encode, settings.secret_keys):
        faults.append("SECRET_KEY and INDEX_KEY are the same; one secret serves one purpose")
    return faults


def _languages(text: str, faults: list[str]) -> frozenset[str]:
    named = frozenset(one.strip() for one in text.split(",") if one.strip())
    if not all(re.fullmatch("[a-z]{2,3}", one) for one in named):
        faults.append("LANGUAGES_APPROVED is codes of languages by commas, as cy,pl")
    return named


def _number(text: str, name: str, faults: list[str], most: int = 99) -> int:
    if text.isdecimal() and len(text) <= len(str(most)) and int(text) <= most:
        return int(text)
    faults.append(f"{name} is a number from 0 to {most}")
    return 0


def var_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where a demo or a developer's Kith keeps what it makes on this machine."""
    return Path(environment.get("KITH_VAR", VAR))


def local_database(kind: str) -> str:
    """The database of the embedded PostgreSQL for each kind of environment."""
    return "kith_demo" if kind == "demo" else "kith_development"


def current() -> Settings:
    """The settings of the running app, for services that know nothing of the framework."""
    settings: Settings = current_app.config["KITH"]
    return settings


def handed_in(name: str) -> Any:
    """What assembly handed in under this name, for slices below the one that made it."""
    return current_app.extensions[name]


def table() -> str:
    """docs/settings.md, made from VARIABLES."""
    rows = "".join(f"| `{one.name}` | {one.means} | {one.otherwise or '**needed**'} |\n" for one in VARIABLES)
    return f"{_ABOVE_TABLE}\n| variable | what it is | where it is not set |\n| --- | --- | --- |\n{rows}"


_ABOVE_TABLE = """\
# Settings

Kith reads its settings from the environment. In production a value that is needed and missing, too short or still an
example stops the start and is named. A demo, a developer's Kith and the tests need none of them.
"""
