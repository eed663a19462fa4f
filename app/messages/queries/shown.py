"""Posts as somebody is shown them: who wrote them and as what, what was answered, how others feel about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.core import sealed
from app.messages import authorship
from app.messages.models.feed import REACTIONS, Post, PostPhoto
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleMember

# Beside each row of `shown`: its author with their place in this circle, the last one where they have left it.
COLUMNS: Final = """
    s.id, s.parent_id, s.created_at, s.author_id, s.author_role, s.category, s.about, s.about_id, s.body_sealed,
    s.changed_at, s.deleted_at, s.hidden_at, s.version, a.given_name, a.family_name,
    m.id as member_id, m.relationship, m.relationship_sealed,
    f.id as photo_id, f.width, f.height, f.words_sealed,
    case when s.parent_id is null then (select count(*) from post c where c.parent_id = s.id) end as comments,
    case when s.author_id = :me then (select count(*) from post_seen p where p.post_id = s.id) end as seen_by,
    k.reactions, k.my_reaction
"""
JOINS: Final = """
    left join person a on a.id = s.author_id
    left join lateral (select m.id, m.relationship, m.relationship_sealed from circle_member m
        where m.person_id = s.author_id and m.patient_id = s.patient_id
        order by m.ended_at desc nulls first limit 1) m on true
    left join post_photo f on f.post_id = s.id
    left join lateral (select jsonb_object_agg(k.kind, k.many) as reactions, max(k.mine) as my_reaction from (
        select r.kind, count(*) as many, max(r.kind) filter (where r.person_id = :me) as mine from post_reaction r
        where r.post_id = s.id and r.ended_at is null group by r.kind) k) k on true
"""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote something, and what they are to the patient."""

    person_id: UUID
    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo, with words for those who cannot see it."""

    width: int
    height: int
    words: str | None


@dataclass(frozen=True, slots=True)
class Reaction:
    """How many feel like this about a post."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A post or a comment; no author: Kith itself. What was taken away has no text and no photo any more."""

    id: UUID
    parent_id: UUID | None
    author: Author | None
    category: str
    about: str | None
    about_id: UUID | None
    text: str | None
    photo: Photo | None
    created_at: datetime
    changed_at: datetime | None
    taken_away_at: datetime | None
    reactions: Sequence[Reaction]
    my_reaction: str | None
    is_mine: bool
    seen_by: int | None  # told to its author
    comments: int
    hidden_from_circle: bool
    version: int
    last_comments: list[Shown] = field(default_factory=list)  # oldest first


def shown(rows: Iterable[Mapping[str, Any]], patient: AdmittedPatient, me: UUID) -> list[Shown]:
    """The posts of some rows in their order, each with the comments that are among them."""
    reader = _Reader(patient, me)
    found = [reader.one(row) for row in rows]
    posts = {one.id: one for one in found if one.parent_id is None}
    for one in found:
        if one.parent_id in posts:
            posts[one.parent_id].last_comments.insert(0, one)
    return list(posts.values()) or found


def author(row: Mapping[str, Any], patient: AdmittedPatient, known: dict[UUID, str | None]) -> Author | None:
    """Who wrote this row; `known` keeps relationships that were opened before."""
    if row["author_id"] is None:
        return None
    name = f"{row['given_name']} {row['family_name']}"
    return Author(
        row["author_id"], name, authorship.said(row["author_role"], _relation(row, known), patient.given_name)
    )


def _relation(row: Mapping[str, Any], known: dict[UUID, str | None]) -> str | None:
    """What somebody is, or was, in this circle."""
    member_id = row["member_id"]
    if member_id is not None and member_id not in known:
        blob = row["relationship_sealed"]
        known[member_id] = CircleMember.relationship.opened(blob, member_id) if blob else row["relationship"]
    return known.get(member_id)


class _Reader:
    """Opens rows for one viewer."""

    def __init__(self, patient: AdmittedPatient, me: UUID) -> None:
        self.patient, self.me, self.keys = patient, me, sealed.keyring()
        self.known: dict[UUID, str | None] = {}

    def one(self, row: Mapping[str, Any]) -> Shown:
        body, reactions = row["body_sealed"], row["reactions"] or {}
        return Shown(
            row["id"],
            row["parent_id"],
            author(row, self.patient, self.known),
            row["category"],
            row["about"],
            row["about_id"],
            self.keys.unseal(body, Post.body.place, row["id"]) if body is not None else None,
            self._photo(row),
            row["created_at"],
            row["changed_at"],
            row["deleted_at"],
            [Reaction(kind, reactions[kind]) for kind in REACTIONS if kind in reactions],
            row["my_reaction"],
            row["author_id"] == self.me,
            row["seen_by"],
            row["comments"] or 0,
            row["hidden_at"] is not None,
            row["version"],
        )

    def _photo(self, row: Mapping[str, Any]) -> Photo | None:
        if row["photo_id"] is None or row["deleted_at"] is not None:
            return None
        words = row["words_sealed"]
        said = self.keys.unseal(words, PostPhoto.words.place, row["photo_id"]) if words is not None else None
        return Photo(row["width"], row["height"], said)
