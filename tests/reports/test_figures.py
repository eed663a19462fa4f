"""Figures of a team: what was due and done, how far people have come, goals by state; few are hidden."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.patients.by import By
from app.ratings.entering import NewCorrection, NewRating
from app.ratings.models import RatingDistance
from app.ratings.queries import shown as showing
from app.ratings.service import courses, rating
from app.reports import figures, queries
from app.reports.figures import Change, Due, Figures, Goals
from tests.conftest import NOW
from tests.people import World, signed_in
from tests.queries_counted import counted
from tests.web.browsing import Browser, words
from tests.web.conftest import browser_of, priya

__all__ = ["browser_of", "priya"]  # fixtures
TODAY = date(2026, 11, 18)
LIKE_MARY = """
    with one as (insert into person (id, created_at, kind, given_name, family_name, language, is_active)
        values (:id, now(), 'human', 'Figure', 'Head', 'en', true))
    insert into patient (id, created_at, organisation_id, person_id, team_id, coordinator_id, coordinator_role,
            is_pregnant, zone, enrolled_at, version)
        select :id, m.created_at, m.organisation_id, :id, m.team_id, m.coordinator_id, 'coordinator', false, m.zone,
            m.enrolled_at, 1 from patient m where m.id = :mary
"""


def somebody(world: World) -> UUID:
    """Another patient of Mary's team."""
    with unit_of_work():
        one = new_id()
        db.session.execute(text(LIKE_MARY), {"id": one, "mary": world.mary_patient.id})
    return one


def rated(patient_id: UUID, *scores: int) -> None:
    """Rates the mood, once a month."""
    patient = patients.admitted([patient_id])[patient_id]
    for month, score in enumerate(scores):
        at = NOW - timedelta(days=30 * (len(scores) - month))
        with clock.at(at), unit_of_work():
            new = NewRating(new_id(), "wheel", "patient", {"mood": score})
            rating.give(patient, new, By(patient.person_id, Role.PATIENT))


@pytest.fixture
def five(world: World) -> list[UUID]:
    """Five who rated twice: three rose by 2, one stayed, one fell by 1; and one who rated once."""
    people = [somebody(world) for _ in range(6)]
    for one, scores in zip(people, [(3, 5), (4, 6), (5, 7), (5, 5), (5, 4), (9,)], strict=True):
        rated(one, *scores)
    return people[:5]


def test_how_far_people_have_come(world: World, five: list[UUID]) -> None:
    found = queries.figures(world.team.id, "wheel", "patient", TODAY)
    assert found.changes == [Change("mood", 5, 1.0, 3, 1, 1)]
    assert queries.figures(world.team.id, "wheel", "team", TODAY).changes == []


def test_whose_care_has_ended_does_not_count(world: World, five: list[UUID]) -> None:
    with unit_of_work():
        db.session.execute(
            text("update patient set ended_at = now(), ended_reason = 'moved' where id = :id"), {"id": five[0]}
        )
    (change,) = queries.figures(world.team.id, "wheel", "patient", TODAY).changes
    assert change.people == 4
    assert (figures.mean(change), figures.people(change.people)) == ("–", "–")


def test_what_was_due_and_done(world: World, five: list[UUID]) -> None:
    with unit_of_work():
        db.session.execute(text("update rating_due set due_on = :day where occasion = 'month_3'"), {"day": TODAY})
        missing = text("update rating_due set due_on = :day where occasion = 'month_6'")
        db.session.execute(missing, {"day": TODAY - timedelta(days=28)})
    found = {one.occasion: one for one in queries.figures(world.team.id, "wheel", "patient", TODAY).dues}
    assert found["baseline"] == Due("baseline", 6, 6, 6, 6)
    assert found["month_3"] == Due("month_3", 6, 0, 0, 0)
    assert found["month_6"] == Due("month_6", 6, 0, 6, 0)
    assert (found["baseline"].missing, found["month_3"].missing, found["month_6"].missing) == (0.0, None, 1.0)
    assert "month_12" not in found


def test_one_rating_is_done_once_however_much_it_closes(world: World) -> None:
    people = [somebody(world) for _ in range(5)]
    for one in people:
        patient = patients.admitted([one])[one]
        with clock.at(NOW - timedelta(days=200)), unit_of_work():
            courses.start(patient, "wheel", None, By(world.priya.id, Role.COORDINATOR))
        rated(one, 7)  # 170 days on: the next is due in eleven
    found = {one.occasion: one for one in queries.figures(world.team.id, "wheel", "patient", TODAY).dues}
    assert found["baseline"] == Due("baseline", 5, 0, 5, 0)
    assert found["month_3"] == Due("month_3", 5, 0, 5, 0)
    assert found["month_6"] == Due("month_6", 5, 5, 0, 0)


def test_who_goes_through_two_courses_counts_once(world: World) -> None:
    """Three people due five ratings are three: too few, whatever they did."""
    twice, once = [somebody(world) for _ in range(2)], somebody(world)
    for one in twice:
        goes_through_two_courses(one, world)
    rated(once, 5)
    found = {one.occasion: one for one in queries.figures(world.team.id, "wheel", "patient", TODAY).dues}
    assert db.session.scalar(text("select count(*) from rating_due where state = 'done'")) == 5
    assert found == {"baseline": Due("baseline", 3, 3, 3, 3)}
    assert found["baseline"].shown == (None, None)


def goes_through_two_courses(patient_id: UUID, world: World) -> None:
    """Both with a rating at their beginning."""
    patient, by = patients.admitted([patient_id])[patient_id], By(world.priya.id, Role.COORDINATOR)
    for days, score in ((200, 7), (50, 6)):
        with clock.at(NOW - timedelta(days=days)), unit_of_work():
            course = courses.start(patient, "wheel", None, by)
            rating.give(
                patient, NewRating(new_id(), "wheel", "patient", {"mood": score}), By(patient.person_id, Role.PATIENT)
            )
        if days == 200:
            with clock.at(NOW - timedelta(days=60)), unit_of_work():
                courses.end(patient, course.id, by)


SHARES = {
    "none due so long": (Due("", 9, 2, 0, 0), None),
    "few due": (Due("", 4, 2, 4, 0), None),
    "few done": (Due("", 9, 2, 9, 2), None),
    "few missed": (Due("", 9, 7, 9, 7), None),
    "all done": (Due("", 9, 9, 9, 9), 0.0),
    "none done": (Due("", 9, 0, 9, 0), 1.0),
    "enough of both": (Due("", 10, 5, 10, 5), 0.5),
}


@pytest.mark.parametrize("name", SHARES)
def test_a_share_tells_of_nobody(name: str) -> None:
    due, missing = SHARES[name]
    assert due.missing == missing


def tables(parts: int, most: int) -> Iterator[tuple[int, ...]]:
    """All numbers of people in so many groups, together up to `most`."""
    if parts == 0:
        return iter([()])
    return ((one, *others) for one in range(most + 1) for others in tables(parts - 1, most - one))


def all_shown(found: Figures) -> str:
    """Everything that the API, the file and the page say."""
    words = [figures.mean(one) + str(figures.moved(one)) for one in found.changes]
    return str(figures.without_few(found)) + figures.as_csv(found, {}) + str(words)


def attacked(what: Iterable[tuple[Figures, tuple[int, ...]]]) -> None:
    """Whoever tries all tables that look the same finds another number in the place of each hidden few."""
    alike: dict[str, set[tuple[int, ...]]] = defaultdict(set)
    for found, counts in what:
        alike[all_shown(found)].add(counts)
    for counts in alike.values():
        for possible in map(set, zip(*counts, strict=True)):
            assert len(possible) > 1 or not possible & {1, 2, 3, 4}, counts


def test_no_few_of_what_was_due_can_be_reckoned() -> None:
    def one(a: int, b: int, c: int, d: int) -> tuple[Figures, tuple[int, ...]]:
        due = Due("month_3", a + b + c + d, a + c, a + b, a)
        return Figures([due], [], []), (due.due, due.done, due.due - due.done, a + b, c + d, a, b, c, d)

    attacked(one(*cells) for cells in tables(4, 11) if any(cells))


def test_no_few_of_what_was_due_can_be_reckoned_from_two_rows_of_the_same_people() -> None:
    """Whoever is due at three months was due at the baseline, and long ago. What they did is told of no few.

    How many have come to a day is not kept back, as decision 29 says.
    """

    def two(*cells: int) -> tuple[Figures, tuple[int, ...]]:
        (late_done, late_not, since_done, since_not), (both, first, second, neither) = cells[:4], cells[4:]
        a, b = late_done + both + first, late_not + second + neither
        baseline = Due("baseline", a + b + since_done + since_not, a + since_done, a + b, a)
        month_3 = Due("month_3", both + first + second + neither, both + second, 0, 0)
        did = [one for due in (baseline, month_3) for one in (due.done, due.due - due.done)]
        split = (a, b, since_done, since_not) if 0 < baseline.done < baseline.due else (0, 0, 0, 0)
        return Figures([baseline, month_3], [], []), (*did, *split)

    attacked(two(*cells) for cells in tables(8, 9))


@pytest.mark.parametrize(("farthest", "most"), [(2, 16), (10, 7)])
def test_no_few_that_moved_can_be_reckoned(farthest: int, most: int) -> None:
    attacked(
        (Figures([], [Change("mood", sum(counts), total / sum(counts), *counts)], []), counts)
        for counts in tables(3, most)
        if any(counts)
        for total in range(counts[0] - farthest * counts[2], farthest * counts[0] - counts[2] + 1)
    )


def test_goals_of_few_people_are_hidden_however_many() -> None:
    goals = [Goals("active", 9, 5), Goals("put_aside", 5, 1)]
    assert [one["count"] for one in figures.without_few(Figures([], [], goals))["goals"]] == [9, None]


def test_three_statements_and_no_more(world: World, five: list[UUID]) -> None:
    with counted() as statements:
        queries.figures(world.team.id, "wheel", "patient", TODAY)
    assert len([one for one in statements if "select" in one and "set_config" not in one]) == 3


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (1, "–"), (4, "–"), (5, "5"), (99, "99")])
def test_few_are_hidden(count: int, shown: str) -> None:
    assert figures.people(count) == shown
    change = Change("mood", count, 1.0, count, 0, 0)
    assert (figures.mean(change) == "–") == (count < 5)


def test_the_page_says_what_each_figure_means(priya: Browser, five: list[UUID]) -> None:
    page = words(priya.get("/console/figures"))
    assert "My mood 5 +1.0 – hidden – hidden – hidden" in page
    assert "Baseline 6 6 0%" in page
    for definition in figures.DEFINITIONS.values():
        assert definition in page


def test_the_file_has_a_definition_on_each_line(priya: Browser, five: list[UUID]) -> None:
    rows = list(csv.DictReader(io.StringIO(priya.get("/console/figures.csv").get_data(as_text=True))))
    assert {row["figure"] for row in rows} == {
        "people due to rate", "people who rated", "share missing", "mean change",
    }  # fmt: skip
    assert all(row["definition"] in figures.DEFINITIONS.values() for row in rows)
    [mood] = [row for row in rows if row["figure"] == "mean change"]
    assert (mood["of"], mood["value"], mood["people"]) == ("My mood", "+1.0", "5")


def test_the_api_gives_nothing_for_few(client: FlaskClient, world: World) -> None:
    rated(somebody(world), 3, 8)
    answer = client.get(f"/api/teams/{world.team.id}/figures", headers=signed_in(client, world.priya))
    assert answer.status_code == 200, answer.get_json()
    assert answer.get_json()["changes"] == [{"area": "mood", "people": None, "mean": None}]
    assert "8" not in str(answer.get_json()["changes"])


def test_no_more_digits_are_sent_than_the_page_shows() -> None:
    found = Figures([Due("baseline", 15, 10, 15, 10)], [Change("mood", 6, 2 / 6, 2, 4, 0)], [])
    said = figures.without_few(found)
    assert (said["changes"][0]["mean"], said["dues"][0]["missing"]) == (0.3, 0.33)


def test_reviews_list_what_is_due_and_what_fell(priya: Browser, world: World) -> None:
    one = somebody(world)
    rated(one, 9, 2)
    with unit_of_work():
        db.session.execute(text("update rating_due set due_on = :day where occasion = 'month_3'"), {"day": TODAY})
    page = words(priya.get("/console/reviews"))
    assert "Figure Head 3 months, due today" in page
    assert "My mood" in page  # the to-do about what fell names it


def test_the_note_of_how_far_is_what_the_ratings_say(world: World) -> None:
    patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
    by = By(world.mary.id, Role.PATIENT)
    for day, scores in ((3, {"mood": 4, "home": 9}), (2, {"mood": 7}), (1, {"mood": 2, "care": 5, "home": 1})):
        with clock.at(NOW - timedelta(days=day)), unit_of_work():
            last = rating.give(patient, NewRating(new_id(), "wheel", "patient", scores), by)
        note_holds(world)
    with unit_of_work():
        rating.correct(patient, last.id, NewCorrection(new_id(), {"mood": 6, "home": 9}, "I misread."), by)
    note_holds(world)


def note_holds(world: World) -> None:
    patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
    far = showing.travelled(patient, Role.PATIENT, "wheel", "patient").distance.areas
    (note,) = db.session.query(RatingDistance).populate_existing().all()
    assert list(zip(note.areas, note.first, note.last, strict=True)) == [(one.area, one.first, one.last) for one in far]
