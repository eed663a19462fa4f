"""The sandbox inbox: everything that would have left for a phone."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import render_template

from app import config
from app.access import guards
from app.core import clock
from app.core.http import Pages
from app.notifications import channels, queries, segments
from app.notifications.queries import SandboxText
from app.web import frame, moments

# Open to anybody: only a demo, a developer's machine or a test has a sandbox, and nobody in it is real.
pages = Pages("sandbox", __name__, url_prefix="/sandbox")
ZONE: Final = ZoneInfo("Europe/London")  # that of the demo's people; nobody need be signed in here


@pages.get("", access=guards.operating)
def inbox() -> str:
    """The texts, newest first."""
    messages = [_message(one) for one in queries.sandbox_messages()]
    reader = guards.whoever()
    navigation = frame.staff_navigation("sandbox") if reader and frame.coordinates_somewhere(reader) else []
    pages_of_it = {"older_href": None, "newer_href": None}
    return render_template("sandbox/inbox.html", messages=messages, navigation=navigation, **pages_of_it)


def _message(one: SandboxText) -> dict[str, Any]:
    return {
        "channel": "E-mail" if one.channel == channels.EMAIL else "SMS",
        "to": one.address,
        "name": one.recipient or None,
        "when": moments.moment(one.sent_at, clock.now(), ZONE),
        "body": _parts(one.body),
        "state": "Handed over",
        "failed": False,
        "parts": None if one.channel == channels.EMAIL else segments.count(one.body).segments,
    }


def _parts(body: str) -> list[dict[str, str | None]]:
    """The text with our own links as links; they stay on this address, whatever the public one is."""
    parts: list[dict[str, str | None]] = []
    home = f"{config.current().public_url}/"
    for word in body.split():
        href = word.removeprefix(home[:-1]) if word.startswith(home) else None
        parts.append({"text": word, "href": href})
    return parts
