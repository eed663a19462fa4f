"""Keep a post from the circle with all that is below it, and show it again: the team sees it all the same."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from app.access.permissions import Category
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.messages.models.feed import Post
from app.messages.queries import feed, visible, visits
from app.messages.viewing import Viewer
from app.notifications.service import news
from app.patients.admission import AdmittedPatient

OF_A_VISIT: Final = "This is about a visit that is kept from the circle. Let them see the visit again first."


def hide(patient: AdmittedPatient, post_id: UUID, viewer: Viewer) -> None:
    """From this commit on the circle neither sees it nor is told of it; its author neither. Raises NotFound."""
    row = _post(patient, post_id, viewer)
    if row.hidden_at is None:
        _keep(patient, row, clock.now())


def show(patient: AdmittedPatient, post_id: UUID, viewer: Viewer) -> None:
    """Show it to the circle again; nobody is told of what was said meanwhile.

    Raises NotFound, and Conflict for what is about a visit that is kept itself.
    """
    row = _post(patient, post_id, viewer)
    if row.hidden_at is None:
        return
    if row.about_id is not None and visits.is_kept(patient, row.about_id):
        raise Conflict(OF_A_VISIT)
    _mark(row, None)


def hide_about(patient: AdmittedPatient, about: str, about_id: UUID, at: datetime) -> None:
    """Keep what Kith told in the feed of this, with all that is below it; what is kept already is by itself."""
    row = _about(patient, about, about_id)
    if row is not None and row.hidden_at is None:
        _keep(patient, row, at)


def show_about(patient: AdmittedPatient, about: str, about_id: UUID, since: datetime) -> None:
    """Show again what was kept in the same moment as what it is about; what was kept by itself stays so."""
    row = _about(patient, about, about_id)
    if row is not None and row.hidden_at == since:
        _mark(row, None)


def _about(patient: AdmittedPatient, about: str, about_id: UUID) -> Post | None:
    # Held first and read then: somebody may just be showing it.
    one = select(Post).where(Post.patient_id == patient.id, Post.about == about, Post.about_id == about_id)
    return db.session.scalar(one.with_for_update().execution_options(populate_existing=True))


def _post(patient: AdmittedPatient, post_id: UUID, viewer: Viewer) -> Post:
    """A post; a comment goes with the post it is below."""
    row = feed.post(patient, viewer, post_id, lock=True)
    if row.parent_id is not None:
        raise NotFound
    return row


def _keep(patient: AdmittedPatient, row: Post, at: datetime) -> None:
    _mark(row, at)
    whole = select(Post.id).where((Post.id == row.id) | (Post.parent_id == row.id))
    news.withdraw(list(db.session.scalars(whole)), visible.family(patient, Category(row.category)))


def _mark(row: Post, hidden_at: datetime | None) -> None:
    # Its author changed nothing, so its version stays: it would say that something was done.
    values = {"hidden_at": hidden_at, "version": Post.version}
    db.session.execute(update(Post).where(Post.id == row.id).values(values))
