"""Who sees what until when, as the pages show it: by person, by kind, and the other ways into a record. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.patients import enrolment, labelling
from app.patients.labelling import BASES
from app.patients.queries.acting import Acting
from app.patients.queries.consent import Given, Place
from app.patients.queries.ending import Near, Past
from app.web import moments, words

KINDS: Final = {category: words.upper(labelling.kind(category).removeprefix("the ")) for category in Category}
RIGHTS: Final = {Right.SEE: "See it", Right.BE_TOLD: "Be told about it", Right.ACT: "Do something about it"}
COLUMNS: Final = ("Sees it", "Is told", "Does something")
HINTS: Final = {
    Right.SEE: "Read it in Kith",
    Right.BE_TOLD: "Get a message when something happens, without what is in it",
    Right.ACT: "Send, record or write it",
}
LENGTHS: Final = (("1 month", 30), ("3 months", 91), ("6 months", 182))
_CHIPS: Final = {Role.VISITOR: "Visits by work", Role.SERVICE: "Device"}
WHYS: Final = {
    "ended": "ended",
    "given_again": "given again with another day",
    "left": "ended as they left the circle",
    "changed": "ended as they are something else by now",
    "duty": "ended with their work",
}


def may(given: Given) -> str:
    """What a grant lets somebody do, as a line begins."""
    return words.upper(labelling.may(Category(given.grant.category), Right(given.grant.right)))


def person(place: Place) -> dict[str, Any]:
    """A member as a card: who they are, and each grant with its day and who gave it."""
    chips = [_CHIPS[Role(place.member.role)]] if Role(place.member.role) in _CHIPS else []
    return {
        "id": place.member.id,
        "name": place.person.name,
        "first_name": first_name(place),
        "relationship": words.upper(place.member.relationship or ""),
        "chips": [*chips, *(["Acts for the patient"] if place.acts_for_patient else [])],
        "is_device": place.member.role == Role.SERVICE,
        "acts": place.acts_for_patient,
        "rows": [
            {
                "id": one.grant.id,
                "may": may(one),
                "until": moments.full(one.grant.ends_on),
                "by": one.given_by,
                "agreed": one.agreed.text,
            }
            for one in place.grants
        ],
    }


def first_name(place: Place) -> str:
    """What a member is called: a person by their first name, a device by all of its name."""
    return place.person.name if place.member.role == Role.SERVICE else place.person.given_name


def by_kind(places: Sequence[Place]) -> list[dict[str, Any]]:
    """Kind by kind of what is shared: who sees it, who is told of it, who does something about it."""
    rows = []
    for category in Category:
        cells: dict[Right, list[str]] = {right: [] for right in Right}
        for place in places:
            for one in place.grants:
                if one.grant.category == category:
                    until = moments.full(one.grant.ends_on)
                    cells[Right(one.grant.right)].append(f"{first_name(place)} until {until}")
        if any(cells.values()):
            rows.append({"kind": KINDS[category], "cells": [cells[right] for right in Right]})
    return rows


def kept_to_oneself(places: Sequence[Place]) -> str:
    """The kinds of which nobody in the circle has anything."""
    shared = {one.grant.category for place in places for one in place.grants}
    return labelling.listed([labelling.kind(category) for category in Category if category not in shared])


def acting(one: Acting, patient: str, today: date) -> dict[str, Any]:
    """Somebody who acts for the patient."""
    return {
        "id": one.row.id,
        "name": one.person.name,
        "basis": words.upper(BASES[one.row.basis].format(patient=patient)),
        "scopes": words.upper(labelling.listed([labelling.scope(scope) for scope in one.row.scopes])),
        "review": moments.day(one.row.review_on, today),
        "is_open": one.is_open,
        "by": one.given_by,
        "evidence": one.row.evidence,
        "agreed": one.agreed.text,
    }


def near(one: Near, today: date, whose: str) -> str:
    """What ends soon, in a sentence."""
    name, day = one.person.given_name, moments.day(one.ends_on, today)
    on = day if day in ("today", "tomorrow") else f"on {day}"
    if not one.granted:
        return f"{name} acts for {'you' if whose == 'your' else whose.removesuffix('’s')}. This is to be reviewed {on}."
    rights = labelling.listed([labelling.may(*what) for what in labelling.in_order(one.granted)])
    return f"{name} can {rights} until the end of {day}." if day != "today" else f"{name} can {rights} until tonight."


def what(category: str, right: str) -> str:
    """What is to be given, as a title."""
    return words.upper(labelling.may(Category(category), Right(right)))


def rights(is_device: bool) -> list[dict[str, str]]:
    """How far a grant can go; a device only sends."""
    offered = {Right.ACT: RIGHTS[Right.ACT]} if is_device else RIGHTS
    return [{"value": str(right), "text": text, "hint": HINTS[right]} for right, text in offered.items()]


def past(one: Past, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A grant there is or was, in words."""
    grant = one.grant
    ran_out = grant.ended_at is None and grant.ends_on < now.astimezone(zone).date()
    ended = f"{words.upper(WHYS[grant.ended_why])}" if grant.ended_why else ("Ran out" if ran_out else "Runs")
    return {
        "member": one.member_name,
        "may": what(grant.category, grant.right),
        "given": _day(grant.created_at, zone),
        "by": one.given_by,
        "until": moments.full(grant.ends_on),
        "ended": ended,
        "ended_on": _day(grant.ended_at, zone) if grant.ended_at else None,
        "ended_by": one.ended_by,
        "agreed": one.agreed.text,
    }


def _day(at: datetime, zone: ZoneInfo) -> str:
    return moments.full(at.astimezone(zone).date())


def lengths(today: date) -> list[dict[str, str]]:
    """The days offered for a grant, the last one a year ahead."""
    offered = [(text, today + timedelta(days=days)) for text, days in LENGTHS]
    offered.append(("1 year", enrolment.a_year_after(today)))
    return [{"value": day.isoformat(), "text": f"{text}, until {moments.full(day)}"} for text, day in offered]
