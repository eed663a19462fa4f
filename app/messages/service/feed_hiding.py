"""Keep a post from the circle with all that is below it, and show it again: the team sees it all the same."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from app.access.permissions import Category
from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.messages.models.feed import Post
from app.messages.queries import feed, visible
from app.messages.viewing import Viewer
from app.notifications.service import news
from app.patients.admission import AdmittedPatient


def hide(patient: AdmittedPatient, post_id: UUID, viewer: Viewer) -> None:
    """From this commit on the circle neither sees it nor is told of it; its author neither. Raises NotFound."""
    row = _post(patient, post_id, viewer)
    if row.hidden_at is None:
        _mark(row, clock.now())
        whole = select(Post.id).where((Post.id == row.id) | (Post.parent_id == row.id))
        news.withdraw(list(db.session.scalars(whole)), visible.family(patient, Category(row.category)))


def show(patient: AdmittedPatient, post_id: UUID, viewer: Viewer) -> None:
    """Show it to the circle again; nobody is told of what was said meanwhile. Raises NotFound."""
    row = _post(patient, post_id, viewer)
    if row.hidden_at is not None:
        _mark(row, None)


def _post(patient: AdmittedPatient, post_id: UUID, viewer: Viewer) -> Post:
    """A post; a comment goes with the post it is below."""
    row = feed.post(patient, viewer, post_id, lock=True)
    if row.parent_id is not None:
        raise NotFound
    return row


def _mark(row: Post, hidden_at: datetime | None) -> None:
    # Its author changed nothing, so its version stays: it would say that something was done.
    values = {"hidden_at": hidden_at, "version": Post.version}
    db.session.execute(update(Post).where(Post.id == row.id).values(values))
