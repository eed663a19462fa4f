"""Doses not taken as a signal: rules as data with their vectors, one alert that is joined, nobody sent a text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Right
from app.alerts import missed_doses, queries
from app.alerts.missed_doses import KEY, RULES, RulesRefused, Seen
from app.alerts.models import Alert, AlertEvent
from app.core import clock, embedded, events
from app.core.db import db
from app.core.events import EventRerun
from app.core.unit_of_work import unit_of_work
from app.medicines import skip_reasons
from app.medicines.models import Dose
from app.medicines.service import overdue
from app.patients import queries as patients
from app.patients import service as patient_service
from app.protocols.content import Severity
from tests.conftest import NOW
from tests.medicines.due import HOUR, deliveries
from tests.medicines.table import Table, table_of
from tests.medicines.test_list import give_tom
from tests.people import World, signed_in

FILE = Path(missed_doses.__file__).with_name("content") / "missed_doses.toml"
TODAY, ONE, OTHER = date(2026, 11, 18), UUID(int=1), UUID(int=2)


def seen(ago: int, state: str = "missed", medicine: UUID = ONE, why: str | None = None) -> Seen:
    return Seen(medicine, TODAY - timedelta(days=ago), state, why=why)


def test_every_rule_says_where_it_comes_from_and_who_approved_it() -> None:
    assert RULES.words == "Rules for missed doses, version 1, draft"
    for rule in RULES.rules:
        assert rule.approved_by is None
        assert "[J]" in rule.source
        assert rule.severity in (Severity.NOTE, Severity.AMBER)  # never a text at night for a tablet
        assert rule.skipped_because <= skip_reasons.REASONS.keys()
        assert "skipped" in rule.counts or not rule.skipped_because


def test_every_reason_the_team_can_act_on_is_a_signal() -> None:
    counted = {reason for rule in RULES.rules for reason in rule.skipped_because}
    told = {one.id for one in skip_reasons.REASONS.values() if one.tell_team}
    assert told - counted == {"told_to"}


BROKEN = {
    "a vector that fails": ('gives = "most_days"', 'gives = "missed_days"'),
    "a rule that no vector tries": ('id = "most_days"', 'id = "most_of_them"'),
}


@pytest.mark.parametrize("case", BROKEN)
def test_rules_that_do_not_do_as_they_say_are_refused(case: str) -> None:
    before, after = BROKEN[case]
    with pytest.raises(RulesRefused):
        missed_doses.load(FILE.read_text("utf-8").replace(before, after))


def test_each_medicine_stands_alone_and_the_gravest_comes_first() -> None:
    doses = [seen(0), seen(1), *(seen(ago, medicine=OTHER) for ago in range(4))]
    found = missed_doses.signals(RULES, doses, TODAY)
    assert [(one.medicine_id, one.rule) for one in found] == [(OTHER, "most_days"), (ONE, "missed_days")]
    assert found[0].why == "A medicine was not taken on 4 of the last 7 days."
    split = [seen(0), seen(1, medicine=OTHER)]
    assert missed_doses.signals(RULES, split, TODAY) == []


def test_what_is_still_to_come_is_not_counted() -> None:
    assert missed_doses.signals(RULES, [seen(0), seen(-1)], TODAY) == []


# Over the API, and what becomes of it.

EVERY_HOUR = {
    "version": 1,
    "kind": "phases",
    "phases": [{"slots": [{"at": f"{hour:02}:00", "amount": "1"} for hour in (11, 12, 13)]}],
}


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


def medicine(mary: Table, typed: str = "Ramipril", **more: Any) -> Any:
    made = mary.add(typed, **more)
    mary.scheduled(made, EVERY_HOUR)
    return made


def not_taken(mary: Table, made: Any, days: int, answer: str = "missed", **more: Any) -> None:
    """Said today of one dose, the doses of so many days before being as recorded then."""
    mine = [one for one in mary.doses() if one["medicine_id"] == made["id"]]
    with unit_of_work():
        old = db.session.get_one(Dose, mine[0]["id"])
        columns = {column.key: getattr(old, column.key) for column in Dose.__mapper__.columns}
        for ago in range(1, days):
            past = {"due_at": old.due_at - timedelta(days=ago), "local_date": old.local_date - timedelta(days=ago)}
            gone = {"id": None, "state": "missed", "remind_at": None, "settle_at": old.settle_at - timedelta(days=ago)}
            db.session.add(Dose(**columns | past | gone))
    assert mary.say(mine[0], answer, **more)["outcome"] == "recorded"


def alerts() -> list[Alert]:
    return list(db.session.scalars(select(Alert).order_by(Alert.opened_at, Alert.id)))


def test_a_note_for_two_days_waits_for_the_coordinator_and_texts_nobody(mary: Table, world: World) -> None:
    not_taken(mary, medicine(mary), 2)
    [alert] = alerts()
    assert (alert.measure, alert.direction, alert.family) == KEY
    assert (alert.severity, alert.state, alert.owner_id) == ("note", "open", world.priya.id)
    assert alert.why == "A medicine was not taken on 2 of the last 7 days."
    assert deliveries() == []


def test_one_missed_dose_is_no_alert(mary: Table) -> None:
    not_taken(mary, medicine(mary), 1)
    assert alerts() == []


def test_one_of_a_time_critical_medicine_is_amber_at_once(mary: Table) -> None:
    not_taken(mary, medicine(mary, "Madopar", time_critical="parkinsons"), 1)
    [alert] = alerts()
    assert (alert.severity, alert.why) == ("amber", "A dose of a time-critical medicine was not taken.")
    assert "Madopar" not in alert.why
    assert deliveries() == []


def test_a_skip_for_a_reason_to_act_on_is_a_note_and_as_told_none(mary: Table) -> None:
    not_taken(mary, medicine(mary), 1, "skipped", why="told_to")
    assert alerts() == []
    not_taken(mary, medicine(mary, "Bisoprolol"), 1, "skipped", why="ran_out")
    assert [one.severity for one in alerts()] == ["note"]


def test_more_of_it_joins_and_only_what_is_graver_raises(mary: Table) -> None:
    not_taken(mary, medicine(mary), 2)
    not_taken(mary, medicine(mary, "Bisoprolol"), 2)
    [alert] = alerts()
    assert alert.severity == "note"
    not_taken(mary, medicine(mary, "Madopar", time_critical="parkinsons"), 1)
    db.session.refresh(alert)
    assert (len(alerts()), alert.severity) == (1, "amber")
    assert "time-critical" in alert.why
    steps = db.session.scalars(select(AlertEvent).order_by(AlertEvent.created_at, AlertEvent.id))
    assert [one.kind for one in steps] == ["opened", "joined", "raised"]


def test_what_nobody_recorded_is_judged_when_it_is_settled(mary: Table, world: World) -> None:
    medicine(mary, "Madopar", time_critical="parkinsons")
    with clock.at(NOW + 24 * HOUR), unit_of_work():
        assert overdue.settle() == 3
    [alert] = alerts()
    assert (alert.severity, alert.owner_id) == ("amber", world.priya.id)
    assert alert.why == "A dose of a time-critical medicine was skipped, or nobody recorded it."


def test_said_by_somebody_of_the_circle_it_counts_the_same(client: FlaskClient, mary: Table, world: World) -> None:
    give_tom(world, Right.SEE)
    give_tom(world, Right.ACT)
    not_taken(table_of(client, world, world.tom), medicine(mary, "Madopar", time_critical="parkinsons"), 1)
    assert len(alerts()) == 1


def test_once_care_has_ended_nobody_is_asked_to_look(mary: Table, world: World) -> None:
    made = medicine(mary, "Madopar", time_critical="parkinsons")
    with clock.at(NOW + 2 * HOUR), unit_of_work():
        patient_service.end_care(patients.admitted_one(world.mary_patient.id), "moved")
    with clock.at(NOW + 24 * HOUR), unit_of_work():
        overdue.settle()
    assert made
    assert alerts() == []


@contextmanager
def no_alert_of_medicines(server: embedded.Server, database: str) -> Iterator[None]:
    """Writing one fails, as it might for any reason."""
    with psycopg.connect(server.url("kith_owner", database).replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("alter table alert add constraint refused check (measure <> 'medicines')")
        try:
            yield
        finally:
            db.session.rollback()
            owner.execute("alter table alert drop constraint refused")


def test_judging_that_fails_never_loses_the_dose_and_is_done_again(
    server: embedded.Server, database: str, mary: Table
) -> None:
    made = medicine(mary, "Madopar", time_critical="parkinsons")
    db.session.rollback()
    with no_alert_of_medicines(server, database):
        not_taken(mary, made, 1)
    assert mary.doses()[0]["state"] == "missed"
    assert alerts() == []
    with unit_of_work():
        (rerun,) = db.session.scalars(select(EventRerun))
        assert rerun.handler == "judge doses"
        events.rerun(rerun)
    assert [one.severity for one in alerts()] == ["amber"]


def test_a_resolved_alert_is_followed_by_another(client: FlaskClient, mary: Table, world: World) -> None:
    made = medicine(mary)
    not_taken(mary, made, 2)
    [alert] = alerts()
    headers = signed_in(client, world.priya) | {"If-Match": f'"{alert.version}"'}
    url = f"/api/patients/{world.mary_patient.id}/alerts/{alert.id}"
    answer = client.post(f"{url}/resolve", json={"outcome": "advice_given", "note": "Rang her."}, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    second = next(one for one in mary.doses() if one["state"] == "due")
    mary.say(second, "missed")
    assert queries.open_alert(world.mary_patient.id, KEY) is not None
