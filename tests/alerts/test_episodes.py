"""Episodes: opened once, joined, raised and never lowered, settled, withdrawn, late, resolved by people only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.protocols.models import MonitoringPlan
from app.readings.intake import Entry
from app.readings.service import record
from tests.alerts.sending import Sender, alerts, deliveries, findings, history
from tests.conftest import NOW
from tests.people import World, signed_in

MINUTE = timedelta(minutes=1)


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Sender:
    return Sender(client, signed_in(client, world.mary), world.mary_patient.id)


@pytest.fixture
def khan(client: FlaskClient, world: World) -> Sender:
    return Sender(client, signed_in(client, world.khan), world.khan_patient.id)


@pytest.fixture
def priya(client: FlaskClient, world: World) -> dict[str, str]:
    return signed_in(client, world.priya)


def act(client: FlaskClient, headers: dict[str, str], world: World, what: str, **body: str) -> int:
    url = f"/api/patients/{world.mary_patient.id}/alerts/{alerts()[-1].id}/{what}"
    return client.post(url, json=body or None, headers=headers).status_code


def test_a_later_finding_joins_and_one_text_is_sent_for_the_opening(mary: Sender) -> None:
    for minutes in range(3):
        with clock.at(NOW + minutes * MINUTE):
            mary.oxygen(88)
    (alert,) = alerts()
    assert history(alert) == ["opened", "joined", "joined"]
    assert len(findings()) == 3
    assert len(deliveries()) == 1


def test_severity_rises_with_one_text_more_and_never_falls(mary: Sender) -> None:
    mary.oxygen(94)
    assert (alerts()[0].severity, len(deliveries())) == ("amber", 0)
    with clock.at(NOW + MINUTE):
        mary.oxygen(88)
    assert (alerts()[0].severity, len(deliveries())) == ("red", 1)
    with clock.at(NOW + 2 * MINUTE):
        mary.oxygen(94)
    (alert,) = alerts()
    assert alert.severity == "red"
    assert history(alert) == ["opened", "raised", "joined"]
    assert len(deliveries()) == 1


def test_a_raise_needs_to_be_taken_again(
    mary: Sender, client: FlaskClient, world: World, priya: dict[str, str]
) -> None:
    mary.oxygen(94)
    assert act(client, priya, world, "acknowledge") == 200
    mary.oxygen(88)
    (alert,) = alerts()
    assert (alert.state, alert.severity, alert.acknowledge_by) == ("open", "red", NOW + 15 * MINUTE)


def test_mr_khans_own_target_replaces_the_bands(khan: Sender) -> None:
    assert khan.oxygen(90)["reply"]["severity"] is None
    assert alerts() == []
    assert khan.oxygen(94, on_oxygen=True)["reply"]["severity"] == "amber"
    assert khan.oxygen(87)["reply"]["severity"] == "red"
    assert {(alert.direction, alert.severity) for alert in alerts()} == {("high", "amber"), ("low", "red")}
    assert {finding.limit_origin for finding in findings()} == {"personal"}


def test_what_is_old_when_it_arrives_stands_on_the_list_and_texts_nobody(mary: Sender) -> None:
    mary.oxygen(88, NOW - timedelta(days=3))
    (alert,) = alerts()
    assert alert.is_late
    assert deliveries() == []
    mary.oxygen(88)
    (alert,) = alerts()
    assert not alert.is_late
    assert len(deliveries()) == 1


def test_history_makes_findings_and_no_alert(mary: Sender, world: World) -> None:
    entry = Entry(id=world.mary.id, measure="oxygen_saturation", measured_at=NOW, value=88, unit="%", source="import")
    with unit_of_work():
        record(patients.admitted_one(world.mary_patient.id), [entry], by=world.mary.id, is_history=True)
    assert [finding.severity for finding in findings()] == ["red"]
    assert findings()[0].alert_id is None
    assert alerts() == []
    assert deliveries() == []


def test_two_readings_past_the_margin_settle_and_only_a_person_resolves(mary: Sender) -> None:
    mary.oxygen(88)
    with clock.at(NOW + MINUTE):
        mary.oxygen(97)
    assert alerts()[0].settled_at is None
    with clock.at(NOW + 2 * MINUTE):
        mary.oxygen(97)
    (alert,) = alerts()
    assert alert.settled_at == NOW + 2 * MINUTE
    assert alert.state == "open"
    with clock.at(NOW + 3 * MINUTE):
        mary.oxygen(88)
    assert alerts()[0].settled_at is None


def test_after_a_resolve_the_next_finding_opens_a_new_alert_that_names_the_last(
    mary: Sender, client: FlaskClient, world: World, priya: dict[str, str]
) -> None:
    mary.oxygen(88)
    assert act(client, priya, world, "resolve", outcome="advice_given", note="Inhaler technique.") == 200
    with clock.at(NOW + MINUTE):
        mary.oxygen(88)
    first, second = alerts()
    assert (first.state, first.outcome) == ("resolved", "advice_given")
    assert second.previous_id == first.id
    assert len(deliveries()) == 2


def test_a_correction_withdraws_the_finding_and_leaves_the_alert(mary: Sender) -> None:
    reading = mary.oxygen(88)["id"]
    url = f"{mary.url}/{reading}/correction"
    keyed = mary.headers | {"Idempotency-Key": "1"}
    answer = mary.client.post(url, json={"reason": "It was my wife's."}, headers=keyed)
    assert answer.status_code == 204
    assert findings()[0].withdrawn_at == NOW
    (alert,) = alerts()
    assert alert.state == "open"
    assert history(alert) == ["opened", "withdrawn"]


def test_the_worklist_is_worst_first(mary: Sender, khan: Sender, client: FlaskClient, priya: dict[str, str]) -> None:
    khan.oxygen(94, on_oxygen=True)
    mary.oxygen(88)
    rows = client.get("/api/worklist", headers=priya).get_json()["items"]
    assert [(row["patient"], row["severity"], row["owner"]) for row in rows] == [
        ("Mary Okafor", "red", "Priya Shah"),
        ("Imran Khan", "amber", "Priya Shah"),
    ]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 18, 10, 0, tzinfo=UTC), "has been told and will look by 10:15 today."),
        (datetime(2026, 11, 18, 20, 0, tzinfo=UTC), "will look by 08:15 on Thursday 19 November."),
        (datetime(2026, 11, 21, 9, 0, tzinfo=UTC), "will look by 08:15 on Monday 23 November."),
    ],
)
def test_the_reply_says_honestly_who_looks_and_by_when(
    client: FlaskClient, world: World, at: datetime, words: str
) -> None:
    with clock.at(at):
        mary = Sender(client, signed_in(client, world.mary), world.mary_patient.id)
        reply = mary.oxygen(88)["reply"]
    assert words in reply["who"]
    assert "Priya Shah" in reply["who"]
    assert "999" in reply["safety"]


def test_a_rule_that_crashes_keeps_the_reading_and_somebody_is_told(
    mary: Sender, client: FlaskClient, world: World, priya: dict[str, str]
) -> None:
    gone = MonitoringPlan.protocol == "copd_oximetry"
    with unit_of_work():  # the file of a running plan is gone: judging raises
        db.session.execute(update(MonitoringPlan).where(gone).values(version="0"))
    sent = mary.oxygen(88)
    assert sent["reply"]["is_judged"] is False
    assert "not yet judged. Priya Shah has been told" in sent["reply"]["who"]
    row = client.get("/api/worklist", headers=priya).get_json()["items"][0]
    assert (row["is_judged"], row["severity"]) == (False, "red")
    assert [delivery.kind for delivery in deliveries()] == ["alert"]
    again = mary.client.get(f"{mary.url}/{sent['id']}", headers=mary.headers).get_json()
    assert again["reply"]["is_judged"] is False


def test_old_safe_readings_that_arrive_late_settle_nothing(mary: Sender) -> None:
    mary.oxygen(88)
    with clock.at(NOW + MINUTE):
        for hours in (50, 49):
            mary.oxygen(97, NOW - timedelta(hours=hours))
    assert alerts()[0].settled_at is None


def test_a_correction_judges_the_neighbours_again(mary: Sender) -> None:
    """A weight too low by mistake made the next one a gain; without it, there is none."""
    wrong = mary.weight(77.8, NOW - timedelta(days=2))["id"]
    mary.weight(80, NOW - timedelta(hours=1))
    assert ambers() == ["weight_gain"]
    keyed = mary.headers | {"Idempotency-Key": "1"}
    body = {"reason": "My daughter stood on the scales."}
    assert mary.client.post(f"{mary.url}/{wrong}/correction", json=body, headers=keyed).status_code == 204
    assert ambers() == []
    assert alerts()[0].state == "open"


def ambers() -> list[str]:
    """The rules of the amber findings that still hold."""
    return [one.rule for one in findings() if one.severity == "amber" and one.withdrawn_at is None]
