"""The mail server: its environment variables, and what cannot be right about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

# Each variable, what it means, and what holds where it is not set.
DESCRIBED: Final = (
    (
        "EMAIL_CHANNEL",
        "smtp, sandbox (refused in production), or none: then only phones can be used",
        "smtp; in a demo sandbox",
    ),
    ("SMTP_HOST", "your mail server, for EMAIL_CHANNEL=smtp", ""),
    ("SMTP_PORT", "its port", "587; 465 for SMTP_TLS=tls"),
    ("SMTP_TLS", "starttls, tls, or none (refused in production, save for a server on this machine)", "starttls"),
    ("SMTP_FROM", "the address that e-mails come from, and that people may answer to", ""),
    ("SMTP_USER", "who signs in to the mail server", "nobody signs in"),
    ("SMTP_PASSWORD", "and with which password", "nobody signs in"),
)
_ON_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")


def port(values: Mapping[str, str]) -> str:
    """As it is written, or the usual one."""
    return values.get("SMTP_PORT", "465" if values.get("SMTP_TLS") == "tls" else "587")


def read(kind: str, values: Mapping[str, str], need: Callable[[str], str], faults: list[str]) -> dict[str, Any]:
    """The settings but the port; what contradicts itself is added to the faults."""
    channel = values.get("EMAIL_CHANNEL", "smtp" if kind == "production" else "sandbox")
    found = {
        "email_channel": channel,
        "smtp_host": need("SMTP_HOST") if channel == "smtp" else "",
        "smtp_from": need("SMTP_FROM") if channel == "smtp" else "",
        "smtp_tls": values.get("SMTP_TLS", "starttls"),
        "smtp_user": values.get("SMTP_USER", ""),
        "smtp_password": values.get("SMTP_PASSWORD", ""),
    }
    faults += _contradictions(found, is_production=kind == "production")
    return found


def _contradictions(found: Mapping[str, str], *, is_production: bool) -> list[str]:
    faults = []
    if found["email_channel"] not in ("smtp", "sandbox", "none"):
        faults.append("EMAIL_CHANNEL can be smtp, sandbox or none")
    if found["smtp_tls"] not in ("starttls", "tls", "none"):
        faults.append("SMTP_TLS can be starttls, tls or none")
    if found["email_channel"] == "smtp" and not re.fullmatch(r"[^@\s<>]+@[\w.-]+\.\w+", found["smtp_from"]):
        faults.append("SMTP_FROM is no e-mail address, such as kith@your-trust.nhs.uk")
    if bool(found["smtp_user"]) != bool(found["smtp_password"]):
        faults.append("SMTP_USER and SMTP_PASSWORD go together")
    if is_production and found["email_channel"] == "sandbox":
        faults.append("EMAIL_CHANNEL=sandbox sends nothing to anybody, so it is refused in production")
    if is_production and found["smtp_tls"] == "none" and found["smtp_host"] not in _ON_THIS_MACHINE:
        faults.append("SMTP_TLS=none shows codes to whoever listens, so production does it on this machine only")
    return faults
