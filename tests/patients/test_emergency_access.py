"""Break-glass: one record, four hours, a reason that the patient and a lead read; nothing else and nothing longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.access.roles import Role
from app.core import clock, limits
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.demo import people
from app.identity.models import Person
from app.notifications.models import Delivery
from app.patients import queries as patients
from app.patients import service as patient_service
from app.patients.models import EmergencyAccess
from app.patients.service import emergency
from app.teams import service as teams
from app.teams.models import Organisation
from app.todos import queries as todos
from tests.conftest import NOW
from tests.people import World, signed_in

REASON = "Found unwell at the day centre, needs her medicines."
MARYS_NUMBER = "999 000 0018"
Headers = dict[str, str]


def somebody(organisation: Organisation, given: str, role: Role, number: int) -> Person:
    """Somebody with a role in a team of their own."""
    with unit_of_work():
        team = teams.add_team(organisation.id, f"{given}'s team")
        person = people.person(given, "Haddad", f"07700900{number}")
        teams.give_role(organisation.id, team.id, person.id, role)
    return person


@pytest.fixture
def noor(world: World) -> Person:
    """A doctor of Mary's organisation who has nothing to do with her."""
    return somebody(world.organisation, "Noor", Role.CLINICIAN, 301)


@pytest.fixture
def doctor(noor: Person, client: FlaskClient) -> Headers:
    return signed_in(client, noor)


@pytest.fixture
def lead(world: World, client: FlaskClient) -> Headers:
    return signed_in(client, world.lead)


@pytest.fixture
def record(world: World) -> str:
    return f"/api/patients/{world.mary_patient.id}"


def open_record(client: FlaskClient, headers: Headers, **body: Any) -> TestResponse:
    asked = {"nhs_number": MARYS_NUMBER, "reason": REASON} | body
    asked = {name: value for name, value in asked.items() if value is not None}
    return client.post("/api/emergency-access", json=asked, headers=headers | {"Idempotency-Key": str(uuid4())})


def end(client: FlaskClient, headers: Headers, access_id: str) -> TestResponse:
    return client.post(f"/api/emergency-access/{access_id}/end", headers=headers)


def review(client: FlaskClient, headers: Headers, access_id: str, note: str = "Rightly opened.") -> TestResponse:
    return client.post(f"/api/emergency-accesses/{access_id}/review", json={"note": note}, headers=headers)


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(EmergencyAccess)) or 0


def test_it_opens_one_record_for_four_hours_to_see(
    client: FlaskClient, world: World, doctor: Headers, record: str
) -> None:
    assert client.get(record, headers=doctor).status_code == 404
    opened = open_record(client, doctor)
    assert opened.status_code == 201, opened.json
    assert opened.json is not None
    assert opened.json["ends_at"] == (NOW + timedelta(hours=4)).isoformat()
    assert client.get(record, headers=doctor).status_code == 200
    assert client.get(f"{record}/readings", headers=doctor).status_code == 200
    assert client.get(f"/api/patients/{world.khan_patient.id}", headers=doctor).status_code == 404
    change = client.patch(record, json={"language": "cy"}, headers=doctor | {"If-Match": '"1"'})
    assert change.status_code == 403


@pytest.mark.parametrize(("after", "status"), [(timedelta(seconds=-1), 200), (timedelta(), 404)])
def test_it_ends_by_itself_to_the_second(
    client: FlaskClient, world: World, noor: Person, doctor: Headers, record: str, after: timedelta, status: int
) -> None:
    open_record(client, doctor)
    with clock.at(NOW + timedelta(hours=4) + after):
        assert client.get(record, headers=signed_in(client, noor)).status_code == status


def test_by_the_patients_id(client: FlaskClient, world: World, doctor: Headers) -> None:
    opened = open_record(client, doctor, nhs_number=None, patient_id=str(world.mary_patient.id))
    assert opened.status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"reason": None},
        {"reason": "Nineteen characters"},
        {"reason": "short" + " " * 40},
        {"nhs_number": None},
        {"patient_id": str(uuid4())},
        {"nhs_number": "999 000 0019"},
        {"reason": REASON, "hours": 12},
    ],
)
def test_without_a_reason_or_a_record_nothing_is_opened(
    client: FlaskClient, doctor: Headers, record: str, body: dict[str, Any]
) -> None:
    refused = open_record(client, doctor, **body)
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["errors"]
    assert (kept(), client.get(record, headers=doctor).status_code) == (0, 404)


def test_a_second_factor_must_have_been_shown_just_now(client: FlaskClient, noor: Person, record: str) -> None:
    headers = signed_in(client, noor)
    with clock.at(NOW + timedelta(minutes=5)):
        assert open_record(client, headers).status_code == 201
    with clock.at(NOW + timedelta(minutes=5, seconds=1)):
        refused = open_record(client, headers)
    assert refused.status_code == 401
    assert refused.json is not None
    assert refused.json["type"] == "/problems/second-factor-needed"
    assert kept() == 1


@pytest.mark.parametrize("persona", ["mary", "tom", "priya", "admin", "stranger", "device", "adeyemi"])
def test_without_the_privilege_nothing_is_learnt(client: FlaskClient, world: World, persona: str) -> None:
    headers = signed_in(client, getattr(world, persona))
    there, nowhere = open_record(client, headers), open_record(client, headers, nhs_number="999 000 0034")
    assert there.status_code == nowhere.status_code == 403
    assert there.get_data() == nowhere.get_data()
    assert kept() == 0


def test_a_record_of_another_organisation_is_not_there(client: FlaskClient, world: World) -> None:
    owns = somebody(world.elsewhere, "Ola", Role.CLINICIAN, 302)
    headers = signed_in(client, owns)
    theirs = open_record(client, headers)
    nobodys = open_record(client, headers, nhs_number="999 000 0034")
    by_id = open_record(client, headers, nhs_number=None, patient_id=str(world.mary_patient.id))
    assert theirs.status_code == nobodys.status_code == by_id.status_code == 404
    assert theirs.get_data() == nobodys.get_data() == by_id.get_data()


def test_whose_patient_it_is_needs_none(client: FlaskClient, world: World) -> None:
    refused = open_record(client, signed_in(client, world.lind))
    assert refused.status_code == 409
    assert kept() == 0


def test_it_is_never_prolonged_and_opened_again_only_with_a_new_reason(
    client: FlaskClient, noor: Person, doctor: Headers
) -> None:
    open_record(client, doctor)
    assert open_record(client, doctor).status_code == 409
    with clock.at(NOW + timedelta(hours=5)):
        assert open_record(client, signed_in(client, noor), reason="Still unwell, seen at home.").status_code == 201
    assert kept() == 2


def test_five_a_day(client: FlaskClient, world: World, noor: Person, doctor: Headers) -> None:
    """Numbers typed wrong spend none of them; the sixth that would open does not."""
    answers = [open_record(client, doctor, nhs_number="999 000 0034").status_code for _ in range(6)]
    for _ in range(5):
        opened = open_record(client, doctor)
        assert opened.json is not None
        answers.append(opened.status_code)
        end(client, doctor, opened.json["id"])
    assert answers == [404] * 6 + [201] * 5
    assert open_record(client, doctor).status_code == 429
    assert kept() == 5
    with clock.at(NOW + timedelta(days=1)):
        assert open_record(client, signed_in(client, noor)).status_code == 201


def test_fifty_look_ups_a_day_and_each_miss_is_written_down(client: FlaskClient, world: World, noor: Person) -> None:
    with unit_of_work():
        for _ in range(48):
            limits.spend(f"look for a record {noor.id}", allowed=emergency.LOOKED_FOR_A_DAY, per=timedelta(days=1))
    doctor = signed_in(client, noor)
    answers = [open_record(client, doctor, nhs_number="999 000 0034").status_code for _ in range(3)]
    assert answers == [404, 404, 429]
    assert open_record(client, doctor).status_code == 429
    assert kept() == 0
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.actor_id == noor.id).order_by(AuditEntry.id)).all()
    in_vain = [one for one in noted if one.action == "in vain: break_glass"]
    assert [(one.role, one.purpose, one.patient_id) for one in in_vain[:2]] == [("clinician", "emergency", None)] * 2


def test_it_can_be_ended_early_by_whoever_opened_it(
    client: FlaskClient, world: World, doctor: Headers, lead: Headers, record: str
) -> None:
    opened = open_record(client, doctor).json
    assert opened is not None
    assert end(client, lead, opened["id"]).status_code == 404
    assert client.get(record, headers=doctor).status_code == 200
    for _ in range(2):
        answer = end(client, doctor, opened["id"])
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["is_running"] is False
    assert client.get(record, headers=doctor).status_code == 404


def test_the_patient_is_told_without_a_word_of_it(client: FlaskClient, world: World, doctor: Headers) -> None:
    open_record(client, doctor)
    [told] = db.session.scalars(select(Delivery).where(Delivery.about == "emergency_access"))
    assert told.recipient_id == world.mary.id
    assert told.body is not None
    assert "Mary, somebody opened your record in an emergency" in told.body
    assert "999" in told.body
    for hidden in ("unwell", "Noor", "Haddad", "Okafor", "0018"):
        assert hidden not in told.body


def test_the_phone_of_somebody_who_has_died_is_not_texted(client: FlaskClient, world: World, doctor: Headers) -> None:
    with unit_of_work():
        patient_service.end_care(patients.admitted_one(world.mary_patient.id), "died")
    assert open_record(client, doctor).status_code == 201
    assert db.session.scalars(select(Delivery).where(Delivery.about == "emergency_access")).all() == []
    [todo] = todos.open_of(patients.admitted_one(world.mary_patient.id))
    assert (todo.kind, kept()) == ("emergency_access", 1)


def test_the_coordinator_is_asked_to_speak_of_it(client: FlaskClient, world: World, doctor: Headers) -> None:
    open_record(client, doctor)
    [todo] = todos.open_of(patients.admitted_one(world.mary_patient.id))
    assert (todo.kind, todo.owner_id) == ("emergency_access", world.priya.id)
    assert todo.reason is not None
    assert "Noor Haddad opened this record in an emergency on 18 November at 10:00" in todo.reason
    assert REASON in todo.reason


def test_every_look_stands_in_the_audit_as_an_emergency(
    client: FlaskClient, world: World, noor: Person, doctor: Headers, record: str
) -> None:
    opened = open_record(client, doctor).json
    assert opened is not None
    client.get(f"{record}/readings", headers=doctor)
    end(client, doctor, opened["id"])
    asked = select(AuditEntry).where(AuditEntry.patient_id == world.mary_patient.id, AuditEntry.actor_id == noor.id)
    entries = db.session.scalars(asked.order_by(AuditEntry.id)).all()
    assert [(one.role, one.action, one.purpose) for one in entries] == [
        ("clinician", "break_glass", "emergency"),
        ("emergency", "see_readings", "emergency"),
        ("clinician", "end_emergency_access", "emergency"),
    ]


def test_leads_review_what_others_opened_once(
    client: FlaskClient, world: World, doctor: Headers, lead: Headers
) -> None:
    opened = open_record(client, doctor).json
    assert opened is not None
    listed = client.get("/api/emergency-accesses?unreviewed=true", headers=lead).json
    assert listed is not None
    [one] = listed["items"]
    assert (one["patient_name"], one["by_name"], one["reason"]) == ("Mary Okafor", "Noor Haddad", REASON)
    assert review(client, doctor, opened["id"]).status_code == 403
    reviewed = review(client, lead, opened["id"], "Rightly opened; spoken with Mary.")
    assert reviewed.status_code == 200
    assert reviewed.json is not None
    assert (reviewed.json["reviewed_by"], reviewed.json["review"]) == (
        "Grace Mensah",
        "Rightly opened; spoken with Mary.",
    )
    assert review(client, lead, opened["id"]).status_code == 409
    assert client.get("/api/emergency-accesses?unreviewed=true", headers=lead).json["items"] == []  # type: ignore[index]
    assert len(client.get("/api/emergency-accesses", headers=lead).json["items"]) == 1  # type: ignore[index]


def test_nobody_reviews_their_own_and_nobody_that_of_others(client: FlaskClient, world: World, doctor: Headers) -> None:
    opens = signed_in(client, somebody(world.organisation, "Lea", Role.LEAD, 303))
    own = open_record(client, opens).json
    assert own is not None
    assert review(client, opens, own["id"]).status_code == 409
    elsewhere = signed_in(client, somebody(world.elsewhere, "Ned", Role.LEAD, 304))
    assert review(client, elsewhere, own["id"]).status_code == 404
    assert client.get("/api/emergency-accesses", headers=elsewhere).json["items"] == []  # type: ignore[index]


def test_the_list_comes_in_pages(client: FlaskClient, world: World, doctor: Headers, lead: Headers) -> None:
    open_record(client, doctor)
    open_record(client, doctor, nhs_number="999 000 0026")
    first = client.get("/api/emergency-accesses?limit=1", headers=lead).json
    assert first is not None
    second = client.get(f"/api/emergency-accesses?limit=1&cursor={first['next']}", headers=lead).json
    assert second is not None
    names = [one["patient_name"] for page in (first, second) for one in page["items"]]
    assert (sorted(names), second["next"]) == (["Imran Khan", "Mary Okafor"], None)
