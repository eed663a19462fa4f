"""Whose circles I am in and for whom I act; leaving, explained before it is done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from app.access import guards
from app.core.http import Pages
from app.patients import service
from app.web import answered
from app.web.circle import gathering

pages = Pages("circles", __name__, url_prefix="/circle")


@pages.get("", access=guards.signed_in)
def home() -> str:
    """The people whose circle I am in, what I may do for each, and for whom I act."""
    waiting = answered.to(guards.caller().person_id)
    return render_template("circle/home.html", answered=waiting, **gathering.home(request.args.get("said", "")))


@pages.get("/<uuid:member_id>/leave", access=guards.signed_in)
def leave(member_id: UUID) -> str:
    """What leaving changes, before it is done."""
    return render_template("circle/leave.html", **gathering.leaving(member_id))


@pages.post("/<uuid:member_id>/leave", access=guards.signed_in)
def leave_now(member_id: UUID) -> Any:
    """Leave a circle."""
    service.leave(guards.caller().person_id, member_id)
    return redirect(url_for("circles.home", said="left"), 303)


@pages.get("/acting/<uuid:acting_id>/stop", access=guards.signed_in)
def stop(acting_id: UUID) -> str:
    """What it changes to stop acting for somebody, before it is done."""
    return render_template("circle/leave.html", **gathering.stopping(acting_id))


@pages.post("/acting/<uuid:acting_id>/stop", access=guards.signed_in)
def stop_now(acting_id: UUID) -> Any:
    """Stop acting for somebody."""
    service.stop_acting(guards.caller().person_id, acting_id)
    return redirect(url_for("circles.home", said="stopped"), 303)
