"""Live the demo's months through, day by day, under a clock that moves with them: readings, alerts, texts, endings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient

from app.core import clock, ids
from app.core.unit_of_work import unit_of_work
from app.demo import circle, histories, life, medicines, people, sittings, story
from app.demo.callers import SignedIn
from app.demo.coordinator import URGENT, Coordinator
from app.demo.histories import History, Part
from app.demo.people import World
from app.demo.sittings import Sitting
from app.demo.timeline import Timeline
from app.notifications.service import sending
from app.patients import queries as patients
from app.patients import service as enrolments
from app.protocols import service as protocols

LONDON = ZoneInfo("Europe/London")
EVENING = time(19, 0)  # whatever the replies did not promise is found on the day's last look at the worklist
TEXTS_LEAVE = timedelta(seconds=4)
SYNCED = "sync"

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Told:
    """What came of a replay, for whoever loads the demo."""

    sent: int = 0
    others: int = 0
    broken: list[tuple[str, int, str, str]] = field(default_factory=list)  # file, line, row, why


@dataclass(frozen=True, slots=True)
class Life:
    """Somebody's sittings, and their app."""

    patient_id: UUID
    app: SignedIn
    sittings: list[Sitting]
    history: History | None = None


def replay(flask: Flask, world: World, parts: list[Part], until: datetime, progress: Progress) -> Told:
    """Replay these patients up to an instant, on whose day before their histories end; in the app's context."""
    return _Replay(flask, world, until, progress).run(parts)


def begins(parts: list[Part], until: datetime) -> datetime:
    """The midnight before the first thing that happens."""
    last_day = _day_before(until)
    first = min((_history(part, last_day).sittings[0].at for part in parts), default=until)
    first_day = min(first.astimezone(LONDON).date(), last_day - timedelta(days=story.DAYS))
    return datetime.combine(first_day - timedelta(days=1), time(9), LONDON)


def _day_before(moment: datetime) -> date:
    return moment.astimezone(LONDON).date() - timedelta(days=1)


def _history(part: Part, last_day: date) -> History:
    return histories.history(part, last_day, LONDON)


class _Replay:
    def __init__(self, flask: Flask, world: World, until: datetime, progress: Progress) -> None:
        self.flask, self.world, self.until, self.progress = flask, world, until, progress
        self.client: FlaskClient = flask.test_client(use_cookies=False)
        self.last_day = _day_before(until)
        self.timeline = Timeline(clock.now())
        priya = SignedIn(self.client, world.priya.email or "")
        day_begins = datetime.combine(self.last_day, time(0), LONDON)
        self.coordinator = Coordinator(priya, self.timeline, LONDON, day_begins)
        self.told = Told()
        self.planned = 0

    def run(self, parts: list[Part]) -> Told:
        for part in parts:
            self._plan_enrolment(_history(part, self.last_day))
        for person, patient, sent in (
            (self.world.mary, self.world.mary_patient, story.mary(self.last_day, LONDON)),
            (self.world.khan, self.world.khan_patient, story.khan(self.last_day, LONDON)),
        ):
            self._plan_life(Life(patient.id, SignedIn(self.client, person.email or ""), sent))
        medicines.plan(self.timeline, self.world, self.last_day, LONDON)
        circle.plan(self.timeline, self.world, self.last_day, LONDON)
        life.plan(self.timeline, self.world, self.last_day, LONDON)
        self._plan_evenings()
        with clock.at(self.timeline.clock):
            self.timeline.run(self.until)
            sending.send_all_due()
        return self.told

    def _plan_enrolment(self, history: History) -> None:
        """The day before their first reading they are enrolled; from then on their app sends."""
        self.planned += len(history.sittings)
        self.told.others += history.others
        file = history.part.file.name
        self.told.broken += [(file, row.line, row.text, row.reason) for row in history.broken]
        day = history.sittings[0].at.astimezone(LONDON).date() - timedelta(days=1)
        self.timeline.plan(datetime.combine(day, time(11), LONDON), partial(self._enrol, history))

    def _enrol(self, history: History) -> None:
        part = history.part
        with unit_of_work():
            given, family = part.name.split(" ", 1)
            person = people.person(given, family, part.phone)
            new = enrolments.NewPatient(
                coordinator_id=self.world.priya.id,
                nhs_number=part.nhs_number,
                born_on=part.born_on,
                conditions=[part.condition],
                allergies=part.allergies,
                communication_needs=part.communication_needs,
            )
            patient_id = enrolments.enrol(self.world.team, person, new).id
            protocols.start_plan(patients.admitted_one(patient_id), part.protocol, by=self.world.priya.id)
        self.planned -= len(history.sittings)
        self._plan_life(Life(patient_id, SignedIn(self.client, part.email), history.sittings, history))

    def _plan_life(self, life: Life) -> None:
        self.planned += len(life.sittings)
        for sitting in life.sittings:
            self.timeline.plan(sitting.at, partial(self._send, life, sitting))

    def _plan_evenings(self) -> None:
        day = self.timeline.now.astimezone(LONDON).date()
        while day <= self.last_day:
            self.timeline.plan(datetime.combine(day, EVENING, LONDON), self._evening)
            day += timedelta(days=1)

    def _evening(self) -> None:
        self.coordinator.look()
        sending.send_all_due()

    def _send(self, life: Life, sitting: Sitting) -> None:
        """What is typed together is a check-in, what an app has collected is an upload."""
        address = f"/api/patients/{life.patient_id}"
        readings = sittings.body(sitting)
        if any(entry.source == SYNCED for entry in sitting.entries):
            answers = life.app.post(f"{address}/readings/upload", {"readings": readings})
        else:
            answers = life.app.post(f"{address}/check-ins", {"id": str(ids.new_id()), "readings": readings})
        for item in answers["items"]:
            self._answered(life, item)
        self.told.sent += 1
        self.progress(self.told.sent, self.planned)

    def _answered(self, life: Life, item: dict[str, object]) -> None:
        reply = item.get("reply")
        if isinstance(reply, dict):
            severity = reply["severity"]
            self.coordinator.hear_of(severity)
            if severity in URGENT:
                self.timeline.plan(self.timeline.now + TEXTS_LEAVE, self._send_texts)
        elif life.history is not None:
            row, why = life.history.lines[str(item["id"])], item.get("errors")
            self.told.broken.append((life.history.part.file.name, row.line, row.text, f"refused: {why}"))

    def _send_texts(self) -> None:
        sending.send_all_due()
