"""Where each person's work or record is."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.access.guards import Caller
from app.access.permissions import Category, Right
from app.patients.queries import CirclePlace, Me
from app.web import frame


def place(caller: Caller, me: Me) -> str | None:
    """A patient's today, a coordinator's worklist, an administrator's organisation; None for anybody else."""
    running = [record for record in me.records if record.ended_at is None]
    if running:
        return url_for("patient.today", patient_id=running[0].id)
    if frame.coordinates_somewhere(caller):
        return url_for("coordinator.worklist")
    return url_for("admin.start") if frame.runs_something(caller) else None


def circles(me: Me) -> list[dict[str, Any]]:
    """The people whose circle this is, with their numbers where they are shared."""
    return [
        {"name": one.person.name, "href": url_for("patient.numbers", patient_id=one.member.patient_id)}
        for one in me.circles
        if _sees_readings(one)
    ]


def _sees_readings(one: CirclePlace) -> bool:
    return any((grant.category, grant.right) == (Category.READINGS, Right.SEE) for grant in one.grants)
