"""People who are introduced by others, and the command that sets a password."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import rows
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.unit_of_work import unit_of_work
from app.identity import introductions, service
from app.notifications import queries as notifications
from app.notifications.service import sending
from tests.people import PASSWORD, World, signed_in
from tests.queries_counted import counted

SAME = {
    "as typed": ("Mary Okafor", "Mary Okafor", True),
    "another case": ("mary OKAFOR", "Mary Okafor", True),
    "spaces": (" Mary   Okafor ", "Mary Okafor", True),
    "composed and decomposed": ("Zoe\u0308 Lind", "Zoë Lind", True),
    "full width": ("Ｍary Okafor", "Mary Okafor", True),
    "another person": ("Tom Okafor", "Mary Okafor", False),
    "part of a name": ("Mary", "Mary Okafor", False),
    "an accent left out": ("Zoe Lind", "Zoë Lind", False),
}


@pytest.mark.parametrize(("one", "other", "same"), SAME.values(), ids=SAME)
def test_names_that_a_reader_takes_for_the_same(one: str, other: str, same: bool) -> None:
    assert introductions.same_name(one, other) is same


# names, phone, e-mail -> found as mary, made anew, or refused
MEETINGS = {
    "by phone": ("Mary", "Okafor", "07700 900201", None, "mary"),
    "by e-mail": ("Mary", "Okafor", None, "MARY.okafor@kith.example", "mary"),
    "by both": ("Mary", "Okafor", "+447700900201", "mary.okafor@kith.example", "mary"),
    "by one of both": ("Mary", "Okafor", "07700 900201", "mary@elsewhere.example", "mary"),
    "nobody's contacts": ("Mary", "Okafor", "07700 900777", "mary@elsewhere.example", "new"),
    "another name": ("Maria", "Okafor", "07700 900201", None, "refused"),
    "two people's contacts": ("Mary", "Okafor", "07700 900201", "tom.okafor@kith.example", "refused"),
    "two people's contacts the other way": ("Mary", "Okafor", "07700 900203", "mary.okafor@kith.example", "refused"),
    "a device's contact": ("Mary's", "blood pressure monitor", None, "monitor.1@devices.kith.example", "refused"),
}


@pytest.mark.parametrize(("given", "family", "phone", "email", "outcome"), MEETINGS.values(), ids=MEETINGS)
def test_meeting_somebody(
    world: World, given: str, family: str, phone: str | None, email: str | None, outcome: str
) -> None:
    who = introductions.introduced(given, family, phone, email)
    if outcome == "refused":
        with pytest.raises(Conflict) as refused:
            service.meet(who)
        assert "Mary" not in refused.value.detail
        return
    person = service.meet(who)
    assert (person.id == world.mary.id) is (outcome == "mary")
    assert world.mary.phone == "+447700900201"
    assert world.mary.email == "mary.okafor@kith.example"


def test_a_known_person_keeps_contacts_they_did_not_give_themselves(world: World) -> None:
    person = service.meet(introductions.introduced("Mary", "Okafor", "07700 900201", "mary@elsewhere.example"))
    assert person.email == "mary.okafor@kith.example"


def test_any_number_of_introductions_is_one_query(world: World) -> None:
    many = [introductions.introduced("Mary", "Okafor", f"07700 900{n:03}", f"m{n}@kith.example") for n in range(300)]
    with counted() as statements:
        known = service.Acquaintances(many)
    assert len(statements) == 1
    assert world.tom.id in known.ids


@pytest.mark.parametrize("name", ["", "  ", "\t"])
def test_a_name_is_needed(name: str) -> None:
    with pytest.raises(Invalid):
        introductions.introduced(name, "Okafor")


def test_a_contact_is_changed_unless_it_is_somebody_elses(world: World) -> None:
    with unit_of_work():
        service.change_person(world.mary, {"phone": "07700 900888", "email": None})
    assert (world.mary.phone, world.mary.email) == ("+447700900888", None)
    with pytest.raises(Conflict), unit_of_work():
        service.change_person(world.mary, {"phone": "07700 900203"})


def test_set_password_ends_every_earlier_sign_in(app: Flask, client: FlaskClient, world: World) -> None:
    before, runner = signed_in(client, world.mary), app.test_cli_runner()
    asked = ["set-password", "--person", "07700 900201", "--password"]
    assert runner.invoke(args=[*asked, "too short"]).exit_code == 1
    assert client.get("/api/devices", headers=before).status_code == 200
    done = runner.invoke(args=[*asked, "five other calm words"])
    assert done.exit_code == 0, done.output
    assert client.get("/api/devices", headers=before).status_code == 401
    for password, status in ((PASSWORD, 401), ("five other calm words", 200)):
        sign_in = {"identifier": "mary.okafor@kith.example", "password": password}
        assert client.post("/api/sign-in", json=sign_in).status_code == status
    rows.reach(rows.SERVICE)
    sending.send_all_due()
    with unit_of_work():
        told = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "set password by command")).all()
        assert [(one.role, one.actor_id, one.subject_id) for one in told] == [("operator", None, world.mary.id)]
        [said] = [one.body for one in notifications.sandbox_messages()]
    assert said.startswith("Kith: something about how you sign in has changed.")
    assert runner.invoke(args=["set-password", "--person", "07700900999", "--password", PASSWORD]).exit_code == 1
