"""Keep a visit from the circle, with what was written and said of it, and let it be seen again; the team sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update

from app.access.permissions import Category
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.messages.models import Visit
from app.messages.queries import visible, visit_people, visits
from app.messages.service import feed_hiding, visiting
from app.notifications.service import news
from app.patients.admission import AdmittedPatient

KNOWN: Final = "{name} is expected at this visit, was there or wrote of it, so it cannot be kept from the circle."


def hide(patient: AdmittedPatient, visit_id: UUID) -> None:
    """From this commit on the family neither sees it nor is told of it. Raises NotFound, and Conflict (they know)."""
    row = visits.row(patient, visit_id, locked=True)
    if row.hidden_at is not None:
        return
    if known := visit_people.family_there(patient, row.id, row.visitor_id):
        raise Conflict(KNOWN.format(name=known[0]))
    now, family = clock.now(), visible.family(patient, Category.VISITS)
    _mark(row, now)
    feed_hiding.hide_about(patient, visiting.VISIT, row.id, now)
    news.withdraw([row.id], family)


def show(patient: AdmittedPatient, visit_id: UUID) -> None:
    """Let the circle see it again; nobody is told of what happened meanwhile. Raises NotFound."""
    row = visits.row(patient, visit_id, locked=True)
    if row.hidden_at is not None:
        since = row.hidden_at
        _mark(row, None)
        feed_hiding.show_about(patient, visiting.VISIT, row.id, since)


def _mark(row: Visit, hidden_at: datetime | None) -> None:
    # Nothing of the visit was changed, so its version stays: it would say that something was done.
    values = {"hidden_at": hidden_at, "version": Visit.version}
    db.session.execute(update(Visit).where(Visit.id == row.id).values(values))
