"""Where each person's work or record is."""

from __future__ import annotations

from flask import url_for

from app.access.guards import Caller
from app.patients.queries import Me
from app.web import frame


def place(caller: Caller, me: Me) -> str | None:
    """A patient's today, a coordinator's worklist, an administrator's organisation, a member's circles; else None."""
    running = [record for record in me.records if record.ended_at is None]
    if running:
        return url_for("patient.today", patient_id=running[0].id)
    if frame.coordinates_somewhere(caller):
        return url_for("coordinator.worklist")
    if frame.runs_something(caller):
        return url_for("admin.start")
    return url_for("circles.home") if me.circles or me.acting else None
