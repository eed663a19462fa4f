"""Reads of a feed: what is unread, who has seen a post and how they feel, what it said before, its photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.db import HotStatement, db
from app.core.errors import Forbidden, NotFound
from app.messages.models.feed import Post, PostPhoto, PostReaction, PostReport, PostSeen, PostVersion
from app.messages.queries import people_here, visible
from app.messages.queries.people_here import Somebody
from app.messages.viewing import Viewer
from app.notifications.models import OPEN_STATES, Delivery, DigestItem
from app.patients.admission import AdmittedPatient

# Unread is what is of use to count: nobody reads up on years, and past so many it is just "many".
UNREAD_DAYS: Final = 30
MOST_UNREAD: Final = 100
NOT_THEIRS: Final = "What a post said before, its author and the team can read."
# The comments counted are those below the posts of these days: they are found by their post.
_UNREAD = HotStatement("""
    with recent as (
        select p.id, p.author_id, p.deleted_at from post p
        where p.patient_id = :patient_id and p.parent_id is null and p.created_at > :since
            and p.category = any(:categories) and (p.hidden_at is null or not :for_family)
        order by p.created_at desc
    ), whole as (
        select * from recent
        union all
        select c.id, c.author_id, c.deleted_at from recent cross join lateral (
            select * from post c where c.parent_id = recent.id) c
    )
    select count(*) as many from (
        select from whole w where w.author_id is distinct from :me and w.deleted_at is null
            and not exists (select from post_seen s where s.post_id = w.id and s.person_id = :me)
        limit :most) unread
""")


@dataclass(frozen=True, slots=True)
class Felt:
    """Somebody, and how they feel about a post."""

    who: Somebody
    kind: str


@dataclass(frozen=True, slots=True)
class Before:
    """What a post said until somebody changed it or took it away."""

    number: int
    text: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """Who told the team that a post is not right, and why."""

    who: Somebody
    reason: str
    created_at: datetime


def unread(patient: AdmittedPatient, viewer: Viewer) -> int:
    """How many posts and comments of the last days this viewer was not shown yet; at most MOST_UNREAD."""
    values = {
        "patient_id": patient.id,
        "since": clock.now() - timedelta(days=UNREAD_DAYS),
        "categories": [str(kind) for kind in viewer.categories],
        "for_family": patient.is_for_family,
        "me": viewer.person_id,
        "most": MOST_UNREAD,
    }
    return int(_UNREAD.rows(values)[0]["many"])


def post(patient: AdmittedPatient, viewer: Viewer, post_id: UUID, *, lock: bool = False) -> Post:
    """A post or a comment that this viewer may be shown. Raises NotFound."""
    where = (Post.id == post_id, Post.patient_id == patient.id, Post.category.in_(viewer.categories))
    found = select(Post).where(*where, *visible.posts(patient))
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    row = db.session.scalar(found)
    if row is None:
        raise NotFound
    return row


def seen_by(patient: AdmittedPatient, viewer: Viewer, post_id: UUID) -> list[Somebody]:
    """To whom a post was shown, first first. Raises NotFound."""
    post(patient, viewer, post_id)
    seen = select(PostSeen.person_id).where(PostSeen.post_id == post_id, PostSeen.patient_id == patient.id)
    ids = list(db.session.scalars(seen.order_by(PostSeen.created_at, PostSeen.id)))
    known = people_here.named(patient, ids)
    return [known[one] for one in ids]


def felt(patient: AdmittedPatient, viewer: Viewer, post_id: UUID) -> list[Felt]:
    """Who feels how about a post, first first. Raises NotFound."""
    post(patient, viewer, post_id)
    where = (PostReaction.post_id == post_id, PostReaction.patient_id == patient.id, PostReaction.ended_at.is_(None))
    rows = (
        select(PostReaction.person_id, PostReaction.kind)
        .where(*where)
        .order_by(PostReaction.created_at, PostReaction.id)
    )
    found = [(person_id, kind) for person_id, kind in db.session.execute(rows)]
    known = people_here.named(patient, [person_id for person_id, _ in found])
    return [Felt(known[person_id], kind) for person_id, kind in found]


def before(patient: AdmittedPatient, viewer: Viewer, post_id: UUID) -> list[Before]:
    """What a post said before, first first; for its author and the team. Raises NotFound and Forbidden."""
    if post(patient, viewer, post_id).author_id != viewer.person_id and not viewer.is_staff:
        raise Forbidden(NOT_THEIRS)
    where = (PostVersion.post_id == post_id, PostVersion.patient_id == patient.id)
    rows = db.session.scalars(select(PostVersion).where(*where).order_by(PostVersion.number))
    return [Before(row.number, row.body or "", row.created_at) for row in rows]


def reports(patient: AdmittedPatient, viewer: Viewer, post_id: UUID) -> list[Reported]:
    """Who reported a post and why, first first; its author never learns of it. Raises NotFound and Forbidden."""
    if post(patient, viewer, post_id).author_id == viewer.person_id:
        raise Forbidden("Who reports a post is not told to whoever wrote it.")
    where = (PostReport.post_id == post_id, PostReport.patient_id == patient.id)
    rows = list(db.session.scalars(select(PostReport).where(*where).order_by(PostReport.created_at, PostReport.id)))
    known = people_here.named(patient, [row.by for row in rows])
    return [Reported(known[row.by], row.reason or "", row.created_at) for row in rows]


def photo(patient: AdmittedPatient, viewer: Viewer, post_id: UUID) -> bytes:
    """The photo of a post as a JPEG; of one taken away for its author and the team alone. Raises NotFound."""
    row = post(patient, viewer, post_id)
    if row.deleted_at is not None and row.author_id != viewer.person_id and not viewer.is_staff:
        raise NotFound
    where = (PostPhoto.post_id == post_id, PostPhoto.patient_id == patient.id)
    found = db.session.scalar(select(PostPhoto).where(*where))
    if found is None:
        raise NotFound
    return found.content or b""


def not_told_yet(post_id: UUID) -> set[UUID]:
    """Who is still to be told of a post; what waits for them is held, and what is just being sent is not among it."""
    queued = select(Delivery.recipient_id).where(
        Delivery.about_id == post_id, Delivery.state.in_(OPEN_STATES), Delivery.lease_until.is_(None)
    )
    gathered = select(DigestItem.person_id).where(DigestItem.about_id == post_id, DigestItem.told_at.is_(None))
    both = (db.session.scalars(one.with_for_update()).all() for one in (queued, gathered))
    return {one for found in both for one in found if one is not None}


def is_kept(row: Post) -> bool:
    """Is a post kept from the circle, or what a comment is below? Nobody keeps it before this transaction ends."""
    held = {"read": True, "key_share": True}
    above = db.session.get_one(Post, row.parent_id or row.id, populate_existing=True, with_for_update=held)
    return above.hidden_at is not None


def in_talk(row: Post) -> Sequence[UUID]:
    """Who wrote a post, or below it."""
    talk = select(Post.author_id).where((Post.id == row.id) | (Post.parent_id == row.id), Post.author_id.is_not(None))
    return [one for one in db.session.scalars(talk.distinct()) if one is not None]
