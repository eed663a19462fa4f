"""People who rate, and a made-up instrument that needs a licence: short words for long requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications.models import Delivery
from app.patients import queries as patients
from app.patients import service as circles
from app.patients.by import By
from app.ratings import loader
from app.ratings.entering import NewRating
from app.ratings.instrument import Instrument, from_content
from app.ratings.models import Rating, RatingDue
from app.ratings.service import licensing, rating
from tests.around_mary import AroundMary
from tests.people import World, signed_in

MADE_UP: Final = Path(__file__).with_name("instruments")
HARBOUR: Final = loader.load(MADE_UP / "harbour.json")
SCORES: Final = {"mood": 6, "home": 8, "people": 3}


@dataclass(frozen=True, slots=True)
class Raters(AroundMary):
    """Mary, those around her, and her ratings."""

    @property
    def tom(self) -> By:
        return By(self.world.tom.id, Role.MEMBER, "app")

    def rate(
        self, scores: Mapping[str, int | None] | None = None, by: By | None = None, voice: str = "patient", **more: Any
    ) -> Rating:
        """Mary rates, unless somebody else does."""
        new = NewRating(more.pop("id", new_id()), more.pop("code", "wheel"), voice, scores or SCORES, **more)
        with unit_of_work():
            return rating.give(self.patient, new, by or self.mary)

    def dues(self, code: str = "wheel") -> dict[str, tuple[date, str]]:
        """What is due when, and how it stands."""
        where = (RatingDue.patient_id == self.patient.id, RatingDue.code == code)
        rows = db.session.scalars(select(RatingDue).where(*where).order_by(RatingDue.created_at, RatingDue.due_on))
        return {one.occasion: (one.due_on, one.state) for one in rows.unique()}

    def share(self, *rights: Right, person: Person | None = None) -> None:
        """Mary gives Tom, or another member, her ratings."""
        with unit_of_work():
            person = person or self.world.tom
            (member,) = [one.member for one in patients.circle(self.patient) if one.person.id == person.id]
            ends_on = clock.today(self.patient.zone) + timedelta(days=180)
            for right in rights:
                circles.give_grant(self.patient, member.id, Category.RATINGS, right, ends_on, by=self.world.mary.id)

    def license(self, expires_on: date) -> None:
        """Her organisation records the licence of the harbour."""
        with unit_of_work():
            licensing.record(
                self.world.organisation.id,
                "harbour",
                holder="Riverside Care",
                number="H-1",
                approval="Letter of 1 November",
                expires_on=expires_on,
                by=self.world.admin.id,
            )


def registered(app: Flask, *instruments: Instrument) -> None:
    """Have these instruments beside those that are there, each the newest of its code."""
    app.extensions["instruments"] = {**app.extensions["instruments"], **{one.code: one for one in instruments}}


def changed(one: Instrument, version: int, **changes: Any) -> Instrument:
    """The next version of an instrument, otherwise the same but for these changes of its file."""
    return from_content({**one.content, "says": {}, **changes, "version": version}, f"{one.code} {version}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at the API of Mary's ratings."""

    client: FlaskClient
    person: Person
    url: str

    @property
    def headers(self) -> dict[str, str]:
        """Signed in just now, for a token holds some minutes only."""
        return signed_in(self.client, self.person)

    def get(self, path: str) -> Any:
        answer = self.client.get(self.url + path, headers=self.headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def status(self, path: str) -> int:
        return self.client.get(self.url + path, headers=self.headers).status_code

    def send(self, path: str, method: str = "POST", **body: Any) -> TestResponse:
        return self.client.open(self.url + path, method=method, json=body, headers=self.headers)

    def rate(self, **more: Any) -> Any:
        body = {"id": str(new_id()), "code": "wheel", "voice": "patient", "scores": SCORES} | more
        answer = self.send("/ratings", **body)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.get_json()


def caller(client: FlaskClient, world: World, person: Person, patient_id: UUID | None = None) -> Caller:
    return Caller(client, person, f"/api/patients/{patient_id or world.mary_patient.id}")


def told(person: Person, words: str = "") -> list[str]:
    """What waits to be sent to somebody and has these words, in order."""
    rows = select(Delivery).where(Delivery.recipient_id == person.id, Delivery.state == "pending")
    found = db.session.scalars(rows.order_by(Delivery.created_at, Delivery.id))
    return [one.body for one in found if one.body and words in one.body]
