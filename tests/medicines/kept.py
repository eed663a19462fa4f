"""A home in which Mary keeps one medicine from her circle: what she takes, and who is around her with every grant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from app.access.permissions import Category, Right
from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients import queries, service
from tests.medicines.table import Table, table_of
from tests.people import World

CANARY = "Kingfisherine"
AT_TWENTY = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "08:00"}, {"at": "20:00"}]}]}
WHEN_NEEDED = {"version": 1, "kind": "as_needed", "minimum_gap_minutes": 240, "most_in_24_hours": "8", "amount": "2"}
PARACETAMOL = {"ingredients": {"paracetamol": "500"}}


@dataclass(frozen=True, slots=True)
class Home:
    """Mary, Tom, Nurse Adeyemi and Priya, each at the table of Mary's medicines."""

    client: FlaskClient
    world: World
    mary: Table
    tom: Table
    nurse: Table
    priya: Table

    def hide(self, medicine: Any) -> None:
        assert self._mary_now().post(f"/medicines/{medicine['id']}/hiding").status_code == 204

    def show(self, medicine: Any) -> None:
        assert self._mary_now().delete(f"/medicines/{medicine['id']}/hiding").status_code == 204

    def _mary_now(self) -> Table:
        """Signed in at whatever hour a test has come to."""
        return table_of(self.client, self.world, self.world.mary)

    def reminded_instead(self, person: Person | None) -> None:
        answer = self.mary.put("/day/reminded", {"person_id": str(person.id) if person else None})
        assert answer.status_code == 200, answer.get_data(as_text=True)

    def acts(self, person: Person, *scopes: str) -> None:
        """From now on this member acts for Mary within these scopes."""
        body = {"member_id": str(member_of(self.world, person)), "basis": "consent", "scopes": list(scopes)}
        body |= {"wording_version": 1, "review_on": "2027-02-01", "evidence": "Said so at clinic."}
        answer = self.mary.post("/acting", body)
        assert answer.status_code == 201, answer.get_data(as_text=True)


def home_of(client: FlaskClient, world: World) -> Home:
    """Tom and the nurse may see, do and be told everything that can be granted."""
    for one in (world.tom, world.adeyemi):
        give_everything(world, one)
    tables = (table_of(client, world, one) for one in (world.mary, world.tom, world.adeyemi, world.priya))
    return Home(client, world, *tables)


def give_everything(world: World, person: Person) -> None:
    with unit_of_work():
        patient, member_id = queries.admitted_one(world.mary_patient.id), member_of(world, person)
        ends_on = clock.today(patient.zone) + timedelta(days=30)
        (place,) = [one for one in queries.circle(patient) if one.member.id == member_id]
        given = {(grant.category, grant.right) for grant in place.grants}
        for category in Category:
            for right in Right:
                if (category, right) not in given:
                    service.give_grant(patient, member_id, category, right, ends_on, by=world.mary.id)


def member_of(world: World, person: Person) -> Any:
    patient = queries.admitted_one(world.mary_patient.id)
    return next(place.member.id for place in queries.circle(patient) if place.person.id == person.id)


def two_shared(home: Home) -> list[Any]:
    """What everybody sees: one at fixed times, counted, and one when needed."""
    one, needed = home.mary.add("Furosemide 40 mg"), home.mary.add("Paracetamol 500 mg", **PARACETAMOL)
    home.mary.scheduled(one, AT_TWENTY)
    home.mary.scheduled(needed, WHEN_NEEDED)
    assert home.mary.post(f"/medicines/{one['id']}/stock", {"quantity": "20"}).status_code == 201
    return [one, needed]


def kept(home: Home, **more: Any) -> dict[str, str]:
    """One that is kept from the circle, with all that can be known of a medicine; gives the ids of it."""
    mary = home.mary
    medicine = mary.add(f"{CANARY} 5 mg", reason=f"For a {CANARY}", prescriber=f"Dr {CANARY}", **more)
    assert mary.post(f"/medicines/{medicine['id']}/hiding").status_code == 204
    schedule = mary.scheduled(medicine, AT_TWENTY)
    dose = next(one for one in mary.doses(since="2026-11-18T12:00:00Z") if one["medicine_id"] == medicine["id"])
    assert mary.say(dose, "taken")["outcome"] == "recorded"
    assert mary.post(f"/medicines/{medicine['id']}/stock", {"quantity": "3"}).status_code == 201
    pause = {"medicine_id": medicine["id"], "starts_at": "2026-11-18T10:00:00Z", "ends_at": "2026-11-18T12:00:00Z"}
    paused = mary.post("/medicine-pauses", pause | {"why": "holiday"})
    assert paused.status_code == 201, paused.get_data(as_text=True)
    watch = {"items": [{"person_id": str(home.world.tom.id), "after_minutes": 30}]}
    assert mary.put(f"/medicines/{medicine['id']}/watches", watch).status_code == 200
    return {
        "medicine_id": medicine["id"],
        "schedule_id": schedule["id"],
        "dose_id": dose["id"],
        "pause_id": paused.get_json()["id"],
    }


def strange() -> dict[str, str]:
    """Ids of nothing at all."""
    return {name: str(new_id()) for name in ("medicine_id", "schedule_id", "dose_id", "pause_id")}
