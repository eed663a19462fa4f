"""What the pages of help are made from: read through the slice's queries, handed to the pure words."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import g, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core import pages as paging
from app.messages import wanted
from app.messages.queries import fair, shared_calendar
from app.messages.queries import help as queries
from app.messages.queries.help import Shown
from app.messages.queries.shared_calendar import HELP
from app.messages.service import circle_calendars
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web import frame, looking, moments
from app.web.patient import help_words

P: Final = Permission
A_PAGE: Final = 20
SAID: Final = {
    "asked": "They are asked. Here you see who takes it.",
    "take": "It is yours. Thank you. The others know that they need not.",
    "pass": "That is all right. The others are still asked.",
    "give-back": "It is open again, and the others are asked.",
    "arrived": "It is noted that you are there.",
    "done": "It is noted that this is done. Thank you.",
    "was-done": "It is noted that this is done.",
    "call-off": "It is called off, and those concerned are told.",
}


def by() -> By:
    """Who acts, on a page."""
    return By(guards.caller().person_id, g.role, "page")


def title(patient: AdmittedPatient) -> str:
    """ "Help for you"."""
    return f"Help for {patient.given_name if frame.whose(patient) else 'you'}"


def for_list(patient: AdmittedPatient, cursor: str | None) -> dict[str, Any]:
    """What runs, and what was asked before, newest first."""
    here: dict[str, Any] = {"patient_id": patient.id}
    me, after = guards.caller().person_id, paging.position(cursor)
    rows = queries.requests(patient, me, only_running=False, after=after, limit=A_PAGE)
    page = paging.page(rows, A_PAGE, lambda row: (row.created_at, row.id))
    shown = [_one(patient, one) for one in queries.shown(patient, page.items, me)]
    can_ask = looking.may(P.WRITE_POSTS) and patient.ended_at is None
    return {
        "title": title(patient),
        "running": [one for one in shown if one["is_running"]],
        "before": [one for one in shown if not one["is_running"]],
        "ask_href": url_for("my_help_asking.ask", **here) if can_ask else None,
        "fair_href": url_for("my_help.fair_view", **here),
        "calendar_href": url_for("my_help_calendar.calendar", **here),
        "older_href": url_for("my_help.help", **here, cursor=page.next) if page.next else None,
        "newest_href": url_for("my_help.help", **here) if cursor else None,
    }


def for_one(patient: AdmittedPatient, request_id: UUID, said: str, fault: str = "") -> dict[str, Any]:
    """One request with what can be done with it. Raises NotFound."""
    me, now = guards.caller().person_id, clock.now()
    found = queries.with_history(patient, request_id, me)
    one = found.shown
    thanks = one.i_asked and one.row.state == "done" and looking.may(P.WRITE_POSTS)
    return {
        "one": _one(patient, one),
        "asked_by": "You" if one.i_asked else f"{one.asked_by.name}, {one.asked_by.said}",
        "asked": help_words.asked(one),
        "cannot": help_words.cannot(one),
        "until": moments.words(one.row.reopen_at, now, patient.zone) if one.row.reopen_at and one.is_mine else None,
        "acts": _acts(patient, one, me),
        "thanks_href": url_for("my_feed.new", patient_id=patient.id) if thanks else None,
        "history": help_words.history(found.history, me, now, patient.zone),
        "said": SAID.get(said),
        "errors": [{"text": fault, "href": "#history"}] if fault else [],
        "back": title(patient),
        "back_href": url_for("my_help.help", patient_id=patient.id),
    }


def for_fair_view(patient: AdmittedPatient) -> dict[str, Any]:
    """Who was asked, took and did how much lately."""
    me = guards.caller().person_id
    shares = fair.share(patient, me)
    return {
        "title": "How the help is shared",
        "days": wanted.FAIR_VIEW.days,
        "of": shares[0].of_all if shares else 0,
        "shares": [help_words.share(one, me) for one in shares],
        "back": title(patient),
        "back_href": url_for("my_help.help", patient_id=patient.id),
    }


def for_calendar(patient: AdmittedPatient, url: str | None = None, fault: str = "") -> dict[str, Any]:
    """The coming days, each with its visits and help; and one's own calendars that read along."""
    me, now, zone = guards.caller().person_id, clock.now(), patient.zone
    sees_visits = guards.reads(P.SEE_VISITS)
    found = shared_calendar.coming(patient, me, now, now + wanted.CALENDAR, with_visits=sees_visits)
    days: defaultdict[date, list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        href = url_for("my_help.one", patient_id=patient.id, request_id=one.id) if one.kind == HELP else None
        days[one.starts_at.astimezone(zone).date()].append(help_words.entry(one, now, zone) | {"href": href})
    return {
        "title": f"The next {wanted.CALENDAR.days} days",
        "days": [
            {"words": _day(day, clock.today(zone)), "iso": day.isoformat(), "entries": entries}
            for day, entries in sorted(days.items())
        ],
        "sees_visits": sees_visits,
        "url": url,
        "addresses": _addresses(patient, me),
        "make_url": url_for("my_help_calendar.make", patient_id=patient.id) if patient.ended_at is None else None,
        "errors": [{"text": fault, "href": "#along"}] if fault else [],
        "back": title(patient),
        "back_href": url_for("my_help.help", patient_id=patient.id),
    }


def _day(day: date, today: date) -> str:
    name, said = f"{day:%A} {day.day} {day:%B}", moments.day(day, today)
    return f"{said.capitalize()}, {name}" if said in ("today", "tomorrow") else name


def _addresses(patient: AdmittedPatient, me: UUID) -> list[dict[str, str]]:
    """One's own calendars that read along."""
    return [
        {
            "made": moments.full(one.created_at.astimezone(patient.zone).date()),
            "end_url": url_for("my_help_calendar.take_back", patient_id=patient.id, calendar_id=one.id),
        }
        for one in circle_calendars.own(patient, me)
    ]


def _one(patient: AdmittedPatient, one: Shown) -> dict[str, Any]:
    now, zone = clock.now(), patient.zone
    return {
        "what": one.row.what,
        "when": help_words.when(one, now, zone),
        "state": help_words.state(one, now, zone),
        "is_running": one.row.state in queries.RUNNING,
        "is_open": one.row.state == "open",
        "is_mine": one.is_mine and one.row.state in queries.TAKEN,
        "href": url_for("my_help.one", patient_id=patient.id, request_id=one.row.id),
    }


def _acts(patient: AdmittedPatient, one: Shown, me: UUID) -> list[dict[str, Any]]:
    """What whoever looks can do with it, the likeliest first."""
    if patient.ended_at is not None or one.row.state not in queries.RUNNING:
        return []
    names = _of_helper(one, me) if looking.may(P.TAKE_HELP) else []
    if looking.may(P.WRITE_POSTS) and (one.i_asked or not patient.is_for_circle):
        names += [] if one.helper is None or one.is_mine else ["was-done"]
        names.append("call-off")
    urls = {True: "my_help.settle", False: "my_help.answer"}
    here: dict[str, Any] = {"patient_id": patient.id, "request_id": one.row.id}
    return [
        {"name": name, "text": _TEXTS[name], "is_first": n == 0, "url": url_for(urls[name in _SETTLING], **here)}
        for n, name in enumerate(names)
    ]


_SETTLING: Final = ("was-done", "call-off")
_TEXTS: Final = {
    "take": "I will do this",
    "pass": "I cannot this time",
    "arrived": "I am there",
    "done": "It is done",
    "give-back": "I cannot after all",
    "was-done": "It is done",
    "call-off": "Call it off",
}


def _of_helper(one: Shown, me: UUID) -> list[str]:
    if one.is_mine:
        return ["arrived", "done", "give-back"] if one.row.state == "claimed" else ["done", "give-back"]
    if one.row.state != "open":
        return []
    has_passed = any(each.passed_at for each in one.asked if each.who.person_id == me)
    return ["take"] if has_passed or one.i_asked else ["take", "pass"]
