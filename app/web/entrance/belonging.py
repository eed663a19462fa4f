"""Where each person's work or record is."""

from __future__ import annotations

from flask import url_for

from app.access.guards import Caller
from app.patients.queries import Me
from app.web import frame


def place(caller: Caller, me: Me) -> str | None:
    """A patient's today, the worklist, an organisation, the circles, a record that has ended; or None."""
    running = [record for record in me.records if record.ended_at is None]
    if running:
        return url_for("patient.today", patient_id=running[0].id)
    if frame.coordinates_somewhere(caller):
        return url_for("coordinator.worklist")
    if frame.runs_something(caller):
        return url_for("admin.start")
    if me.circles or me.acting:
        return url_for("circles.home")
    return url_for("my_record.overview") if me.records else None
