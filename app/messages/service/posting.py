"""Write into a feed: a post, a comment below one, and what happened, which Kith tells by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.access.permissions import Category
from app.access.roles import Role
from app.core import clock, limits
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.ids import new_id
from app.messages import feed_box, photos
from app.messages.feed_box import Box
from app.messages.feed_entering import NewPhoto, NewPost
from app.messages.models.feed import Post, PostPhoto, PostVersion
from app.messages.photos import Redrawn
from app.messages.queries import answering, feed, readers, visible
from app.messages.service import feed_telling
from app.messages.viewing import Viewer
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.queries import consent

MOST_AN_HOUR: Final = 60
USED_BEFORE: Final = "This was sent before, with something else in it. What was sent first stands; nothing was changed."
GONE: Final = "This was taken away, so nothing more can be said below it."


def box(patient: AdmittedPatient, me: UUID, *, is_kept: bool = False) -> Box:
    """Whether somebody can write into this feed, and who would read it; below what is kept, without the family."""
    without = visible.family(patient, Category.MESSAGES) if is_kept else set()
    names = [one.given_name for one in readers.others(patient, me) if one.id not in without]
    has_ended = patient.ended_at is not None
    return feed_box.box(names, patient.team_name, team_reads=_team_reads(patient, me), has_ended=has_ended)


def closed(patient: AdmittedPatient, me: UUID) -> str | None:
    """Why nothing can be written; looks at the circle only where nobody of the team would read it."""
    is_open = patient.ended_at is None and _team_reads(patient, me)
    return None if is_open else box(patient, me).closed


def _team_reads(patient: AdmittedPatient, me: UUID) -> bool:
    return any(one.id != me for one in answering.colleagues(patient.team_id))


def post(patient: AdmittedPatient, new: NewPost, by: By) -> UUID:
    """Write a post; sent again it is the same one. Raises Conflict, Invalid and TooMany. Returns its id."""
    post_id = _written(patient, new, by, None)
    if post_id is not None:
        feed_telling.of_post(patient, post_id, by, new.text)
    return post_id or _again(patient, new, by, None)


def comment(patient: AdmittedPatient, parent_id: UUID, new: NewPost, viewer: Viewer) -> UUID:
    """Write below a post that this viewer sees. Raises NotFound, Conflict, Invalid and TooMany. Returns its id."""
    parent = feed.post(patient, viewer, parent_id)
    if parent.parent_id is not None:
        raise NotFound
    if parent.deleted_at is not None:
        raise Conflict(GONE)
    comment_id = _written(patient, new, viewer.by, parent)
    if comment_id is not None:
        db.session.refresh(parent)  # what is below it holds it: it is kept from the circle before this, or finds this
        feed_telling.of_comment(patient, parent, comment_id, viewer.by, new.text)
    return comment_id or _again(patient, new, viewer.by, parent.id)


def happened(
    patient: AdmittedPatient,
    category: Category,
    about: str,
    about_id: UUID,
    words: str,
    hidden_at: datetime | None = None,
) -> UUID | None:
    """Tell in the feed what happened, to those who may see this kind; told before, it is not told again (None).

    `hidden_at`: it is kept from the circle with what it is about, since then.
    """
    row = Post(category=str(category), about=about, about_id=about_id, client_id=new_id(), channel="kith")
    row.body, row.hidden_at = words, hidden_at
    return _stored(patient, row, (Post.about, Post.about_id), Post.about.is_not(None))


def _written(patient: AdmittedPatient, new: NewPost, by: By, parent: Post | None) -> UUID | None:
    """The id of a new post; None where it was sent before."""
    if why := closed(patient, by.person_id):
        raise Conflict(why)
    limits.spend(f"feed {patient.id} {by.person_id}", allowed=MOST_AN_HOUR, per=timedelta(hours=1))
    drawn = photos.redrawn(new.photo.content) if new.photo else None
    row = Post(parent_id=parent.id if parent else None, author_id=by.person_id, author_role=str(by.role))
    row.category = parent.category if parent else str(Category.MESSAGES)
    row.acting_for_id, row.client_id, row.channel = _acting(patient, by), new.id, by.channel
    row.body = new.text
    stored = _stored(patient, row, (Post.patient_id, Post.client_id))
    if stored is not None and new.photo is not None and drawn is not None:
        _keep(patient, stored, new.photo, drawn)
    return stored


def _stored(patient: AdmittedPatient, row: Post, once: tuple[object, ...], where: object = None) -> UUID | None:
    row.organisation_id, row.patient_id = patient.organisation_id, patient.id
    row.created_at, row.version = clock.now(), 1
    columns = (column.key for column in Post.__mapper__.columns)
    statement = insert(Post).values({name: getattr(row, name) for name in columns})
    kept = statement.on_conflict_do_nothing(index_elements=once, index_where=where)  # type: ignore[arg-type]
    stored: UUID | None = db.session.scalar(kept.returning(Post.id))
    return stored


def _keep(patient: AdmittedPatient, post_id: UUID, new: NewPhoto, drawn: Redrawn) -> None:
    photo = PostPhoto(organisation_id=patient.organisation_id, patient_id=patient.id, post_id=post_id)
    photo.width, photo.height, photo.content, photo.words = drawn.width, drawn.height, drawn.content, new.words
    db.session.add(photo)


def _acting(patient: AdmittedPatient, by: By) -> UUID | None:
    acting = consent.acting_now(patient, by.person_id) if by.role is Role.ACTING else None
    return acting.id if acting else None


def _again(patient: AdmittedPatient, new: NewPost, by: By, parent_id: UUID | None) -> UUID:
    """The post that this id made before. Raises Conflict where it was another's, or said something else."""
    where = (Post.patient_id == patient.id, Post.client_id == new.id)
    row = db.session.scalars(select(Post).where(*where)).one()
    if (row.author_id, row.parent_id) != (by.person_id, parent_id) or not _is_same(row, new):
        raise Conflict(USED_BEFORE)
    return row.id


def _is_same(row: Post, new: NewPost) -> bool:
    """Is this what was sent first, whatever became of it since?"""
    first = select(PostVersion).where(PostVersion.post_id == row.id).order_by(PostVersion.number).limit(1)
    original = db.session.scalar(first) or row
    photo = db.session.scalar(select(PostPhoto).where(PostPhoto.post_id == row.id))
    sent = photos.redrawn(new.photo.content).content if new.photo else None
    return original.body == new.text and (photo.content if photo else None) == sent
