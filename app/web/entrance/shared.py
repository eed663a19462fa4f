"""A device that others use too: whoever says so is signed out soon, and nothing of theirs stays there (S40)."""

from __future__ import annotations

from typing import Any, Final

from flask import redirect, request, url_for

from app.access import guards
from app.core.http import Pages
from app.core.unit_of_work import unit_of_work
from app.identity.service import sessions
from app.web.entrance import arriving, returning

pages = Pages("shared_device", __name__, url_prefix="/sign-in")
ANSWERS: Final = {"yes": True, "no": False}


@pages.post("/shared", access=guards.public)
def say() -> Any:
    """Say that this browser is shared, or that it is one's own after all; it holds until it is closed."""
    back = returning.path(request.form.get("next"))
    answer = redirect(url_for("entrance.sign_in", next=None if back == "/" else back), 303)
    is_shared = ANSWERS.get(request.form.get("shared", ""), False)
    return arriving.share(answer) if is_shared else arriving.release(answer, arriving.SHARED)  # type: ignore[arg-type]


@pages.before_app_request
def stay() -> None:
    """Whoever takes a step on a shared device has ten more minutes; what a page asks by itself is no step."""
    shown = guards.credential() if arriving.is_shared() else None
    if shown and shown.kind == "cookie" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":
        with unit_of_work():
            sessions.stay(shown.secret)
