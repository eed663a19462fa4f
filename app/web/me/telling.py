"""How I am told: at once, together or not at all, when I am left in peace, and how much a message may say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import redirect, render_template, request, url_for

from app.access import guards
from app.access.permissions import Category
from app.core import clock, http
from app.core.errors import Invalid, PreconditionFailed
from app.core.http import Pages
from app.notifications import schemas
from app.notifications.service import choosing
from app.notifications.service.choosing import Wishes
from app.notifications.telling import HELP, How

pages = Pages("my_telling", __name__, url_prefix="/me/telling")

KINDS: Final = {
    Category.MESSAGES: "What is said in a circle",
    HELP: "Help that a circle is asked for",
    Category.VISITS: "Visits",
    Category.READINGS: "Readings",
    Category.GOALS: "Goals",
    Category.RATINGS: "How life is going",
    Category.PLAN: "The plan",
}
HOW: Final = {
    "": "As usual",
    How.AT_ONCE: "At once",
    How.MORNING: "Together, in the morning",
    How.EVENING: "Together, in the evening",
    How.WEEKLY: "Together, on Mondays",
    How.NONE: "Not at all",
}
DETAILS: Final = {
    "usual": "Who it is about and what kind of thing it is",
    "words": "Also what was written in the circle. Whoever holds the phone can read it",
    "least": "Only that there is something new",
}
MUTES: Final = {"4": "4 hours", "24": "a day", "72": "3 days", "168": "a week"}
SAID: Final = {"saved": "It is saved.", "muted": "You are left in peace until then.", "heard": "You are told again."}


@pages.get("", access=guards.signed_in)
def overview() -> str:
    """What I have chosen."""
    return _page(choosing.of(guards.caller().person_id))


@pages.post("", access=guards.signed_in)
def choose() -> Any:
    """Choose anew."""
    person_id = guards.caller().person_id
    try:
        choosing.choose(person_id, http.loaded(schemas.TellingChange(), _typed()), _version())
    except (Invalid, PreconditionFailed) as refused:
        return _page(choosing.of(person_id), refused), refused.status
    return redirect(url_for("my_telling.overview", said="saved"), 303)


@pages.post("/mute", access=guards.signed_in)
def mute() -> Any:
    """Be left in peace for a while, or be told again."""
    hours = request.form.get("hours", "")
    until = clock.now() + timedelta(hours=int(hours)) if hours in MUTES else None
    choosing.mute(guards.caller().person_id, until)
    return redirect(url_for("my_telling.overview", said="muted" if until else "heard"), 303)


def _typed() -> dict[str, Any]:
    form = request.form
    chosen = {str(one): form[f"how-{one}"] or None for one in KINDS if f"how-{one}" in form}
    quiet = {"quiet_from": form.get("quiet_from") or None, "quiet_until": form.get("quiet_until") or None}
    return {"categories": chosen, "detail": form.get("detail", "usual"), **quiet}


def _version() -> int:
    typed = request.form.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def _page(wishes: Wishes, refused: Invalid | PreconditionFailed | None = None) -> str:
    said = (
        refused.detail
        if isinstance(refused, PreconditionFailed)
        else "Quiet hours need both times, as 21:00 and 07:00."
    )
    return render_template(
        "me/telling.html",
        said=SAID.get(request.args.get("said", "")),
        wishes=wishes,
        kinds=KINDS.items(),
        hows=HOW.items(),
        details=DETAILS.items(),
        mutes=MUTES.items(),
        errors=[{"text": said, "href": "#quiet_from"}] if refused else [],
    )
