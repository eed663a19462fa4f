"""A copy of everything about somebody: complete by the schema, readable, theirs alone, gone after a day (S35)."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, select, text, update
from werkzeug.test import TestResponse

from app.access.permissions import SCOPES
from app.core import clock, csv_cells, embedded, rotation
from app.core.audit import AuditEntry
from app.core.db import Base, db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.identity.models import Person
from app.notifications.models import InboundText
from app.patients import queries as patients
from app.patients.models import ActingFor, CircleMember
from app.readings.intake import Entry
from app.readings.service import record
from app.records import shape
from app.records.models import RecordExport
from app.records.service import exporting
from tests.conftest import NOW
from tests.patients.circles import circle_of
from tests.people import World, signed_in
from tests.queries_counted import counted

KEY = "Idempotency-Key"
# Somebody whom a column names although no foreign key says so.
PEOPLE = ("person_id", "recipient_id", "actor_id", "on_behalf_of", "asked_by")


def ask(client: FlaskClient, headers: dict[str, str], path: str = "/api/me/exports") -> str:
    answer = client.post(path, headers=headers | {KEY: str(new_id())})
    assert answer.status_code == 202, answer.json
    exporting_now(client.application)
    return f"{path}/{answer.json['id']}/file"


def exporting_now(app: Flask) -> None:
    """Do the tasks that wait, as a worker would."""
    with app.app_context(), unit_of_work():
        for export_id in db.session.scalars(select(RecordExport.id).where(RecordExport.ready_at.is_(None))):
            exporting.make(str(export_id))


def opened(answer: TestResponse) -> dict[str, Any]:
    """The lists of a copy by name, and its page."""
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    lists = {name[5:-5]: json.loads(archive.read(name)) for name in archive.namelist() if name.startswith("json/")}
    for name, rows in lists.items():
        text = archive.read(f"csv/{name}.csv").decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(text)))) == len(rows) + 1, name
    return lists | {"README": archive.read("README.txt").decode(), "all": "".join(map(str, lists.values()))}


@pytest.fixture
def lived(world: World) -> World:
    """Mary has sent a red reading with a note, and a text."""
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        note = {"on_oxygen": False, "note": "=HYPERLINK(1) out of breath"}
        record(patient, [Entry(new_id(), "oxygen_saturation", NOW, 88, "%", context=note)], by=world.mary.id)
        text = InboundText(message_sid="SM1", handled_at=NOW, person_id=world.mary.id)
        text.sender, text.body, text.fields = "+447700900201", "I feel better", "{}"
        db.session.add(text)
    return world


# The schema.


def tables() -> list[Table]:
    return list(Base.metadata.tables.values())


def test_every_table_about_a_patient_is_in_the_copy_or_left_out_with_a_reason(app: Flask, world: World) -> None:
    subject = exporting._subject(RecordExport(person_id=world.mary.id))
    about = [
        table for table in tables() if {"patient_id", "patient_ids"} & {*table.c.keys()} or table.name == "patient"
    ]
    assert len(about) > 20
    for table in about:
        is_in = exporting.gathering.wanted(table, subject) is not None
        assert is_in != (table.name in shape.LEFT_OUT), table.name


def test_every_column_that_names_a_person_is_theirs_or_says_why_not() -> None:
    undecided = []
    for table in tables():
        for column in table.c:
            if "person" not in {key.column.table.name for key in column.foreign_keys} and column.name not in PEOPLE:
                continue
            is_theirs = shape.OWN.get(table.name) == column.name or table.name in shape.LEFT_OUT
            only_acted = f"{table.name}.{column.name}" in shape.ACTED
            in_a_record = "patient_id" in table.c and column.name not in ("person_id", "recipient_id")
            in_a_record = in_a_record or table.name == "patient"
            if not (is_theirs or only_acted or in_a_record):
                undecided.append(f"{table.name}.{column.name}")
    assert undecided == []


def test_what_is_left_out_exists_and_has_a_reason() -> None:
    known = {table.name for table in tables()}
    assert {*shape.LEFT_OUT, *shape.OWN, *shape.OWN_BY_WAY_OF} <= known
    assert all(len(reason) > 15 for reason in (*shape.LEFT_OUT.values(), *shape.ACTED.values()))
    places = {place.name for place in rotation.places()}
    columns = {f"{table.name}.{column.name}" for table in tables() for column in table.c}
    assert {*shape.CONTACTS_OF_OTHERS, *shape.OF_THE_PATIENT} <= places | columns


def test_no_secret_is_ever_copied() -> None:
    """A sealed text of identity is copied only where it is named here; everything in bytes stays behind."""
    personal = {
        "person.phone", "person.email", "device_session.label", "passkey.name", "account_closing.phone",
        "account_closing.email", "second_factor_reset.reason", "invitation.relationship", "invitation.into",
        "carer_check_in.answers",
    }  # fmt: skip
    of_identity = {table.name for table in tables() if table.name in {*shape.OWN, *shape.LEFT_OUT}} - {
        "circle_member", "acting_for", "emergency_access", "delivery", "record_export", "audit_entry", "legal_hold",
        "sandbox_message", "inbound_text",
        "post", "post_report", "thread_message", "visit_note", "digest_item", "goal_step", "goal_review",  # around them
        "plan_action",
        "rating_draft",  # what a patient says of themselves
    }  # fmt: skip
    copied = {
        place.name
        for place in rotation.places()
        if place.table.name in of_identity - {*shape.LEFT_OUT} and place.name not in shape.CONTACTS_OF_OTHERS
    }
    assert copied <= personal


# What is in it.


def test_a_patients_copy_holds_all_of_theirs_in_words(client: FlaskClient, lived: World) -> None:
    headers = signed_in(client, lived.mary)
    copy = opened(client.get(ask(client, headers), headers=headers))
    (person,) = copy["person"]
    assert (person["phone"], person["email"]) == ("+447700900201", "mary.okafor@kith.example")
    (patient,) = copy["patient"]
    assert patient["conditions"] == ["COPD", "Heart failure"]
    assert patient["nhs_number"] == "9990000018"
    assert patient["coordinator_id"] == "Priya Shah"
    (reading,) = copy["reading"]
    assert reading["measured_at"] == "2026-11-18T10:00:00+00:00"
    assert reading["value_in_words"] == "88%"
    assert reading["measure_in_words"] == "Oxygen saturation"
    assert "out of breath" in reading["told"]
    assert reading["entered_by"] == "Mary Okafor"
    assert [text["body"] for text in copy["inbound_text"]] == ["I feel better"]
    assert {member["person_id"] for member in copy["circle_member"]} == {
        "Tom Okafor",
        "Bola Adeyemi",
        "Mary's blood pressure monitor",
    }
    assert {"alert", "finding", "monitoring_plan", "circle_grant", "delivery", "audit_entry"} <= copy.keys()
    assert "999" in copy["README"]
    assert "Your readings (1)" in copy["README"]


def test_nobody_elses_contacts_and_no_secret_are_in_it(client: FlaskClient, lived: World) -> None:
    headers = signed_in(client, lived.mary)
    copy = opened(client.get(ask(client, headers), headers=headers))
    for person in (lived.tom, lived.priya, lived.lead, lived.khan, lived.adeyemi):
        assert str(person.phone) not in copy["all"]
        assert str(person.email) not in copy["all"]
    for word in ("password_hash", "_sealed", "secret", "_hash'", "_index'"):
        assert word not in copy["all"], word
    assert "Khan" not in copy["all"]


def test_a_carers_copy_holds_only_what_is_theirs(client: FlaskClient, lived: World) -> None:
    headers = signed_in(client, lived.tom)
    copy = opened(client.get(ask(client, headers), headers=headers))
    (member,) = copy["circle_member"]
    assert (member["whose_record"], member["relationship"]) == ("Mary Okafor", "son")
    (grant,) = copy["circle_grant"]
    assert grant["category"] == "readings"
    assert not {"reading", "patient", "alert", "finding", "todo", "monitoring_plan"} & copy.keys()
    for word in ("COPD", "9990000018", "Penicillin", "oxygen"):
        assert word not in copy["all"]


def test_a_member_of_staff_gets_their_own_and_nothing_clinical(client: FlaskClient, lived: World) -> None:
    priya = signed_in(client, lived.priya)
    assert client.get(f"/api/patients/{lived.mary_patient.id}", headers=priya).status_code == 200
    copy = opened(client.get(ask(client, priya), headers=priya))
    assert [held["role"] for held in copy["membership"]] == ["coordinator"]
    assert "see patient" in {act["action_in_words"] for act in copy["audit_entry"]}
    assert not {"patient", "reading", "alert", "todo"} & copy.keys()
    assert "Okafor" not in copy["all"]


def test_words_that_stood_readable_are_in_it_too(client: FlaskClient, lived: World) -> None:
    with unit_of_work():
        db.session.execute(update(CircleMember).values(relationship_clear="nephew", relationship_sealed=None))
    headers = signed_in(client, lived.tom)
    assert opened(client.get(ask(client, headers), headers=headers))["circle_member"][0]["relationship"] == "nephew"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "  ="])
def test_no_cell_of_a_csv_is_a_formula(first: str) -> None:
    assert csv_cells.harmless(f"{first}HYPERLINK(1)") == f"'{first}HYPERLINK(1)"
    assert csv_cells.harmless(-5.5) == -5.5
    assert csv_cells.harmless("5 - 3 = 2") == "5 - 3 = 2"


def test_a_name_that_is_a_formula_is_harmless_in_the_csv(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        person = db.session.get_one(Person, world.stranger.id)
        person.given_name = '=HYPERLINK("http://x.example")'
    headers = signed_in(client, world.stranger)
    archive = zipfile.ZipFile(io.BytesIO(client.get(ask(client, headers), headers=headers).data))
    assert "'=HYPERLINK" in archive.read("csv/person.csv").decode()
    assert '"=HYPERLINK' in archive.read("json/person.json").decode()


def test_the_texts_of_a_phones_former_owner_are_not_its_new_owners(client: FlaskClient, lived: World) -> None:
    with unit_of_work():
        mary, sam = (db.session.get_one(Person, one.id) for one in (lived.mary, lived.stranger))
        phone, mary.phone = mary.phone, "+447700900777"
        db.session.flush()
        sam.phone = phone
        nobodys = InboundText(message_sid="SM2", handled_at=NOW)
        nobodys.sender, nobodys.body, nobodys.fields = str(phone), "From before", "{}"
        db.session.add(nobodys)
    texts = []
    for person in (lived.stranger, lived.mary):
        headers = signed_in(client, person)
        copy = opened(client.get(ask(client, headers), headers=headers))
        texts.append([one["body"] for one in copy.get("inbound_text", [])])
    assert texts == [[], ["I feel better"]]


@pytest.mark.parametrize("path", ["/api/me/exports", "/api/patients/{}/exports"], ids=["everything", "one record"])
def test_strangers_tries_are_in_it_as_the_log_tells_them(
    worker: Flask, client: FlaskClient, lived: World, path: str
) -> None:
    record_path = f"/api/patients/{lived.mary_patient.id}"
    for person in (lived.stranger, lived.other_coordinator):
        assert client.get(record_path, headers=signed_in(client, person)).status_code == 404
    with unit_of_work():
        both = [lived.mary_patient.id, lived.khan_patient.id]
        seen = AuditEntry(organisation_id=lived.organisation.id, actor_id=lived.priya.id, patient_ids=both)
        seen.role, seen.action, seen.purpose = "coordinator", "see_caseload", "care"
        db.session.add(seen)
    headers = signed_in(client, lived.mary)
    url = path.format(lived.mary_patient.id)
    asked = client.post(url, headers=headers | {KEY: str(new_id())}).json["id"]
    exporting_now(worker)
    copy = opened(client.get(f"{url}/{asked}/file", headers=headers))
    tries = [entry["actor_id"] for entry in copy["audit_entry"] if entry["action"] == "refused see_patient"]
    assert tries == [None, lived.other_coordinator.name]
    assert [entry["actor_id"] for entry in copy["audit_entry"] if entry["action"] == "see_caseload"] == ["Priya Shah"]
    assert "Stranger" not in copy["all"]
    assert {"Mary Okafor"} <= {entry["actor_id"] for entry in copy["audit_entry"]}


# What it costs.


def many_acts(person: Person, record_id: UUID, number: int) -> None:
    with unit_of_work():
        db.session.execute(
            text("""
                insert into audit_entry (id, created_at, organisation_id, patient_id, actor_id, role, action, purpose)
                select uuidv7(), :now, organisation_id, id, :actor, 'coordinator', 'see_readings', 'care'
                from patient, generate_series(1, :number) where id = :record
            """),
            {"now": NOW, "actor": person.id, "record": record_id, "number": number},
        )


def test_a_long_copy_is_not_built_in_memory(worker: Flask, lived: World) -> None:
    many_acts(lived.priya, lived.mary_patient.id, 20_000)
    with worker.app_context(), unit_of_work():
        subject = exporting._subject(RecordExport(person_id=lived.priya.id))
        tracemalloc.start()
        with exporting.written(subject) as file:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            lists = zipfile.ZipFile(file)
            assert lists.getinfo("json/audit_entry.json").file_size > 5_000_000
    assert peak < 6_000_000


def test_the_acts_of_somebody_are_found_by_index(
    worker: Flask, lived: World, server: embedded.Server, database: str
) -> None:
    many_acts(lived.priya, lived.mary_patient.id, 20_000)
    with psycopg.connect(server.url("kith_owner", database).replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("analyze audit_entry")
    with worker.app_context():
        subject = exporting._subject(RecordExport(person_id=lived.khan.id))
        wanted = exporting.gathering.wanted(Base.metadata.tables["audit_entry"], subject)
        assert wanted is not None
        statement = select(AuditEntry).where(wanted).compile(db.engine, compile_kwargs={"render_postcompile": True})
        answer = db.session.connection().exec_driver_sql(f"explain {statement}", statement.params)
        plan = "\n".join(answer.scalars())
    for index in ("actor_id_created_at", "patient_id_created_at"):
        assert f"ix_audit_entry_{index}" in plan
    assert "Seq Scan on audit_entry" not in plan


def test_a_list_of_copies_reads_no_file(app: Flask, client: FlaskClient, lived: World) -> None:
    headers = signed_in(client, lived.mary)
    ask(client, headers)
    with app.app_context(), counted() as statements:
        assert len(client.get("/api/me/exports", headers=headers).json["items"]) == 1
    assert not any("file_sealed" in statement for statement in statements)


# Who may have it, and how long.


def test_only_who_asked_can_take_it_and_only_for_a_day(client: FlaskClient, lived: World) -> None:
    mary = signed_in(client, lived.mary)
    url = ask(client, mary)
    assert client.get(url, headers=signed_in(client, lived.tom)).status_code == 404
    assert client.get(url).status_code == 401
    assert client.get(url, headers=mary).status_code == 200
    with clock.at(NOW + timedelta(hours=24)):
        late = signed_in(client, lived.mary)
        assert client.get(url, headers=late).status_code == 404
        with unit_of_work():
            assert exporting.forget_expired() == 1
        db.session.expire_all()
        assert db.session.scalars(select(RecordExport.file_sealed)).all() == [None]


def test_it_lies_sealed_and_is_named_after_the_day(client: FlaskClient, lived: World) -> None:
    mary = signed_in(client, lived.mary)
    url = ask(client, mary)
    blob = db.session.scalars(select(RecordExport.file_sealed)).one()
    assert blob is not None
    assert b"PK\x03\x04" not in blob
    answer = client.get(url, headers=mary)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kith-record-2026-11-18.zip"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_asking_and_each_taking_are_written_down(client: FlaskClient, lived: World) -> None:
    mary = signed_in(client, lived.mary)
    url = ask(client, mary)
    client.get(url, headers=mary)
    client.get(url, headers=mary)
    acts = db.session.execute(
        select(AuditEntry.action, AuditEntry.actor_id).where(AuditEntry.patient_id == lived.mary_patient.id)
    ).all()
    assert acts.count(("ask_for_copy", lived.mary.id)) == 1
    assert acts.count(("take_copy", lived.mary.id)) == 2


def test_one_record_is_given_to_its_patient_and_to_no_member(client: FlaskClient, lived: World) -> None:
    path = f"/api/patients/{lived.mary_patient.id}/exports"
    for stranger, status in ((lived.tom, 403), (lived.priya, 403), (lived.stranger, 404), (lived.admin, 404)):
        headers = signed_in(client, stranger) | {KEY: str(new_id())}
        assert client.post(path, headers=headers).status_code == status
    mary = signed_in(client, lived.mary)
    copy = opened(client.get(ask(client, mary, path), headers=mary))
    assert [reading["value"] for reading in copy["reading"]] == [88]
    assert "device_session" not in copy


def test_a_copy_made_twice_stays_as_it_was(client: FlaskClient, lived: World) -> None:
    ask(client, signed_in(client, lived.mary))
    (before,) = db.session.execute(select(RecordExport.id, RecordExport.file_sealed)).all()
    with unit_of_work():
        exporting.make(str(before.id))
        exporting.make(str(new_id()))
    assert db.session.execute(select(RecordExport.id, RecordExport.file_sealed)).all() == [before]


def test_nobody_asks_without_end(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.stranger)
    statuses = [
        client.post("/api/me/exports", headers=headers | {KEY: str(new_id())}).status_code
        for _ in range(exporting.ASKED_A_DAY + 1)
    ]
    assert statuses == [202] * exporting.ASKED_A_DAY + [429]


def test_somebody_known_by_contacts_only_is_given_nothing(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.mary)
    with unit_of_work():
        for session in db.session.scalars(select(identity.sessions.DeviceSession)):
            session.identity_level = "P5"
    answer = client.post("/api/me/exports", headers=headers | {KEY: str(new_id())})
    assert (answer.status_code, answer.json["type"]) == (403, "/problems/step-up-needed")


def test_who_may_not_any_more_when_it_is_made_is_given_nothing(client: FlaskClient, lived: World) -> None:
    """Tom asks for his mother's record, acting for her; by the time it would be made she has ended that."""
    mary, tom = circle_of(client, lived, lived.mary), signed_in(client, lived.tom)
    acting = mary.act("Tom", "consent", *SCOPES).get_json()["id"]
    path = f"/api/patients/{lived.mary_patient.id}/exports"
    assert client.get(ask(client, tom, path), headers=tom).status_code == 200
    asked = client.post(path, headers=tom | {KEY: str(new_id())}).json["id"]
    with unit_of_work():
        db.session.execute(update(ActingFor).where(ActingFor.id == acting).values(ended_at=NOW, ended_by=lived.mary.id))
    exporting_now(client.application)
    kept = db.session.get_one(RecordExport, asked, populate_existing=True)
    assert (kept.file_sealed, kept.ready_at, kept.expires_at) == (None, None, NOW)
    refused = select(AuditEntry.role).where(AuditEntry.action == "refused export_record")
    assert db.session.scalars(refused.where(AuditEntry.actor_id == lived.tom.id)).all() == ["member"]
