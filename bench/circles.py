"""Circles of some size with feeds of some length, written in bulk by the app's own models and keys."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock, sealed
from app.core.db import db
from app.core.ids import new_id, new_ids
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.identity.models import DeviceSession, Person
from app.messages.models.feed import REACTIONS, Post, PostReaction
from app.patients import queries as patients
from app.patients import service as patient_service
from app.patients.admission import AdmittedPatient

AT_ONCE = 2000
COMMENTED, FELT = 5, 3  # every so manieth post has two comments, a reaction
NEWEST, SOME = 200, 20  # posts that every member has seen; members who have seen the others too
WORDS = "The roses are out. We sat by the door until the sun was gone, and had soup after."
_SEEN = text("""
    insert into post_seen (id, created_at, organisation_id, patient_id, post_id, person_id)
    select gen_random_uuid(), p.created_at, p.organisation_id, p.patient_id, p.id, m.person_id
    from (select *, row_number() over (order by created_at desc) as place from post where patient_id = :patient_id) p
    cross join (select person_id, row_number() over (order by person_id) as place from circle_member
        where patient_id = :patient_id) m
    where (p.place <= :newest or m.place <= :some) and p.author_id is distinct from m.person_id
""")


@dataclass(frozen=True, slots=True)
class Circle:
    """Somebody's circle, by the sessions of its members, and how many posts are in their feed."""

    patient_id: UUID
    sessions: Sequence[UUID]
    posts: int


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who can be in circles, and the session of their app."""

    person: Person
    session_id: UUID


def people(count: int) -> list[Member]:
    """So many of them, each with a phone."""
    with unit_of_work():
        return [_member(number) for number in range(count)]


def _member(number: int) -> Member:
    now, session_id = clock.now(), new_id()
    person = identity.add_person("Tom", f"Okafor {number}", phone=f"07700900{number + 500:03}")
    db.session.flush()
    row = DeviceSession(id=session_id, person_id=person.id, kind="app", last_used_at=now)
    row.expires_at, row.second_factor_at = now + timedelta(days=1), now
    db.session.add(row)
    return Member(person, session_id)


def around(patient_id: UUID, members: Sequence[Member], posts: int = 0) -> Circle:
    """Put these people around a patient, who all see, write and are told; and so many posts into the feed."""
    patient = patients.admitted([patient_id])[patient_id]
    with unit_of_work():
        for one in members:
            place = patient_service.add_member(patient, one.person, Role.MEMBER, "son", patient.person_id)
            for right in Right:
                ends_on = clock.today(patient.zone) + timedelta(days=90)
                patient_service.give_grant(patient, place.id, Category.MESSAGES, right, ends_on, patient.person_id)
    with unit_of_work():
        for start in range(0, posts, AT_ONCE):
            _write(patient, members, range(start, min(posts, start + AT_ONCE)))
        db.session.execute(text("set local statement_timeout = 0"))  # a million rows take their time
        db.session.execute(_SEEN, {"patient_id": patient_id, "newest": NEWEST, "some": SOME})
    return Circle(patient_id, [one.session_id for one in members], posts)


def _write(patient: AdmittedPatient, members: Sequence[Member], numbers: range) -> None:
    """Posts a minute apart, the last of them first."""
    posts = [_post(patient, members, number) for number in numbers]
    commented = posts[::COMMENTED] * 2
    comments = [_post(patient, members, number, post["id"]) for number, post in enumerate(commented)]
    db.session.execute(insert(Post), posts)
    db.session.execute(insert(Post), comments)
    felt = [_felt(post, random.choice(members)) for post in posts[::FELT]]
    db.session.execute(insert(PostReaction), felt)


def _post(
    patient: AdmittedPatient, members: Sequence[Member], number: int, parent: UUID | None = None
) -> dict[str, Any]:
    (post_id,) = new_ids(1)
    return {
        "id": post_id,
        "created_at": clock.now() - timedelta(minutes=number),
        "organisation_id": patient.organisation_id,
        "patient_id": patient.id,
        "parent_id": parent,
        "author_id": random.choice(members).person.id,
        "author_role": "member",
        "client_id": post_id,
        "channel": "app",
        "body_sealed": sealed.seal(WORDS, Post.body.place, post_id),
    }


def _felt(post: dict[str, Any], by: Member) -> dict[str, Any]:
    names = ("created_at", "organisation_id", "patient_id")
    return {
        **{name: post[name] for name in names},
        "id": new_id(),
        "post_id": post["id"],
        "person_id": by.person.id,
        "kind": random.choice(REACTIONS),
    }
