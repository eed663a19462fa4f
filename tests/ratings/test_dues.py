"""When ratings are due: courses begun and ended, what answers them, reminders once each, and everybody enrolled."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.core import clock, scheduler
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.unit_of_work import unit_of_work
from app.medicines.entering import NewPause
from app.medicines.service import pausing
from app.patients import service
from app.patients.models import Patient
from app.patients.service.enrolling import enrol
from app.programmes.service import agreeing, running, starting
from app.ratings import jobs
from app.ratings.instrument import Instrument
from app.ratings.models import RatingCourse, RatingDue
from app.ratings.queries import dues as queries
from app.ratings.service import courses, reminding
from tests.conftest import NOW
from tests.people import World
from tests.ratings.rater import Raters, caller, told

TODAY = NOW.date()
DAY, WEEK = timedelta(days=1), timedelta(days=7)
WORDS = "look again at how life is going"


def begin_missing(at: datetime = NOW) -> int:
    with clock.at(at), unit_of_work():
        return courses.begin_missing()


def remind(at: datetime) -> None:
    with clock.at(at), unit_of_work():
        reminding.remind()


def start(raters: Raters, on: date | None = None, code: str = "wheel") -> RatingCourse:
    with unit_of_work():
        return courses.start(raters.patient, code, on, raters.priya)


def end_care(raters: Raters) -> None:
    with unit_of_work():
        service.end_care(raters.patient, "moved")


def enrol_again(raters: Raters) -> None:
    world = raters.world
    with unit_of_work():
        enrol(world.team, world.mary, service.NewPatient(coordinator_id=world.priya.id))


def states(raters: Raters) -> list[str]:
    return [state for _, state in raters.dues().values()]


def test_a_course_begun_by_staff_makes_a_baseline_and_three_reviews(client: FlaskClient, world: World) -> None:
    priya = caller(client, world, world.priya)
    begun, again = (priya.send("/rating-courses", code="wheel", started_on="2026-11-30") for _ in range(2))
    assert (begun.status_code, again.get_json()) == (201, begun.get_json())
    found = [(one["occasion"], one["due_on"], one["state"]) for one in priya.get("/rating-dues")["items"]]
    assert found == [
        ("baseline", "2026-11-30", "due"),
        ("month_3", "2027-02-28", "due"),
        ("month_6", "2027-05-30", "due"),
        ("month_12", "2027-11-30", "due"),
    ]
    assert priya.send("/rating-courses", code="wheel", started_on="2026-12-01").status_code == 409
    assert priya.send("/rating-courses", code="wheel").status_code == 201  # today, or as it is
    for wrong in ({"code": "compass"}, {"code": "wheel", "started_on": "2025-11-01"}):
        assert priya.send("/rating-courses", **wrong).status_code == 422


def test_it_ends_and_is_not_begun_again_by_itself(client: FlaskClient, world: World, raters: Raters) -> None:
    priya, course = caller(client, world, world.priya), start(raters)
    ended, again = (priya.send(f"/rating-courses/{course.id}/end") for _ in range(2))
    assert (ended.status_code, again.get_json()) == (200, ended.get_json())
    assert set(states(raters)) == {"called_off"}
    begin_missing()
    raters.rate()
    db.session.expire_all()
    assert [one.ended_at is None for one in queries.courses(raters.patient)] == [False]
    khans = caller(client, world, world.khan, world.khan_patient.id)
    assert khans.send(f"/rating-courses/{course.id}/end").status_code == 403
    start(raters)
    assert [one.ended_at is None for one in queries.courses(raters.patient)].count(True) == 1


def test_the_first_rating_begins_the_course_and_is_its_baseline(raters: Raters) -> None:
    given = raters.rate(rated_at=NOW - 2 * DAY)
    assert given.occasion == "baseline"
    assert raters.dues() == {
        "baseline": (date(2026, 11, 16), "done"),
        "month_3": (date(2027, 2, 16), "due"),
        "month_6": (date(2027, 5, 16), "due"),
        "month_12": (date(2027, 11, 16), "due"),
    }


def test_the_teams_own_view_begins_it_and_answers_nothing(raters: Raters) -> None:
    assert raters.rate(by=raters.priya, voice="team").occasion is None
    assert states(raters) == ["due"] * 4
    assert raters.rate(by=raters.priya, voice="together").occasion == "baseline"


ANSWERED = {
    "on the days": ([0, 92, 181, 365], ["baseline", "month_3", "month_6", "month_12"]),
    "four weeks before": ([0, 92 - 28], ["baseline", "month_3"]),
    "a day too early": ([0, 92 - 29], ["baseline", None]),
    "late": ([0, 150], ["baseline", "month_3"]),
    "near the next": ([0, 170, 170], ["baseline", "month_6", None]),
    "the baseline missed": ([100], ["month_3"]),
    "all but the last missed": ([350], ["month_12"]),
    "again between": ([0, 40, 92, 100], ["baseline", None, "month_3", None]),
    "after the last": ([0, 92, 181, 365, 400], ["baseline", "month_3", "month_6", "month_12", None]),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_a_rating_is_for_the_last_whose_day_has_come_or_is_near(raters: Raters, name: str) -> None:
    days, occasions = ANSWERED[name]
    start(raters)
    given = []
    for day in days:
        with clock.at(NOW + day * DAY):
            given.append(raters.rate().occasion)
    assert given == occasions


def test_a_rating_answers_all_that_was_open_by_then(raters: Raters) -> None:
    start(raters)
    with clock.at(NOW + 92 * DAY):
        raters.rate()
    assert states(raters) == ["done", "done", "due", "due"]
    remind(NOW + 99 * DAY)
    assert told(raters.world.mary, WORDS) == []
    assert queries.overdue([raters.world.team.id]) == []


def test_the_paper_of_the_first_day_typed_in_last_is_the_baseline_after_all(raters: Raters) -> None:
    start(raters)
    with clock.at(NOW + 92 * DAY):
        third = raters.rate()
        first = raters.rate(rated_at=NOW)
        again = raters.rate(rated_at=NOW + DAY)
    assert (third.occasion, first.occasion, again.occasion) == ("month_3", "baseline", None)
    answered = select(RatingDue.rating_id).where(RatingDue.state == "done").order_by(RatingDue.due_on)
    assert list(db.session.scalars(answered)) == [first.id, third.id]


def test_everybody_in_care_has_a_course_from_the_day_of_enrolment_or_of_the_first_run(world: World) -> None:
    khan = world.khan_patient
    with unit_of_work():
        long_ago = NOW - 900 * DAY
        db.session.execute(update(Patient).where(Patient.id == khan.id).values(enrolled_at=long_ago))
    assert begin_missing(NOW + DAY) == 2
    assert begin_missing(NOW + DAY) == 0
    begun = dict(db.session.execute(select(RatingCourse.patient_id, RatingCourse.started_on)).all())
    assert begun == {world.mary_patient.id: TODAY + DAY, khan.id: TODAY + DAY}  # not from a day before there were any


def test_whoever_is_enrolled_later_begins_on_that_day_however_late_the_service_looks(world: World) -> None:
    assert begin_missing() == 2
    with unit_of_work():
        db.session.execute(
            update(RatingCourse).where(RatingCourse.patient_id == world.khan_patient.id).values(code="x")
        )
        where = Patient.id == world.khan_patient.id
        db.session.execute(update(Patient).where(where).values(enrolled_at=NOW + 3 * DAY))
        of_khan = RatingCourse.patient_id == world.khan_patient.id
        db.session.execute(update(RatingCourse).where(of_khan).values(ended_at=NOW, ended_by=world.priya.id))
    assert begin_missing(NOW + 5 * DAY) == 1  # what was ended before they were enrolled counts no more
    rows = select(RatingCourse).where(of_khan, RatingCourse.ended_at.is_(None))
    assert db.session.scalars(rows).one().started_on == TODAY + 3 * DAY


def test_nobody_whose_care_has_ended_has_one(raters: Raters) -> None:
    end_care(raters)
    assert begin_missing() == 1
    assert queries.courses(raters.patient) == []


def test_it_ends_with_care_and_goes_on_where_something_lies_ahead(raters: Raters) -> None:
    raters.rate()
    with clock.at(NOW + 100 * DAY):
        end_care(raters)
        assert states(raters) == ["done", "called_off", "called_off", "called_off"]
        remind(NOW + 101 * DAY)
        assert told(raters.world.mary, WORDS) == []
    with clock.at(NOW + 110 * DAY):
        enrol_again(raters)
        assert states(raters) == ["done", "due", "due", "due"]  # that of day 92 is not long back
        assert len(queries.courses(raters.patient)) == 1


def test_after_long_it_begins_anew(raters: Raters) -> None:
    raters.rate()
    with clock.at(NOW + 10 * DAY):
        end_care(raters)
    with clock.at(NOW + 500 * DAY):
        enrol_again(raters)
        (new, old) = queries.courses(raters.patient)
        assert (new.started_on, old.ended_by) == (TODAY + 500 * DAY, None)
        assert raters.rate().occasion == "baseline"


# Reminders.


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def test_three_reminders_each_once_and_nothing_of_the_content(raters: Raters) -> None:
    due = TODAY + DAY
    start(raters, due)
    for day in range(-1, 30):
        for hour, minute in ((9, 59), (10, 0), (10, 0), (15, 0)):
            remind(at(due + day * DAY, hour, minute))
    sent = told(raters.world.mary, WORDS)
    assert (
        sent
        == [
            "Kith: Mary, it is time to look again at how life is going for you. It takes a few minutes, part by part. "
            "Text RATE, or see http://localhost/ Not for emergencies: 999 or 111."
        ]
        * 3
    )
    rows = {one.occasion: (one.reminded, one.remind_at) for one in db.session.scalars(select(RatingDue))}
    assert rows["baseline"] == (3, None)
    assert rows["month_3"] == (0, at(date(2027, 2, 19)))


def test_the_times_are_those_of_its_day_and_one_week_and_two_after(raters: Raters) -> None:
    start(raters, date(2027, 3, 21))  # the clocks go forward on the 28th
    found = []
    for hours in range(24 * 40):
        moment = datetime(2027, 3, 1, tzinfo=UTC) + timedelta(hours=hours)
        before = len(told(raters.world.mary, WORDS)) if hours % 24 in (9, 10) else None
        if before is not None:
            remind(moment)
            if len(told(raters.world.mary, WORDS)) > before:
                found.append(moment)
    assert [one.isoformat()[:13] for one in found] == ["2027-03-21T10", "2027-03-28T09", "2027-04-04T09"]


def test_begun_after_ten_the_first_reminder_is_of_the_same_day(raters: Raters) -> None:
    with clock.at(NOW + timedelta(hours=3)):
        start(raters)
    remind(NOW + timedelta(hours=3))
    assert len(told(raters.world.mary, WORDS)) == 1


def test_begun_in_the_evening_it_waits_for_the_next_morning(raters: Raters) -> None:
    with clock.at(at(TODAY, 20)):
        start(raters)
    remind(at(TODAY, 20))
    remind(at(TODAY + DAY, 9))
    assert told(raters.world.mary, WORDS) == []
    remind(at(TODAY + DAY, 10))
    assert len(told(raters.world.mary, WORDS)) == 1


def test_a_service_that_was_down_reminds_once_and_not_of_what_is_over(raters: Raters) -> None:
    start(raters)
    remind(at(TODAY + 10 * DAY))
    remind(at(TODAY + 10 * DAY, 11))
    assert len(told(raters.world.mary, WORDS)) == 1
    remind(at(TODAY + 14 * DAY))
    assert len(told(raters.world.mary, WORDS)) == 2


def test_rated_there_is_no_reminder_any_more_and_one_that_waits_is_not_sent(raters: Raters) -> None:
    start(raters)
    remind(at(TODAY))
    raters.rate()
    assert told(raters.world.mary, WORDS) == []
    remind(at(TODAY + WEEK))
    assert told(raters.world.mary, WORDS) == []


def test_nobody_is_reminded_once_care_has_ended_or_a_course(raters: Raters) -> None:
    course = start(raters, TODAY + DAY)
    with unit_of_work():
        courses.end(raters.patient, course.id, raters.priya)
    remind(at(TODAY + DAY))
    start(raters, TODAY + 2 * DAY)
    end_care(raters)
    remind(at(TODAY + 2 * DAY))
    assert told(raters.world.mary, WORDS) == []


PAUSES = {"in hospital": ("hospital", 0), "on holiday": ("holiday", 0), "for another reason": ("other", 1)}


@pytest.mark.parametrize("name", PAUSES)
def test_somebody_who_is_away_is_reminded_when_they_are_back(raters: Raters, name: str) -> None:
    why, reminders = PAUSES[name]
    start(raters, TODAY + DAY)
    with unit_of_work():
        pausing.pause(raters.patient, NewPause(NOW, NOW + 3 * DAY, why), raters.mary)
    for day in (1, 2):
        remind(at(TODAY + day * DAY))
    assert len(told(raters.world.mary, WORDS)) == reminders
    remind(at(TODAY + 4 * DAY))
    assert len(told(raters.world.mary, WORDS)) == 1


def test_nobody_is_reminded_while_asking_by_text_is_paused(raters: Raters) -> None:
    start(raters, TODAY + DAY)
    with unit_of_work():
        programme = starting.start(raters.patient, [time(8)], raters.mary)
        agreeing.agree(raters.patient)
        running.pause(raters.patient, programme.id, TODAY + 3 * DAY)
    for day in (1, 2):
        remind(at(TODAY + day * DAY))
    assert told(raters.world.mary, WORDS) == []
    remind(at(TODAY + 3 * DAY))
    assert len(told(raters.world.mary, WORDS)) == 1


def test_nobody_is_reminded_of_what_they_could_not_begin(raters: Raters, harbour: Instrument) -> None:
    with pytest.raises(Conflict, match="licence"):
        start(raters, code="harbour")
    raters.license(TODAY + DAY)
    start(raters, TODAY + DAY, code=harbour.code)
    remind(at(TODAY + 2 * DAY))
    assert told(raters.world.mary, WORDS) == []
    with clock.at(NOW + 2 * DAY):
        raters.license(TODAY + 30 * DAY)
    remind(at(TODAY + 3 * DAY))
    assert len(told(raters.world.mary, WORDS)) == 1


def test_a_day_far_off_and_a_record_that_ended_are_refused(raters: Raters) -> None:
    with pytest.raises(Invalid):
        start(raters, TODAY + 400 * DAY)
    end_care(raters)
    with pytest.raises(Conflict):
        start(raters)


def test_the_clock_begins_courses_and_reminds(app: Flask, raters: Raters) -> None:
    for job in jobs.JOBS:
        assert scheduler.run(app, job)
    assert len(told(raters.world.mary, WORDS)) == 1
    assert len(queries.courses(raters.patient)) == 1


def test_the_team_sees_whose_day_has_come(world: World, raters: Raters) -> None:
    start(raters, TODAY - 3 * DAY)
    (one,) = queries.overdue([world.team.id])
    assert (one.person.id, one.due.due_on, one.coordinator_id) == (world.mary.id, TODAY - 3 * DAY, world.priya.id)
    assert queries.overdue([world.other_team.id]) == []
    assert queries.next_due(raters.patient, "wheel") == one.due
    with clock.at(NOW + 200 * DAY):  # two more have come, and one rating answers all
        assert queries.overdue([world.team.id]) == [one]
    raters.rate()
    assert queries.overdue([world.team.id]) == []
