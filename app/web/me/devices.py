"""A signed-in device in the words of whoever looks for their own. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.identity.models import DeviceSession, Passkey
from app.web import moments

# The first that is found in what a browser says of itself, which names others besides.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "an Android device"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
)
METHODS: Final = {
    "password": "password",
    "passkey": "passkey",
    "code": "code",
    "nhs_login": "NHS login",
    "sso": "your organisation’s account",
}


def named(kind: str, label: str) -> str:
    """What a device is called: an app by its own name, a browser by browser and system."""
    if kind != "browser":
        return f"Kith app ({label})" if label else "Kith app"
    browser = next((name for sign, name in BROWSERS if sign in label), None)
    system = next((name for sign, name in SYSTEMS if sign in label), None)
    if browser is None and system is None:
        return "A browser"
    return f"{browser or 'A browser'} on {system}" if system else str(browser)


def shown(session: DeviceSession, here: UUID, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """One device for the page."""
    how = METHODS.get(session.method, session.method)
    return {
        "id": session.id,
        "name": named(session.kind, session.label or ""),
        "is_this": session.id == here,
        "how": f"{how} and second factor" if session.second_factor_at and session.method != "passkey" else how,
        "since": moments.moment(session.created_at, now, zone),
        "last_used": moments.moment(session.last_used_at, now, zone),
    }


def passkey(one: Passkey, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """One passkey for the page."""
    return {
        "id": one.id,
        "name": one.name,
        "since": moments.moment(one.created_at, now, zone),
        "last_used": moments.moment(one.last_used_at, now, zone) if one.last_used_at else None,
        "copied": moments.moment(one.copied_at, now, zone) if one.copied_at else None,
    }
