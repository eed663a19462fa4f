"""What is kept for how long: every table in one class, deleted on time, never on hold, the audit left whole (S36)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, func, select, text, update

from app import create_app
from app.core import audit, clock, embedded
from app.core.audit import AuditEntry
from app.core.db import Base, db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.identity.models import DeviceSession, Person
from app.notifications.models import Delivery, InboundText
from app.patients import queries as patients
from app.patients import service as patient_service
from app.patients.models import Patient
from app.readings.intake import Entry
from app.readings.service import record
from app.records import schedule
from app.records.models import LegalHold, Tombstone
from app.records.schedule import CARE_ENDED, NEVER, SHIPPED
from app.records.service import due, foreseeing, retaining
from tests.conftest import NOW, settings_for
from tests.people import World, signed_in
from tests.queries_counted import counted

DAY, YEAR = timedelta(days=1), timedelta(days=366)


@pytest.fixture
def as_worker(worker: Flask, lived: World) -> Iterator[Flask]:
    """The test's own hands are the worker's."""
    with worker.app_context():
        yield worker


@pytest.fixture
def lived(world: World, client: FlaskClient) -> World:
    """Mary and Mr Khan have each sent a red reading; Mary's care has ended."""
    for one in (world.mary_patient, world.khan_patient):
        with unit_of_work():
            patient = patients.admitted_one(one.id)
            record(
                patient,
                [Entry(new_id(), "oxygen_saturation", NOW, 80, "%", context={"on_oxygen": False})],
                by=one.person_id,
            )
    priya = signed_in(client, world.priya)
    for one in (world.mary_patient, world.khan_patient):
        assert client.get(f"/api/patients/{one.id}", headers=priya).status_code == 200
    with unit_of_work():
        patient_service.end_care(patients.admitted_one(world.mary_patient.id), "moved")
    return world


def in_years(years: int, days: int = 1) -> datetime:
    return NOW.replace(year=NOW.year + years) + timedelta(days=days)


def rows_of(patient_id: UUID) -> dict[str, int]:
    """How many rows each table holds about a patient."""
    counted = {}
    for table in Base.metadata.tables.values():
        if "patient_id" in table.c:
            found = select(func.count()).select_from(table).where(table.c.patient_id == patient_id)
            counted[table.name] = db.session.scalar(found) or 0
    return {name: number for name, number in counted.items() if number}


def test_every_table_belongs_to_exactly_one_class(app: Flask) -> None:
    listed = [table for one in SHIPPED.classes for table in one.tables]
    assert sorted(listed) == sorted(set(listed))
    assert set(listed) == set(Base.metadata.tables)


def test_every_class_counts_from_something_its_tables_have(app: Flask) -> None:
    for one in SHIPPED.classes:
        assert one.why.endswith(".")
        for name in one.tables:
            table = Base.metadata.tables[name]
            assert one.after in (NEVER, CARE_ENDED, schedule.UNNAMED) or one.after in table.c, name
            assert one.after != CARE_ENDED or "patient_id" in table.c or name == "patient", name
        assert one.after == NEVER or one.years or one.days


def test_the_worker_may_delete_what_the_schedule_deletes_and_nobody_else(app: Flask) -> None:
    ask = text("select has_table_privilege(:role, :table, 'delete')")
    for one in SHIPPED.classes:
        for table in one.tables:
            may = db.session.scalar(ask, {"role": "kith_worker", "table": table})
            assert may or one.after == NEVER, table
    for table in ("audit_entry", "audit_seal", "tombstone"):
        assert not db.session.scalar(ask, {"role": "kith_worker", "table": table})
    for table in ("patient", "person", "reading", "alert", "delivery", "alert_event", "todo"):
        assert not db.session.scalar(ask, {"role": "kith_app", "table": table}), table


def test_nine_years_later_ended_care_is_gone_and_running_care_stays(as_worker: Flask, lived: World) -> None:
    before, running = rows_of(lived.mary_patient.id), rows_of(lived.khan_patient.id)
    assert {"reading", "alert", "finding", "circle_member", "circle_grant", "monitoring_plan"} <= before.keys()
    with clock.at(in_years(8, -1)):
        retaining.run()
    assert rows_of(lived.mary_patient.id)["reading"] == 1
    entries = db.session.scalar(select(func.count()).select_from(AuditEntry))
    with clock.at(in_years(9)):
        gone = retaining.run()
    left = rows_of(lived.mary_patient.id)
    assert left.keys() == {"audit_entry"}
    assert left["audit_entry"] == before["audit_entry"]
    assert db.session.get(Patient, lived.mary_patient.id) is None
    stays = {name: number for name, number in running.items() if not name.startswith("delivery")}
    assert rows_of(lived.khan_patient.id) == stays
    assert gone["care_record", "reading", lived.organisation.id].rows == 1
    with clock.at(in_years(9, 2)):
        again = retaining.run()
    assert again == {}
    assert (db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0) > (entries or 0)


def test_each_deletion_leaves_a_count_and_nothing_personal(as_worker: Flask, lived: World) -> None:
    with clock.at(in_years(9)):
        gone = retaining.run()
    stones = db.session.scalars(select(Tombstone)).all()
    assert {(s.retention_class, s.table_name, s.organisation_id): s.rows for s in stones} == {
        key: what.rows for key, what in gone.items()
    }
    (reading,) = [stone for stone in stones if stone.table_name == "reading"]
    assert (reading.oldest, reading.newest) == (NOW, NOW)
    acts = db.session.execute(select(AuditEntry.action, AuditEntry.organisation_id, AuditEntry.patient_id)).all()
    assert ("delete_care_record", lived.organisation.id, None) in acts
    written = str(db.session.execute(text("select array_agg(t::text) from tombstone t")).scalar())
    for word in (str(lived.mary_patient.id), str(lived.mary.id), "Mary", "Okafor"):
        assert word not in written


def test_a_dry_run_says_the_same_and_deletes_nothing(as_worker: Flask, lived: World) -> None:
    everything = counts()
    with clock.at(in_years(9)):
        dry = foreseeing.foresee()
        assert counts() == everything
        wet = retaining.run()
    assert {key: what.rows for key, what in dry.items()} == {key: what.rows for key, what in wet.items()}
    assert ("messages", "delivery", lived.organisation.id) in wet


def counts() -> dict[str, int]:
    tables = Base.metadata.tables.values()
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.mark.parametrize("of_all", [False, True], ids=["of the patient", "of the organisation"])
def test_what_is_on_hold_stays_until_the_hold_is_lifted(
    as_worker: Flask, lived: World, client: FlaskClient, of_all: bool
) -> None:
    admin = signed_in(client, lived.admin)
    body: dict[str, Any] = {"organisation_id": str(lived.organisation.id), "reason": "Letter of solicitors, 3 May"}
    body |= {} if of_all else {"patient_id": str(lived.mary_patient.id)}
    answer = client.post("/api/legal-holds", json=body, headers=admin | {"Idempotency-Key": "h"})
    assert answer.status_code == 201, answer.json
    assert answer.json["patient"] == (None if of_all else "Mary Okafor")
    before = rows_of(lived.mary_patient.id)
    with clock.at(in_years(12)):
        retaining.run()
        assert rows_of(lived.mary_patient.id) == before
        admin = signed_in(client, lived.admin)
        assert client.post(f"/api/legal-holds/{answer.json['id']}/lift", headers=admin).status_code == 200
        assert client.get("/api/legal-holds", headers=admin).json["items"] == []
        retaining.run()
    assert rows_of(lived.mary_patient.id).keys() == {"audit_entry"}


def text_from(person: Person | None, sid: str) -> None:
    text = InboundText(message_sid=sid, handled_at=NOW, person_id=person.id if person else None)
    text.sender, text.body, text.fields = "+447700900201", "BP 190/110", "{}"
    db.session.add(text)


@pytest.mark.parametrize("of_all", [False, True], ids=["of the patient", "of the organisation"])
def test_texts_that_came_in_are_held_with_whoever_sent_them(as_worker: Flask, lived: World, of_all: bool) -> None:
    with unit_of_work():
        hold = LegalHold(organisation_id=lived.organisation.id, set_by=lived.admin.id)
        hold.patient_id, hold.reason = None if of_all else lived.mary_patient.id, "A letter of solicitors"
        db.session.add(hold)
        for sid, person in (("mary", lived.mary), ("tom", lived.tom), ("khan", lived.khan), ("?", None)):
            text_from(person, sid)
    with clock.at(in_years(2)):
        retaining.run()
        kept = {"mary", "tom", "khan", "?"} if of_all else {"mary", "tom"}
        assert set(db.session.scalars(select(InboundText.message_sid))) == kept
        with unit_of_work():
            hold.lifted_at, hold.lifted_by = clock.now(), lived.admin.id
        retaining.run()
    assert db.session.scalars(select(InboundText.id)).all() == []


def test_who_is_of_no_known_birth_may_be_a_child(as_worker: Flask, lived: World) -> None:
    with unit_of_work():
        db.session.execute(update(Patient).where(Patient.id == lived.mary_patient.id).values(born_on=None))
    for years, is_there in ((9, True), (24, True), (25, False)):
        with clock.at(in_years(years)):
            retaining.run()
        assert bool(rows_of(lived.mary_patient.id).get("reading")) is is_there


def test_a_dry_run_only_reads_each_class_by_itself(as_worker: Flask, lived: World) -> None:
    with clock.at(in_years(9)), counted() as statements:
        assert foreseeing.foresee()
    acts = {statement.split()[0].lower() for statement in statements}
    assert acts == {"set", "select"}
    begun = [statement for statement in statements if statement.startswith("set local")]
    assert len(begun) == len([one for one in SHIPPED.classes if one.after != NEVER])


def test_whether_the_audit_names_somebody_is_asked_of_its_indexes(
    as_worker: Flask, lived: World, server: embedded.Server, database: str
) -> None:
    with unit_of_work():
        acts = "insert into audit_entry (id, created_at, actor_id, role, action, purpose)"
        rows = "select uuidv7(), :now, :actor, 'lead', 'see_team', 'care' from generate_series(1, 20000)"
        db.session.execute(text(f"{acts} {rows}"), {"now": NOW, "actor": lived.lead.id})
    with psycopg.connect(server.url("kith_owner", database).replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("analyze audit_entry, person")
    unnamed = due.people(SHIPPED.of(schedule.UNNAMED), in_years(1)).limit(retaining.BATCH)
    statement = unnamed.compile(db.engine, compile_kwargs={"render_postcompile": True})
    answer = db.session.connection().exec_driver_sql(f"explain {statement}", statement.params)
    plan = "\n".join(answer.scalars())
    assert "Seq Scan on audit_entry" not in plan
    for index in ("actor_id_created_at", "on_behalf_of"):
        assert f"ix_audit_entry_{index}" in plan


def test_the_record_of_a_child_stays_until_they_are_25(as_worker: Flask, lived: World) -> None:
    with unit_of_work():
        db.session.execute(update(Patient).where(Patient.id == lived.mary_patient.id).values(born_on=date(2015, 6, 1)))
    for year, is_there in ((2039, True), (2041, False)):
        with clock.at(datetime(year, 1, 1, tzinfo=NOW.tzinfo)):
            retaining.run()
        assert bool(rows_of(lived.mary_patient.id).get("reading")) is is_there


def test_texts_go_before_the_record_and_with_everything_that_names_them(as_worker: Flask, lived: World) -> None:
    told = rows_of(lived.khan_patient.id)["delivery"]
    assert told
    with clock.at(in_years(1)):
        retaining.run()
    assert rows_of(lived.khan_patient.id)["delivery"] == told
    with clock.at(in_years(2)):
        retaining.run()
    assert db.session.scalars(select(Delivery.id)).all() == []
    assert rows_of(lived.khan_patient.id)["reading"] == 1


def test_sessions_go_after_weeks_and_people_whom_nobody_names_after_a_year(
    as_worker: Flask, lived: World, client: FlaskClient
) -> None:
    refused = client.get(f"/api/patients/{lived.mary_patient.id}", headers=signed_in(client, lived.stranger))
    assert refused.status_code == 404
    with unit_of_work():
        nobody = identity.add_person("Nobody", "Known").id
    with clock.at(NOW + 90 * DAY):
        retaining.run()
    assert db.session.scalars(select(DeviceSession.id)).all() == []
    assert db.session.get(Person, nobody) is not None
    with clock.at(in_years(1)):
        retaining.run()
    db.session.expire_all()
    assert db.session.get(Person, nobody) is None
    # Whoever a record, a role or the audit names keeps their name.
    for person in (lived.mary, lived.tom, lived.priya, lived.admin, lived.stranger):
        assert db.session.get(Person, person.id) is not None


def test_the_audit_can_be_verified_after_everything(as_worker: Flask, lived: World) -> None:
    audit.seal_all()
    with clock.at(in_years(9)):
        retaining.run()
        audit.seal_all()
        verdict = audit.verify()
    assert verdict.faults == []
    assert verdict.sealed > 5


def test_a_run_that_stops_halfway_is_finished_by_the_next(
    as_worker: Flask, lived: World, server: embedded.Server, database: str
) -> None:
    stops = "create function stops() returns trigger language plpgsql as $$ begin raise 'power cut'; end $$"
    with psycopg.connect(server.url("kith_owner", database).replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute(stops)
        owner.execute("create trigger stops before delete on patient execute function stops()")
        try:
            with clock.at(in_years(9)), pytest.raises(Exception, match="power cut"):
                retaining.run()
        finally:
            owner.execute("drop function stops cascade")
    assert rows_of(lived.mary_patient.id)["reading"] == 1  # a record goes whole or not at all
    with clock.at(in_years(9)):
        retaining.run()
    assert rows_of(lived.mary_patient.id).keys() == {"audit_entry"}


def test_more_rows_than_a_batch_all_go(as_worker: Flask, lived: World) -> None:
    with unit_of_work():
        for _ in range(retaining.BATCH + 3):
            session = identity.new_session(lived.tom, "app", "phone", DAY)
            session.revoked_at = NOW
    with clock.at(NOW + 100 * DAY):
        gone = retaining.run()
    assert gone["sessions", "device_session", None].rows > retaining.BATCH
    assert db.session.scalars(select(DeviceSession.id)).all() == []


# Who may hold.


HOLDS: dict[str, Callable[[World], tuple[Person, dict[str, Any], int]]] = {
    "a coordinator": lambda w: (w.priya, {"organisation_id": str(w.organisation.id)}, 403),
    "a patient": lambda w: (w.mary, {"organisation_id": str(w.organisation.id)}, 403),
    "an admin elsewhere": lambda w: (w.admin, {"organisation_id": str(w.elsewhere.id)}, 404),
    "an unknown patient": lambda w: (
        w.admin,
        {"organisation_id": str(w.organisation.id), "patient_id": str(new_id())},
        404,
    ),
    "no reason": lambda w: (w.admin, {"organisation_id": str(w.organisation.id), "reason": "short"}, 422),
}


@pytest.mark.parametrize("case", HOLDS)
def test_who_may_not_hold(client: FlaskClient, world: World, case: str) -> None:
    person, body, status = HOLDS[case](world)
    headers = signed_in(client, person) | {"Idempotency-Key": str(new_id())}
    answer = client.post("/api/legal-holds", json={"reason": "A letter of solicitors"} | body, headers=headers)
    assert answer.status_code == status, answer.json


def test_an_admin_sees_a_name_and_nothing_clinical(client: FlaskClient, world: World) -> None:
    admin = signed_in(client, world.admin)
    body = {
        "organisation_id": str(world.organisation.id),
        "patient_id": str(world.mary_patient.id),
        "reason": "A letter of solicitors",
    }
    held = client.post("/api/legal-holds", json=body, headers=admin | {"Idempotency-Key": "h"}).json
    assert held.keys() == {
        "id", "organisation_id", "patient_id", "patient", "reason", "set_by", "set_at", "lifted_at",
    }  # fmt: skip
    assert client.get(f"/api/patients/{world.mary_patient.id}", headers=admin).status_code == 404
    assert client.post(f"/api/legal-holds/{new_id()}/lift", headers=admin).status_code == 404
    assert {one["name"] for one in client.get("/api/retention", headers=admin).json["classes"]} >= {"care_record"}


def test_the_command_shows_the_schedule_and_runs_it(lived: World, server: embedded.Server, database: str) -> None:
    fresh = create_app(settings_for(server, database))
    for arguments, said in (
        ((), "8 years after the end of care"),
        (("--dry-run",), "would be deleted"),
        (("run",), "deleted."),
    ):
        with fresh.app_context():
            answer = fresh.test_cli_runner().invoke(args=["retention", *arguments])
            db.engine.dispose()
        assert answer.exit_code == 0, answer.output
        assert said in answer.output


def test_years_are_counted_by_the_calendar() -> None:
    leap = datetime(2032, 2, 29, 12, tzinfo=NOW.tzinfo)
    assert schedule.years_before(leap, 8) == datetime(2024, 2, 28, 12, tzinfo=NOW.tzinfo)
    assert schedule.years_before(NOW, 8).year == NOW.year - 8


def test_a_table_in_two_classes_or_none_is_found() -> None:
    one, *rest = SHIPPED.classes
    torn = dataclasses.replace(SHIPPED, classes=(dataclasses.replace(one, tables=one.tables[1:]), *rest))
    listed = {table for some in torn.classes for table in some.tables}
    assert set(Base.metadata.tables) - listed == {one.tables[0]}
    assert isinstance(Base.metadata.tables["patient"], Table)
