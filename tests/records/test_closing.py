"""Closing an account: said first, true at once, undone for thirty days, then erased; the care record stays (S36)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import queries as people
from app.identity import service as identity
from app.identity.models import AccountClosing, DeviceSession, Person
from app.identity.service import closing as accounts
from app.notifications import service as notifications
from app.notifications.models import Delivery
from app.patients import queries as patients
from app.patients import service as patient_service
from app.patients.models import ActingFor, CircleGrant, CircleMember, Patient
from app.readings.intake import Entry
from app.readings.models import Reading
from app.readings.service import record
from app.records.jobs import JOBS
from app.records.models import LegalHold
from app.records.queries import holds
from app.records.service import closing, exporting
from app.teams.models import Team
from app.todos.models import Todo
from tests.conftest import NOW
from tests.people import PASSWORD, World, signed_in
from tests.web.browsing import Browser, words

DAY = timedelta(days=1)
YES = {"confirmed": True}


def close(client: FlaskClient, person: Person, **more: Any) -> None:
    answer = client.post("/api/me/closing", json=YES | more, headers=signed_in(client, person))
    assert answer.status_code == 204, answer.json
    db.session.expire_all()


def can_sign_in(client: FlaskClient, identifier: str) -> bool:
    body = {"identifier": identifier, "password": PASSWORD}
    return client.post("/api/sign-in", json=body).status_code == 200


def todos_of(patient: Patient) -> list[str]:
    return [str(todo.reason) for todo in db.session.scalars(select(Todo).where(Todo.patient_id == patient.id))]


def deliver_to(person: Person, patient: Patient) -> None:
    with unit_of_work():
        notifications.tell(
            organisation_id=patient.organisation_id,
            patient_id=patient.id,
            recipient_id=person.id,
            about="alert",
            about_id=new_id(),
            kind="alert",
            body="Please look.",
        )


def test_it_is_said_before_it_is_confirmed(client: FlaskClient, world: World) -> None:
    mary = signed_in(client, world.mary)
    said = client.get("/api/me/closing", headers=mary).json
    assert said["hindrance"] is None
    assert any("8 years" in line for line in said["stays"])
    assert "Priya Shah will speak with you about your care." in said["ends"]
    for body in ({}, {"confirmed": False}, YES | {"restrict": "often"}, YES | {"person_id": str(world.tom.id)}):
        answer = client.post("/api/me/closing", json=body, headers=mary)
        assert answer.status_code == 422, body
    assert client.get("/api/me", headers=mary).status_code == 200


def test_from_then_on_nobody_is_let_in_and_nothing_is_sent(client: FlaskClient, world: World) -> None:
    mary, other_phone = signed_in(client, world.mary), signed_in(client, world.mary)
    deliver_to(world.mary, world.mary_patient)
    assert can_sign_in(client, "mary.okafor@kith.example")
    assert client.post("/api/me/closing", json=YES, headers=mary).status_code == 204
    for headers in (mary, other_phone):
        assert client.get("/api/me", headers=headers).status_code == 401
    assert not can_sign_in(client, "mary.okafor@kith.example")
    assert not can_sign_in(client, "07700900201")
    db.session.expire_all()
    assert db.session.scalars(select(Delivery.state).where(Delivery.recipient_id == world.mary.id)).all() == ["stale"]
    left = db.session.scalars(
        select(DeviceSession.id).where(DeviceSession.person_id == world.mary.id, DeviceSession.revoked_at.is_(None))
    )
    assert left.all() == []
    assert people.person_by_contact("07700900201") is None


def test_carers_are_out_and_the_team_is_asked_to_speak_with_the_patient(client: FlaskClient, world: World) -> None:
    tom = signed_in(client, world.tom)
    url = f"/api/patients/{world.mary_patient.id}/readings"
    assert client.get(url, headers=tom).status_code == 200
    close(client, world.mary)
    assert client.get(url, headers=tom).status_code == 404
    for model in (CircleMember, CircleGrant, ActingFor):
        running = select(func.count()).select_from(model).where(model.ended_at.is_(None))
        assert db.session.scalar(running.where(model.patient_id == world.mary_patient.id)) == 0
    (reason,) = todos_of(world.mary_patient)
    assert "Mary Okafor closed their account" in reason
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.patient_id == world.mary_patient.id)).all()
    assert "close_account" in acts


def test_the_care_record_stays_and_the_team_reads_it(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        one = Entry(new_id(), "weight", NOW, 80, "kg")
        record(patients.admitted_one(world.mary_patient.id), [one], by=world.mary.id)
    close(client, world.mary)
    assert len(db.session.scalars(select(Reading)).all()) == 1
    priya = signed_in(client, world.priya)
    assert client.get(f"/api/patients/{world.mary_patient.id}/readings", headers=priya).status_code == 200


def test_a_carer_who_closes_leaves_every_circle_and_the_coordinator_of_whom_they_acted_for_is_told(
    client: FlaskClient, world: World
) -> None:
    with unit_of_work():
        acting = ActingFor(
            organisation_id=world.organisation.id,
            patient_id=world.mary_patient.id,
            person_id=world.tom.id,
            basis="consent",
            scopes=["readings"],
            review_on=date(2027, 5, 1),
            given_by=world.mary.id,
            wording_id="acting.consent",
            wording_version=1,
            wording_language="en",
        )
        acting.evidence = "Said so on the phone."
        db.session.add(acting)
    close(client, world.tom)
    of_tom = select(CircleMember.ended_at).where(CircleMember.person_id == world.tom.id)
    assert db.session.scalars(of_tom).all() == [NOW]
    assert db.session.scalars(select(ActingFor.ended_at)).all() == [NOW]
    reasons = todos_of(world.mary_patient)
    assert len(reasons) == 2
    assert any("Tom Okafor, who acted for the patient" in one for one in reasons)
    assert any("no family or friend is in it" in one for one in reasons)
    assert client.get("/api/me", headers=signed_in(client, world.mary)).status_code == 200


STAFF: dict[str, tuple[Callable[[World], Person], str]] = {
    "with patients": (lambda world: world.priya, "Hand them over first"),
    "without": (lambda world: world.lind, "Ask an administrator to end your role first"),
    "an admin": (lambda world: world.admin, "Ask an administrator to end your role first"),
}


@pytest.mark.parametrize("case", STAFF)
def test_who_works_here_cannot_close_and_is_told_why(client: FlaskClient, world: World, case: str) -> None:
    of, why = STAFF[case]
    headers = signed_in(client, of(world))
    assert why in client.get("/api/me/closing", headers=headers).json["hindrance"]
    answer = client.post("/api/me/closing", json=YES, headers=headers)
    assert (answer.status_code, why in answer.json["detail"]) == (409, True)
    assert client.get("/api/me", headers=headers).status_code == 200


def test_the_team_opens_it_again_within_thirty_days(client: FlaskClient, world: World) -> None:
    close(client, world.mary, restrict=True)
    url = f"/api/patients/{world.mary_patient.id}/reopening"
    with clock.at(NOW + 29 * DAY):
        assert client.post(url, headers=signed_in(client, world.tom)).status_code == 404
        priya = signed_in(client, world.priya)
        assert client.post(url, headers=priya).status_code == 204
        db.session.expire_all()
        assert can_sign_in(client, "mary.okafor@kith.example")
        assert client.post(url, headers=priya).status_code == 409
    todo = db.session.scalars(select(Todo).where(Todo.kind == closing.ASKED)).one()
    assert todo.done_by == world.priya.id
    # Nobody is let into the circle by it: that was consent, and it has ended.
    running = select(CircleMember.id).where(CircleMember.ended_at.is_(None))
    assert db.session.scalars(running.where(CircleMember.patient_id == world.mary_patient.id)).all() == []


def test_a_phone_that_somebody_else_has_since_stays_theirs(client: FlaskClient, world: World) -> None:
    close(client, world.mary)
    with unit_of_work():
        identity.add_person("New", "Owner", phone="07700 900201")
        closing.reopen(patients.admitted_one(world.mary_patient.id), world.priya.id)
    mary = db.session.get_one(Person, world.mary.id)
    assert (mary.phone, mary.email, mary.is_active) == (None, "mary.okafor@kith.example", True)


def test_a_carer_is_let_in_again_by_a_command(client: FlaskClient, world: World) -> None:
    close(client, world.tom)
    runner = client.application.test_cli_runner()
    for said, code in (("open again", 0), ("not closed", 1)):
        answer = runner.invoke(args=["reopen-account", "--person", str(world.tom.id)])
        assert (said in answer.output, answer.exit_code) == (True, code), answer.output
    db.session.expire_all()
    assert can_sign_in(client, "tom.okafor@kith.example")


def test_after_thirty_days_contacts_and_ways_in_are_erased(worker: Flask, client: FlaskClient, world: World) -> None:
    close(client, world.tom)
    for day, erased in ((29, 0), (30, 1), (31, 0)):
        with clock.at(NOW + day * DAY), worker.app_context(), unit_of_work():
            assert accounts.erase_old(holds.people()) == erased
    tom = db.session.get_one(Person, world.tom.id)
    assert (tom.name, tom.phone, tom.email, tom.password_hash) == ("Tom Okafor", None, None, None)
    row = db.session.scalars(select(AccountClosing)).one()
    assert (row.phone_sealed, row.email_sealed, row.erased_at) == (None, None, NOW + 30 * DAY)


def test_what_is_on_hold_is_not_erased(worker: Flask, client: FlaskClient, world: World) -> None:
    with unit_of_work():
        hold = LegalHold(organisation_id=world.organisation.id, set_by=world.admin.id)
        hold.patient_id, hold.reason = world.mary_patient.id, "A letter of solicitors"
        db.session.add(hold)
    for person in (world.mary, world.khan):
        close(client, person)
    erase = next(job for job in JOBS if job.name == "erase closed accounts")
    with clock.at(NOW + 31 * DAY), worker.app_context():
        with unit_of_work():
            erase.work()
        rows = {one.person_id: one for one in db.session.scalars(select(AccountClosing))}
        assert (rows[world.mary.id].phone, rows[world.mary.id].erased_at) == ("+447700900201", None)
        assert (rows[world.khan.id].phone, rows[world.khan.id].erased_at) == (None, clock.now())
        with unit_of_work():
            db.session.get_one(LegalHold, hold.id).lifted_at = clock.now()
            db.session.get_one(LegalHold, hold.id).lifted_by = world.admin.id
        with unit_of_work():
            erase.work()
        assert db.session.scalars(select(AccountClosing.phone_sealed)).all() == [None, None]


def test_who_has_records_in_two_organisations_is_opened_in_both(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        team, mary = db.session.get_one(Team, world.other_team.id), db.session.get_one(Person, world.mary.id)
        new = patient_service.NewPatient(coordinator_id=world.other_coordinator.id)
        elsewhere = patient_service.enrol(team, mary, new).id
    close(client, world.mary, restrict=True)
    with unit_of_work():
        for record_id in (world.mary_patient.id, elsewhere):
            patient_service.end_care(patients.admitted_one(record_id), "discharged")
        closing.restrict_records()
    theirs = select(Patient.restricted_at).where(Patient.person_id == world.mary.id)
    assert db.session.scalars(theirs).all() == [NOW, NOW]
    answer = client.post(f"/api/patients/{world.mary_patient.id}/reopening", headers=signed_in(client, world.lead))
    assert answer.status_code == 204
    assert db.session.scalars(theirs).all() == [None, None]
    asked = select(Todo.done_at).where(Todo.kind == closing.ASKED)
    assert db.session.scalars(asked).all() == [NOW, NOW]
    owen = signed_in(client, world.other_coordinator)
    assert client.get(f"/api/patients/{elsewhere}", headers=owen).status_code == 200


def test_a_record_is_restricted_once_care_has_ended_and_no_alert_is_open(client: FlaskClient, world: World) -> None:
    url = f"/api/patients/{world.mary_patient.id}"
    low = Entry(new_id(), "oxygen_saturation", NOW, 80, "%", context={"on_oxygen": False})
    with unit_of_work():
        record(patients.admitted_one(world.mary_patient.id), [low], by=world.mary.id)
    close(client, world.mary, restrict=True)
    with unit_of_work():
        closing.restrict_records()
    priya, lead, lind = (signed_in(client, one) for one in (world.priya, world.lead, world.lind))
    assert client.get(url, headers=priya).status_code == 200  # care runs: the team must see it
    with unit_of_work():
        patient_service.end_care(patients.admitted_one(world.mary_patient.id), "declined")
        closing.restrict_records()
    assert client.get(url, headers=priya).status_code == 200  # an alert is open still
    with unit_of_work():
        settle = "update alert set state = 'resolved', outcome = 'patient_well' where patient_id = :patient"
        db.session.execute(text(settle), {"patient": world.mary_patient.id})
        closing.restrict_records()
    for headers, status in ((priya, 404), (lind, 404), (lead, 200)):
        assert client.get(url, headers=headers).status_code == status
    with unit_of_work():
        closing.reopen(patients.admitted_one(world.mary_patient.id), world.lead.id)
    assert client.get(url, headers=priya).status_code == 200


def test_a_correction_note_stands_beside_the_record(client: FlaskClient, world: World) -> None:
    url = f"/api/patients/{world.mary_patient.id}/correction-notes"
    mary = signed_in(client, world.mary) | {"Idempotency-Key": str(new_id())}
    assert client.post(url, json={"text": "I am not allergic to penicillin."}, headers=mary).status_code == 201
    for bad in ({}, {"text": ""}, {"text": "x" * 4001}, {"text": "a", "patient_id": "b"}):
        headers = mary | {"Idempotency-Key": str(new_id())}
        assert client.post(url, json=bad, headers=headers).status_code == 422
    (note,) = client.get(url, headers=signed_in(client, world.priya)).json["items"]
    assert (note["text"], note["written_by"]) == ("I am not allergic to penicillin.", "Mary Okafor")
    for other, status in ((world.tom, 403), (world.khan, 404)):
        assert client.get(url, headers=signed_in(client, other)).status_code == status
    assert todos_of(world.mary_patient) == [str(db.session.scalars(select(Todo)).one().reason)]


# On pages.


@pytest.fixture
def browser(app: Flask, world: World) -> Browser:
    mine = Browser(app.test_client())
    mine.have_session(world.mary)
    return mine


def test_the_page_offers_a_copy_and_gives_it(browser: Browser, world: World, client: FlaskClient) -> None:
    assert "Download my record" in words(browser.get("/me/record/"))
    assert browser.post("/me/record/copies").status_code == 303
    assert "it is being made" in words(browser.get("/me/record/"))
    from_task = db.session.execute(text("select task_name, args::text from procrastinate_jobs")).all()
    assert [name for name, _ in from_task] == ["make a copy"]
    with unit_of_work():
        for (export_id,) in db.session.execute(text("select id from record_export")).all():
            exporting.make(str(export_id))
    page = browser.get("/me/record/").get_data(as_text=True)
    href = page.split('href="/me/record/copies/')[1].split('"')[0]
    answer = browser.client.get(f"/me/record/copies/{href}")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")


def test_the_page_explains_and_closes(browser: Browser, world: World) -> None:
    page = words(browser.get("/me/record/close"))
    assert "What ends at once" in page
    assert "999" in page
    refused = browser.post("/me/record/close", {"restrict": "yes"})
    assert refused.status_code == 422
    assert "Tick the box" in words(refused)
    browser.get("/me/record/close")
    done = browser.post("/me/record/close", {"confirmed": "yes"})
    assert "Your account is closed" in words(done)
    assert done.headers["Clear-Site-Data"]
    assert browser.get("/me/record/").status_code == 303


def test_a_note_is_kept_from_the_page(browser: Browser, world: World) -> None:
    browser.get("/me/record/")
    url = f"/me/record/{world.mary_patient.id}/notes"
    assert "Write what is wrong" in words(browser.post(url, {"text": " "}))
    browser.get("/me/record/")
    assert browser.post(url, {"text": "My birthday is in May."}).status_code == 303
    assert "Your note is kept" in words(browser.get("/me/record/?said=noted"))
    browser.get("/me/record/")
    assert browser.post(f"/me/record/{world.khan_patient.id}/notes", {"text": "x"}).status_code == 404
    priya = Browser(browser.client.application.test_client())
    priya.have_session(world.priya)
    page = words(priya.get(f"/console/patients/{world.mary_patient.id}"))
    assert "Said to be wrong in this record My birthday is in May. Mary Okafor" in page


def test_staff_are_told_on_the_page_why_not(app: Flask, world: World) -> None:
    priya = Browser(app.test_client())
    priya.have_session(world.priya)
    page = words(priya.get("/me/record/close"))
    assert "Hand them over first" in page
    assert "Are you sure?" not in page
