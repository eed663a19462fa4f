"""What every page stands in: who is signed in, where they can go, who is listening, and the look of the deployment."""

from __future__ import annotations

import functools
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import jinja2
from flask import Flask, g, render_template, url_for

from app import config
from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import clock, csrf
from app.messages import listening as boxes
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.protocols import queries as protocols
from app.records import telling
from app.teams import service_hours
from app.teams.models import Team
from app.web import answered, looking, moments, words

STATIC: Final = Path(__file__).parent / "static"
# The pages of one record, each with what it needs.
OWN_PAGES: Final = {
    "patient.today": ("Today", Permission.SEE_PATIENT),
    "patient.add": ("Add a reading", Permission.ADD_READINGS),
    "patient.numbers": ("My numbers", Permission.SEE_READINGS),
    "my_doses.medicines": ("My medicines", Permission.SEE_MEDICINES),
    "my_goals.goals": ("My goals", Permission.SEE_GOALS),
    "my_wheel.overview": ("My wheel", Permission.SEE_RATINGS),
    "patient.plan": ("My plan", Permission.SEE_PLAN),
    "my_feed.feed": ("News", Permission.SEE_FEED),
    "my_visits.visits": ("Visits", Permission.SEE_VISITS),
    "my_help.help": ("Help", Permission.SEE_FEED),
    "my_threads.team": ("Messages", Permission.WRITE_TO_TEAM),
    "my_circle.circle": ("My circle", Permission.SEE_CIRCLE),
}
WHILE_CARED_FOR: Final = ("patient.today", "patient.add")
# What somebody is here, under their name; `you` is the patient.
ROLES: Final = dict(telling.ROLES) | {
    Role.PATIENT: "patient",
    Role.MEMBER: "in {your} circle",
    Role.SHARING: "from a team that shares {your} care",
    Role.EMERGENCY: "emergency access",
    Role.ADMIN: "administrator",
}
BEGINNINGS: Final = ("worklist", "people")  # where staff begin their day
PAGES: Final = OWN_PAGES | {
    "patient.numbers": ("Numbers", Permission.SEE_READINGS),
    "my_doses.medicines": ("Medicines", Permission.SEE_MEDICINES),
    "my_goals.goals": ("Goals", Permission.SEE_GOALS),
    "my_wheel.overview": ("Wheel", Permission.SEE_RATINGS),
    "patient.plan": ("Plan", Permission.SEE_PLAN),
    "my_circle.circle": ("Circle", Permission.SEE_CIRCLE),
}


def register(app: Flask) -> None:
    """Set templates up: components of the NHS design system, everything escaped, the frame's own variables."""
    components = jinja2.PackageLoader("nhsuk_frontend_jinja")
    # The components ask for what they are not given; they end in .jinja, which Flask by itself would not escape.
    app.jinja_options = {"undefined": jinja2.ChainableUndefined, "autoescape": True}
    app.jinja_loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(Path(__file__).parent / "templates"), components])
    app.context_processor(_of_every_page)
    app.url_defaults(looking.keep_looking)


def _of_every_page() -> dict[str, Any]:
    settings, caller = config.current(), g.get("caller")
    drafts = any(protocol.status == "draft" for protocol in protocols.registry().values())
    return {
        "brand": {"name": settings.brand, "accent": None},
        "asset": asset,
        "unsent_script": url_for("entrance.static", path="unsent.js"),  # as others import it, or there would be two
        "csp_nonce": g.get("nonce"),
        "csrf_token": csrf.token() if caller else None,
        "draft_protocols": settings.drafts_may_run and drafts,
        "person": _person(caller) if caller else None,
        "navigation": [],
        "home_url": url_for("entrance.home"),
        "sign_out_url": url_for("entrance.sign_out"),
        "own_links": [
            {"text": "How I sign in and my devices", "href": url_for("my_sign_in.overview")},
            {"text": "How I am told", "href": url_for("my_telling.overview")},
            {"text": "How I am", "href": url_for("how_i_am.overview")},
            {"text": "My record", "href": url_for("my_record.overview")},
            {"text": "People I am there for", "href": url_for("circles.home")},
            *_work(caller),
        ],
        "listening": None,
        "answered": [],
        "errors": [],
    }


def _person(caller: Caller, patient: AdmittedPatient | None = None) -> dict[str, str]:
    """Who is signed in, and as what they are here: of the patient whose record it is, where it is one."""
    role = g.get("role") or next((role for _, _, role in caller.memberships), None)
    whose = patient.given_name if patient else "somebody"
    said = ROLES[role].format(you=whose, your=f"{whose}’s") if role else ""
    name = f"{caller.given_name} {caller.family_name}"
    return {"id": str(caller.person_id), "name": name, "role": words.upper(said.removeprefix("a "))}


def _work(caller: Caller | None) -> list[dict[str, str]]:
    """Back to work, for staff whose own record or circle Kith begins with."""
    if caller is not None and coordinates_somewhere(caller):
        return [{"text": "My work", "href": url_for("coordinator.worklist")}]
    if caller is not None and runs_something(caller):
        return [{"text": "My work", "href": url_for("admin.start")}]
    return []


def asset(path: str) -> str:
    """The address of a static file, which changes with its content so that it may be kept for ever."""
    return url_for("entrance.static", path=path, v=version(path, (STATIC / path).stat().st_mtime_ns))


@functools.cache
def version(path: str, changed: int) -> str:
    """The fingerprint of a static file; `changed` only says when to look again."""
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]


def for_patient(template: str, patient: AdmittedPatient, here: str, /, **context: Any) -> str:
    """A page about one patient, for them or for somebody of their circle."""
    now = clock.now()
    frame: dict[str, Any] = {"navigation": patient_navigation(patient, here), "listening": listening(patient, now)}
    frame["person"], frame["paper"] = _person(guards.caller(), patient), _paper(patient.name, patient.zone)
    if here == "today" and looking.may(Permission.CHANGE_CIRCLE):
        frame["answered"] = answered.to(guards.caller().person_id, patient.id)
    return render_template(template, banner=looking.banner(patient), **frame, **context)


def for_staff(template: str, team: Team | AdmittedPatient | None, here: str, /, **context: Any) -> str:
    """A page of the console; `team` says whose hours stand in the foot."""
    frame: dict[str, Any] = {"navigation": staff_navigation(here)}
    frame["listening"] = _on_duty(team, clock.now()) if team else None
    if isinstance(team, AdmittedPatient):
        frame["person"] = _person(guards.caller(), team)
    if team:
        frame["paper"] = _paper(team.name, ZoneInfo(team.zone) if isinstance(team, Team) else team.team_zone)
    if here in BEGINNINGS:
        frame["answered"] = answered.to(guards.caller().person_id)
    return render_template(template, **frame, **context)


def _paper(name: str, zone: ZoneInfo) -> str:
    """What a printed page begins with: whose it is, and when it was printed."""
    return f"{name}, printed on {moments.full(clock.today(zone))}"


def whose(patient: AdmittedPatient) -> str | None:
    """The patient's name where somebody else is looking; None for themselves."""
    return None if guards.caller().person_id == patient.person_id else patient.name


def patient_navigation(patient: AdmittedPatient, here: str) -> list[dict[str, Any]]:
    """Where a patient can go; somebody else to what they may do."""
    pages = PAGES if whose(patient) else OWN_PAGES
    return [
        _link(text, endpoint, endpoint.partition(".")[2] == here, patient.id)
        for endpoint, (text, permission) in pages.items()
        if looking.may(permission) and not (patient.ended_at and endpoint in WHILE_CARED_FOR)
    ]


def staff_navigation(here: str) -> list[dict[str, Any]]:
    """Where somebody of a team can go."""
    links, caller = [], guards.caller()
    if coordinates_somewhere(caller):
        links.append(_link("Worklist", "coordinator.worklist", here == "worklist"))
        links.append(_link("Inbox", "team_inbox.listed", here == "inbox"))
        links.append(_link("Reviews", "team_figures.reviews", here == "reviews"))
        if caller.teams(Permission.SEE_FIGURES):
            links.append(_link("Figures", "team_figures.figures", here == "figures"))
        links.append(_link("Shared with us", "sharing.with_us", here == "shared"))
    if runs_something(caller):
        links.append(_link("Teams and people", "admin.start", here == "people"))
    if caller.organisations(Permission.BREAK_GLASS):
        links.append(_link("Emergency access", "emergency.ask", here == "emergency"))
    if caller.organisations(Permission.REVIEW_ACCESS):
        links.append(_link("Emergency openings", "emergency.listed", here == "emergencies"))
    if patients.stands_by_somebody(caller.person_id):
        links.append(_link("My circles", "circles.home", current=False))
    if config.current().sms_channel == "sandbox":
        links.append(_link("Sandbox", "sandbox.inbox", here == "sandbox"))
    return links


def _link(text: str, endpoint: str, current: bool, patient_id: UUID | None = None) -> dict[str, Any]:
    values: dict[str, Any] = {"patient_id": patient_id} if patient_id else {}
    return {"text": text, "href": url_for(endpoint, **values), "current": current}


def listening(patient: AdmittedPatient, now: datetime) -> dict[str, Any]:
    """Who reads what the patient sends, and until when."""
    if patient.ended_at is not None:
        return {"words": boxes.ENDED.format(team=patient.team_name), "open": False, "phone": None}
    until = service_hours.closing(patient.service_hours, patient.team_zone, now)
    if until is not None:
        who = f"{patient.coordinator_name} and the {patient.team_name} team read what you send"
        return {"words": f"{who} until {moments.by(until, now, patient.zone)}.", "open": True, "phone": None}
    opens = patient.team_is_next_there(now)
    back = f" {patient.team_name} is back {moments.words(opens, now, patient.zone)}." if opens else ""
    return {"words": f"{patient.out_of_hours_sentence}{back}", "open": False, **_phone(patient.out_of_hours_number)}


def _on_duty(team: Team | AdmittedPatient, now: datetime) -> dict[str, Any]:
    if isinstance(team, AdmittedPatient):
        name, zone = team.team_name, team.team_zone
    else:
        name, zone = team.name, ZoneInfo(team.zone)
    until = service_hours.closing(team.service_hours, zone, now)
    if until is not None:
        said = (
            f"{name} is on duty until {moments.by(until, now, zone)}; then patients are told of the out-of-hours line."
        )
    else:
        said = f"{name} is closed now. Patients are told of the out-of-hours line."
    return {"words": said, "open": until is not None, "phone": None}


def _phone(number: str) -> dict[str, str]:
    return {"phone": number, "phone_href": words.dialled(number)}


def coordinates_somewhere(caller: Caller) -> bool:
    """Does the caller work from a worklist?"""
    return bool(caller.teams(Permission.SEE_CASELOAD))


def runs_something(caller: Caller) -> bool:
    """Does the caller lead a team or administer an organisation?"""
    return bool(caller.organisations(Permission.SEE_PEOPLE))
