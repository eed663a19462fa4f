"""What people and the clock do: one of two takes an alert, the lead is told in time, a re-run closes its alert."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.access.roles import Role
from app.alerts.service import escalating
from app.core import clock, events, reruns
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications.events import DeliveryFailed
from app.patients import queries as patients
from app.patients.events import HandedOver
from app.patients.models import Patient
from app.protocols.models import MonitoringPlan
from app.teams import service as teams
from app.todos import service as todos
from tests.alerts.sending import Sender, alerts, deliveries, findings, history
from tests.conftest import NOW
from tests.people import World, signed_in
from tests.queries_counted import counted
from tests.web.browsing import Browser, words

ROUNDS = 30


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Sender:
    return Sender(client, signed_in(client, world.mary), world.mary_patient.id)


def test_of_two_who_take_it_at_once_exactly_one_wins_and_the_other_is_told_who(
    app: Flask, client: FlaskClient, world: World, mary: Sender
) -> None:
    callers = {name: signed_in(client, getattr(world, name)) for name in ("priya", "lind")}
    outcomes: Counter[int] = Counter()
    for number in range(ROUNDS):
        mary.oxygen(88)
        url = f"/api/patients/{world.mary_patient.id}/alerts/{alerts()[-1].id}"
        with ThreadPoolExecutor(2) as pool:
            taken = pool.map(
                lambda headers, url=url: app.test_client().post(f"{url}/acknowledge", headers=headers), callers.values()
            )
            answers = sorted(taken, key=lambda answer: answer.status_code)
        outcomes.update(answer.status_code for answer in answers)
        winner = {str(world.priya.id): "Priya Shah", str(world.lind.id): "Anna Lind"}[
            answers[0].get_json()["alert"]["acknowledged_by"]
        ]
        assert answers[1].get_json()["taken_by"] == winner
        resolved = client.post(f"{url}/resolve", json={"outcome": "patient_well"}, headers=callers["priya"])
        assert resolved.status_code == 200, number
    assert outcomes == {200: ROUNDS, 409: ROUNDS}


def test_a_red_that_nobody_takes_in_time_also_tells_the_lead_once(world: World, mary: Sender) -> None:
    mary.oxygen(88)
    for minutes, told in ((14, 0), (15, 1), (16, 0)):
        with clock.at(NOW + timedelta(minutes=minutes)), unit_of_work():
            assert escalating.escalate_due() == told
    (alert,) = alerts()
    assert alert.lead_told_at == NOW + timedelta(minutes=15)
    assert history(alert) == ["opened", "not_taken", "lead_told"]
    assert [delivery.recipient_id for delivery in deliveries()] == [world.priya.id, world.lead.id]
    text = deliveries()[-1].body or ""
    assert "Grace" in text
    assert "Okafor" not in text


def test_what_came_late_tells_no_lead(mary: Sender) -> None:
    mary.oxygen(88, NOW - timedelta(days=2))
    with clock.at(NOW + timedelta(days=2)), unit_of_work():
        assert escalating.escalate_due() == 0


def test_what_was_taken_or_is_amber_tells_no_lead(client: FlaskClient, world: World, mary: Sender) -> None:
    mary.oxygen(94)
    mary.oxygen(88)
    url = f"/api/patients/{world.mary_patient.id}/alerts/{alerts()[-1].id}/acknowledge"
    assert client.post(url, headers=signed_in(client, world.priya)).status_code == 200
    with clock.at(NOW + timedelta(hours=2)), unit_of_work():
        assert escalating.escalate_due() == 0


def test_a_rerun_that_succeeds_judges_the_reading_and_closes_what_stood_for_not_judged(mary: Sender) -> None:
    plan = MonitoringPlan.protocol == "copd_oximetry"
    with unit_of_work():
        db.session.execute(update(MonitoringPlan).where(plan).values(version="0"))
    mary.oxygen(88)
    with clock.at(NOW + timedelta(seconds=5)):
        assert reruns.run_due() == 0
    assert findings() == []
    with unit_of_work():
        db.session.execute(update(MonitoringPlan).where(plan).values(version="1"))
    with clock.at(NOW + timedelta(minutes=5)):
        assert reruns.run_due() == 1
    by_family = {alert.family: alert for alert in alerts()}
    assert (by_family["unjudged"].state, by_family["unjudged"].outcome) == ("resolved", "judged")
    assert (by_family["level"].state, by_family["level"].severity) == ("open", "red")
    assert len(findings()) == 1


def test_open_alerts_go_with_a_patient_who_is_handed_over(client: FlaskClient, world: World, mary: Sender) -> None:
    mary.oxygen(88)
    with unit_of_work():
        teams.give_role(world.organisation.id, world.team.id, world.lind.id, Role.COORDINATOR)
    headers = signed_in(client, world.priya)
    record = f"/api/patients/{world.mary_patient.id}"
    tag = client.get(record, headers=headers).headers["ETag"]
    change = {"coordinator_id": str(world.lind.id)}
    assert client.patch(record, json=change, headers=headers | {"If-Match": tag}).status_code == 200
    (alert,) = alerts()
    assert alert.owner_id == world.lind.id
    assert history(alert) == ["opened", "handed_over"]


TAKES_OVER = {
    "red, open": (88, None, False, "Kith: Anna, a RED alert for Mary O. is waiting for you."),
    "red, overdue": (88, None, True, "Kith: Anna, nobody has taken the RED alert for Mary O., due by 10:15."),
    "amber": (93, None, False, None),
    "red that came late": (88, NOW - timedelta(days=2), False, None),
}


@pytest.mark.parametrize("case", TAKES_OVER)
def test_a_new_coordinator_is_told_once_of_what_nobody_has_taken(world: World, mary: Sender, case: str) -> None:
    value, measured_at, is_overdue, said = TAKES_OVER[case]
    mary.oxygen(value, measured_at)
    with unit_of_work():
        teams.give_role(world.organisation.id, world.team.id, world.lind.id, Role.COORDINATOR)
    with clock.at(NOW + timedelta(minutes=20 if is_overdue else 1)):
        for _ in range(2):
            hand_mary_to(world, world.lind)
    told = [one.body or "" for one in deliveries() if one.recipient_id == world.lind.id]
    assert [text[: len(said or "")] for text in told] == ([said] if said else [])
    assert {one.owner_id for one in alerts()} == {world.lind.id}


def test_what_the_coordinator_before_has_taken_tells_nobody(client: FlaskClient, world: World, mary: Sender) -> None:
    mary.oxygen(88)
    url = f"/api/patients/{world.mary_patient.id}/alerts/{alerts()[0].id}/acknowledge"
    assert client.post(url, headers=signed_in(client, world.priya)).status_code == 200
    with unit_of_work():
        teams.give_role(world.organisation.id, world.team.id, world.lind.id, Role.COORDINATOR)
    hand_mary_to(world, world.lind)
    assert [one.recipient_id for one in deliveries()] == [world.priya.id]


def hand_mary_to(world: World, person: Person) -> None:
    """Also where she has this coordinator already, as when the handler is run again."""
    with unit_of_work():
        record = db.session.get_one(Patient, world.mary_patient.id, populate_existing=True)
        record.coordinator_id = person.id
        db.session.flush()
        events.publish(HandedOver(record.organisation_id, record.id))


def test_the_worklist_is_flat_in_the_number_of_patients(app: Flask, client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.priya)
    asked = []
    for patient in (world.mary_patient, world.khan_patient):
        person = world.mary if patient is world.mary_patient else world.khan
        Sender(client, signed_in(client, person), patient.id).oxygen(80)
        with app.app_context(), counted() as statements:
            assert client.get("/api/worklist", headers=headers).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1] == 2  # who calls; alerts and to-dos, the look noted


def test_to_dos_beyond_two_hundred_are_counted_and_said_to_be_left_out(
    app: Flask, client: FlaskClient, world: World, mary: Sender
) -> None:
    mary.oxygen(80)
    with unit_of_work():
        patient = patients.admitted_one(world.khan_patient.id)
        for number in range(203):
            todos.add(patient, "check_number", str(number), "Check the number")
    headers = signed_in(client, world.priya)
    with app.app_context(), counted() as statements:
        answer = client.get("/api/worklist", headers=headers).get_json()
    assert len(statements) == 2
    assert [row["kind"] for row in answer["items"]] == ["alert"] + ["todo"] * 200
    assert (answer["count"], answer["todos_left_out"]) == (204, 3)
    priya = Browser(app.test_client())
    priya.have_session(world.priya)
    said = words(priya.get("/console/worklist"))
    assert "1 to acknowledge, 200 to do" in said
    assert "and 3 more to-dos, due later." in said
    assert "203 not shown by this filter" in words(priya.get("/console/worklist?severity=red"))


def test_a_reading_costs_three_statements_and_a_finding_one_in_its_savepoint(app: Flask, mary: Sender) -> None:
    asked = []
    for value in (70, 71, 118, 119):
        with app.app_context(), counted() as statements:
            mary.send("pulse", value, "/min")
        asked.append(len(statements))
    assert asked == [3, 3, 6, 6]  # guard, store, case; then savepoint, write, release


@pytest.mark.parametrize("times", [1, 3])
def test_a_text_that_does_not_get_through_tells_the_lead_at_once(world: World, mary: Sender, times: int) -> None:
    mary.oxygen(88)
    (delivery,) = deliveries()
    failed = DeliveryFailed(
        organisation_id=world.organisation.id,
        patient_id=world.mary_patient.id,
        delivery_id=delivery.id,
        about="alert",
        about_id=delivery.about_id,
        recipient_id=world.priya.id,
        kind="alert",
        reason="opted_out",
        is_final=True,
    )
    for _ in range(times):
        with unit_of_work():
            events.publish(failed)
    assert history(alerts()[0]) == ["opened", "text_failed", "lead_told"]
    assert [one.recipient_id for one in deliveries()] == [world.priya.id, world.lead.id]


def test_what_became_worse_is_not_closed_unseen(client: FlaskClient, world: World, mary: Sender) -> None:
    mary.oxygen(94)
    headers = signed_in(client, world.priya)
    url = f"/api/patients/{world.mary_patient.id}/alerts/{alerts()[0].id}"
    seen = client.get(url, headers=headers).headers["ETag"]
    mary.oxygen(88)
    well = {"outcome": "patient_well"}
    assert client.post(f"{url}/resolve", json=well, headers=headers | {"If-Match": seen}).status_code == 412
    assert alerts()[0].state == "open"
    seen = client.get(url, headers=headers).headers["ETag"]
    assert client.post(f"{url}/resolve", json=well, headers=headers | {"If-Match": seen}).status_code == 200
