"""A list of people to enrol: dry run, real run, run again; over HTTP and as a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.access.roles import Role
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients import service
from app.patients.models import Patient
from app.teams import service as teams
from tests.people import World, signed_in
from tests.queries_counted import counted

HEAD = "given_name,family_name,nhs_number,born_on,phone,email,coordinator\n"
LIST = (
    HEAD
    + "Ann,Reed,943 476 5919,28/02/1950,07700 900301,,priya.shah@kith.example\n"
    + "Bob,Dunn,9434765918,,07700 900302,,priya.shah@kith.example\n"  # row 3: check digit
    + "Cy,Hale,,1961-05-01,,cy.hale@kith.example,\n"  # names no coordinator
    + "Mary,Okafor,999 000 0018,,07700 900201,,priya.shah@kith.example\n"  # enrolled already
    + "Dee,Lowe,,,07700 900203,,priya.shah@kith.example\n"  # row 6: Tom's phone
    + "Ann,Reed,,,07700900301,,priya.shah@kith.example\n"  # the first row again
)


def send(
    client: FlaskClient, world: World, headers: dict[str, str], text: str, *, dry: bool = False, **more: Any
) -> TestResponse:
    path = f"/api/teams/{world.team.id}/patients/import" + ("?dry_run=true" if dry else "")
    return client.post(path, headers=headers, json={"csv": text, **more})


def stored() -> tuple[int, int]:
    counts = [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Person, Patient)]
    return counts[0], counts[1]


def test_a_dry_run_says_what_a_run_would_do_and_stores_nothing(client: FlaskClient, world: World) -> None:
    priya, before = signed_in(client, world.priya), stored()
    coordinator = {"coordinator_id": str(world.priya.id)}
    dry = send(client, world, priya, LIST, dry=True, **coordinator).get_json()
    assert stored() == before
    real = send(client, world, priya, LIST, **coordinator).get_json()
    assert stored() == (before[0] + 2, before[1] + 2)
    assert dry == real | {"is_dry_run": True}
    assert {name: real[name] for name in ("rows", "enrolled", "known")} == {"rows": 6, "enrolled": 2, "known": 2}
    assert [(error["row"], error["column"]) for error in real["errors"]] == [(3, "nhs_number"), (6, "")]
    assert "Tom" not in str(real)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "enrol")).one()
    assert len(entry.patient_ids or []) == 2


def test_a_list_run_again_enrols_only_what_is_missing(client: FlaskClient, world: World) -> None:
    priya, coordinator = signed_in(client, world.priya), {"coordinator_id": str(world.priya.id)}
    send(client, world, priya, LIST, **coordinator)
    between = stored()
    again = send(client, world, priya, LIST, **coordinator).get_json()
    assert (again["enrolled"], again["known"], stored()) == (0, 4, between)
    mended = LIST.replace("9434765918", "999 000 0034").replace("07700 900203", "07700 900303")
    last = send(client, world, priya, mended, **coordinator).get_json()
    assert (last["enrolled"], last["known"], last["errors"]) == (2, 4, [])
    assert stored() == (between[0] + 2, between[1] + 2)


def test_a_list_changes_nobody_and_reopens_nobody(client: FlaskClient, world: World) -> None:
    priya, coordinator = signed_in(client, world.priya), {"coordinator_id": str(world.priya.id)}
    client.post(f"/api/patients/{world.khan_patient.id}/end", headers=priya, json={"reason": "died"})
    text = (
        HEAD.replace("coordinator", "allergies")
        + "Mary,Okafor,,,07700 900201,new@kith.example,None known\n"
        + "Imran,Khan,999 000 0026,,,,None known\n"
        + "Maria,Okafor,999 000 0018,,,,\n"
        + "Mary,Okafor,943 476 5919,,07700 900201,,\n"
    )
    report = send(client, world, priya, text, **coordinator).get_json()
    assert (report["enrolled"], report["known"]) == (0, 1)
    assert [error["row"] for error in report["errors"]] == [3, 4, 5]
    assert "ended" in report["errors"][0]["detail"]
    mary = db.session.get_one(Patient, world.mary_patient.id, populate_existing=True)
    assert (mary.allergies, mary.version) == ("Penicillin (rash)", 1)
    khan = db.session.get_one(Patient, world.khan_patient.id, populate_existing=True)
    assert khan.ended_reason == "died"
    assert world.mary.email == "mary.okafor@kith.example"


def test_somebody_of_another_team_is_handed_over_not_taken(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        nights = teams.add_team(world.organisation.id, "Riverside Nights")
        teams.give_role(world.organisation.id, nights.id, world.lead.id, Role.COORDINATOR)
        service.enrol(nights, world.stranger, service.NewPatient(coordinator_id=world.lead.id))
    text = HEAD + "Sam,Stranger,,,07700 900205,,priya.shah@kith.example\n"
    report = send(client, world, signed_in(client, world.priya), text).get_json()
    assert (report["enrolled"], report["known"]) == (0, 0)
    assert "another team" in report["errors"][0]["detail"]


def test_a_record_of_another_organisation_is_none_of_ours(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        new = service.NewPatient(coordinator_id=world.other_coordinator.id, nhs_number="943 476 5919")
        service.enrol(world.other_team, world.stranger, new)
    text = HEAD + "Sam,Stranger,943 476 5919,,07700 900205,,priya.shah@kith.example\n"
    report = send(client, world, signed_in(client, world.priya), text).get_json()
    assert (report["enrolled"], report["errors"]) == (1, [])
    records = db.session.scalars(select(Patient).where(Patient.person_id == world.stranger.id)).all()
    assert {record.organisation_id for record in records} == {world.organisation.id, world.elsewhere.id}


def test_a_coordinator_of_another_team_is_none_for_a_list(client: FlaskClient, world: World) -> None:
    priya, text = signed_in(client, world.priya), HEAD + "Ann,Reed,,,07700900301,,\n"
    for coordinator in (None, str(world.lind.id), str(world.other_coordinator.id)):
        report = send(client, world, priya, text, coordinator_id=coordinator).get_json()
        assert [(error["row"], error["column"]) for error in report["errors"]] == [(2, "coordinator")]
    named = HEAD + "Ann,Reed,,,07700900301,,owen.pugh@kith.example\n"
    report = send(client, world, priya, named, coordinator_id=str(world.priya.id)).get_json()
    assert report["enrolled"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"csv": ""},
        {"csv": 5},
        {"csv": ["given_name"]},
        {"csv": HEAD + "A\x00n,Reed,,,,,\n"},
        {"csv": "name\nAnn Reed\n"},
        {"csv": LIST, "role": "admin"},
        {"csv": LIST, "patient_id": "x"},
        {"csv": LIST, "verified": True},
        {"csv": LIST, "coordinator_id": "Priya"},
    ],
    ids=["nothing", "empty", "number", "list", "NUL", "heading", "role", "patient_id", "verified", "coordinator"],
)
def test_what_is_no_list_is_refused_whole(client: FlaskClient, world: World, body: dict[str, Any]) -> None:
    before = stored()
    path = f"/api/teams/{world.team.id}/patients/import"
    answer = client.post(path, headers=signed_in(client, world.priya), json=body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert stored() == before


def test_other_bodies_are_refused(client: FlaskClient, world: World) -> None:
    priya, path = signed_in(client, world.priya), f"/api/teams/{world.team.id}/patients/import"
    assert client.post(path, headers=priya, data=LIST, content_type="text/csv").status_code == 415
    assert client.post(path, headers=priya, json={"csv": "x" * 1_100_000}).status_code == 413
    assert client.post(f"{path}?dry_run=perhaps", headers=priya, json={"csv": LIST}).status_code == 422
    assert client.post(f"{path}?verified=true", headers=priya, json={"csv": LIST}).status_code == 422


def test_the_number_of_queries_does_not_grow_with_the_list(world: World) -> None:
    def rows(first: int, count: int) -> str:
        people = (f"Ann{n},Reed,,,,ann.{n}@kith.example,priya.shah@kith.example\n" for n in range(first, first + count))
        return HEAD + "".join(people)

    with counted() as few, unit_of_work():
        assert service.import_list(world.team, rows(0, 2)).enrolled == 2
    with counted() as many, unit_of_work():
        assert service.import_list(world.team, rows(2, 400)).enrolled == 400
    assert len(many) <= len(few) + 2  # inserts go in batches


def run(app: Flask, *more: str, file: Path) -> tuple[int, str]:
    where = ["--team", "Riverside Long-Term Conditions", "--organisation", "Riverside Care"]
    done = app.test_cli_runner().invoke(args=["patients", "import", str(file), *where, *more])
    return done.exit_code, done.output


def test_the_command_prints_what_is_to_be_mended(app: Flask, world: World, tmp_path: Path) -> None:
    file, before = tmp_path / "list.csv", stored()
    file.write_text("\ufeff" + LIST.replace("\n", "\r\n"), "utf-8")
    priya = ("--coordinator", "priya.shah@kith.example")
    code, said = run(app, *priya, "--dry-run", file=file)
    assert (code, stored()) == (1, before)
    assert said.startswith("6 rows: 2 would be enrolled, 2 enrolled before, 2 to mend\n")
    assert "    3  nhs_number            The check digit does not fit" in said
    assert run(app, *priya, file=file)[1].startswith("6 rows: 2 enrolled, 2 enrolled before, 2 to mend\n")
    assert stored() == (before[0] + 2, before[1] + 2)
    file.write_text(HEAD + "Ann,Reed,943 476 5919,,,,priya.shah@kith.example\n")
    assert run(app, file=file) == (0, "1 rows: 0 enrolled, 1 enrolled before, 0 to mend\n")


def test_the_command_refuses_in_words(app: Flask, world: World, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes((HEAD + "Zoë,Reed,,,07700900301,,\n").encode("cp1252"))
    assert run(app, file=file) == (1, "Error: The file is not in UTF-8. Save it as CSV UTF-8 and try again.\n")
    file.write_text("name\nAnn\n")
    assert "heading" in run(app, file=file)[1]
    assert run(app, "--team", "Nobody's", file=file)[0] == 1
    assert run(app, "--coordinator", "nobody@kith.example", file=file)[0] == 1
    file.write_text(LIST.replace("Ann", "A\x00n"))
    code, said = run(app, file=file)
    assert (code, "NUL" in said) == (1, True)
