"""The figures of a team, and what is due or fell: for whoever runs its reviews."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import clock
from app.core.http import Pages
from app.goals.service import settling
from app.ratings.models import VOICES
from app.ratings.queries import dues, instruments
from app.ratings.queries.dues import Overdue
from app.ratings.service import courses, falls
from app.reports import figures as shown
from app.reports import queries
from app.reports.figures import Figures
from app.teams.models import Team
from app.todos import queries as todos
from app.todos.queries import ListedTodo
from app.web import frame, moments
from app.web.coordinator import gathering as console

pages = Pages("team_figures", __name__, url_prefix="/console")
SEE: Final = guards.on_caseload(Permission.SEE_FIGURES)
REVIEWS: Final = guards.on_caseload(Permission.SEE_CASELOAD)
MOST: Final = 200
OCCASIONS: Final = {"baseline": "Baseline", "month_3": "3 months", "month_6": "6 months", "month_12": "12 months"}
VOICE_NAMES: Final = {"patient": "patients alone", "together": "together", "team": "the team"}
STATES: Final = {
    "suggested": "Suggested",
    "active": "Active",
    "reached": "Reached",
    "put_aside": "Put aside",
    "declined": "Declined",
}


@pages.get("/figures", access=SEE)
def figures(caller: Caller) -> str:
    """Ratings due and done, how far people have come, goals by state; each with its definition."""
    team, voice = console.team_of(caller), _voice()
    found = queries.figures(team.id, courses.DEFAULT, voice, _today(team))
    context = _in_words(found) | _around(team, voice)
    return frame.for_staff("coordinator/figures.html", team, "figures", **context)


@pages.get("/figures.csv", access=SEE)
def as_file(caller: Caller) -> Response:
    """The same as a file for a spreadsheet."""
    team = console.team_of(caller)
    found = queries.figures(team.id, courses.DEFAULT, _voice(), _today(team))
    disposition = {"Content-Disposition": 'attachment; filename="figures.csv"'}
    return Response(shown.as_csv(found, _areas()), mimetype="text/csv", headers=disposition)


@pages.get("/reviews", access=REVIEWS)
def reviews(caller: Caller) -> str:
    """Ratings whose day has come, what fell, and goals that nobody looked at; longest due first."""
    team, mine = console.team_of(caller), caller.teams(Permission.SEE_CASELOAD)
    late = dues.overdue(mine, MOST)
    waiting = todos.open_todos(mine, limit=MOST, kinds=(falls.KIND, settling.KIND))[:MOST]
    _note_look(caller, late, waiting)
    context: dict[str, Any] = {
        "late": [_late(one, _today(team)) for one in late],
        "waiting": [_waiting(one) for one in waiting],
    }
    context |= {"team": team.name, "figures_href": url_for("team_figures.figures")}
    return frame.for_staff("coordinator/reviews.html", team, "reviews", **context)


def _around(team: Team, voice: str) -> dict[str, Any]:
    """What the page needs besides the figures."""
    return {
        "team": team.name,
        "voice": voice,
        "voices": [{"value": each, "text": VOICE_NAMES[each], "selected": each == voice} for each in VOICES],
        "definitions": shown.DEFINITIONS,
        "file_href": url_for("team_figures.as_file", voice=voice),
        "reviews_href": url_for("team_figures.reviews"),
    }


def _voice() -> str:
    asked = request.args.get("voice", "")
    return asked if asked in VOICES else VOICES[0]


def _today(team: Team) -> date:
    return clock.today(ZoneInfo(team.zone))


def _areas() -> dict[str, str]:
    return {area.code: area.name for area in instruments.newest(courses.DEFAULT).areas}


def _in_words(found: Figures) -> dict[str, Any]:
    by_occasion = {one.occasion: one for one in found.dues}
    by_area = {one.area: one for one in found.changes}
    due = [(name, by_occasion[code]) for code, name in OCCASIONS.items() if code in by_occasion]
    return {
        "dues": [[name, *map(shown.number, one.shown), shown.share(one.missing)] for name, one in due],
        "changes": [
            [name, shown.people(one.people), _signed(shown.mean(one)), *shown.moved(one)]
            for code, name in _areas().items()
            if (one := by_area.get(code))
        ],
        "goals": [[STATES[one.state], shown.number(one.shown)] for one in found.goals],
        "hidden": shown.HIDDEN,
        "fewest": shown.FEWEST,
    }


def _signed(number: str) -> str:
    """With a minus that is as wide as the plus."""
    return number.replace("-", "−")


def _late(one: Overdue, today: date) -> dict[str, str]:
    return {
        "name": one.person.name,
        "what": OCCASIONS[one.due.occasion],
        "due": f"due {moments.day(one.due.due_on, today)}",
        "href": url_for("console_wheel.overview", patient_id=one.patient_id),
    }


def _waiting(one: ListedTodo) -> dict[str, str]:
    return {
        "name": one.person.name,
        "why": one.todo.reason or "",
        "href": url_for("coordinator.patient", patient_id=one.todo.patient_id),
    }


def _note_look(caller: Caller, late: list[Overdue], waiting: list[ListedTodo]) -> None:
    """Write down whose records the list showed."""
    seen: dict[Any, set[Any]] = {}
    for one in late:
        seen.setdefault(one.due.organisation_id, set()).add(one.patient_id)
    for each in waiting:
        seen.setdefault(each.todo.organisation_id, set()).add(each.todo.patient_id)
    for organisation_id, patient_ids in seen.items():
        guards.note_seen(caller, Permission.SEE_CASELOAD, organisation_id, sorted(patient_ids))
