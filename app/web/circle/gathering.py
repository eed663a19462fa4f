"""What the pages of a member are made from."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import url_for

from app.access import guards
from app.access.permissions import Category, Right
from app.core.errors import NotFound
from app.patients import labelling
from app.patients import queries as patients
from app.patients.labelling import BASES
from app.patients.queries import CirclePlace, MyActing
from app.web import moments, words

SAID: Final = {"left": "You have left the circle.", "stopped": "You do not act for them any more."}
# Where a grant leads, as long as a page shows it.
PAGES: Final = {
    (Category.READINGS, Right.SEE): ("Numbers", "patient.numbers"),
    (Category.READINGS, Right.ACT): ("Add a reading", "patient.add"),
    (Category.MEDICINES, Right.SEE): ("Medicines", "my_doses.medicines"),
    (Category.VISITS, Right.SEE): ("Visits", "my_visits.visits"),
    (Category.PLAN, Right.SEE): ("Plan", "patient.plan"),
    (Category.MESSAGES, Right.SEE): ("News", "my_feed.feed"),
    (Category.MESSAGES, Right.ACT): ("Messages", "my_threads.team"),
}


def home(said: str) -> dict[str, Any]:
    """Whose circles the caller is in, and for whom they act."""
    me = patients.me(guards.caller().person_id)
    return {
        "said": SAID.get(said),
        "circles": [_circle(one) for one in me.circles],
        "acting": [_acting(one) for one in me.acting],
    }


def _circle(one: CirclePlace) -> dict[str, Any]:
    granted = {(Category(grant.category), Right(grant.right)): grant.ends_on for grant in one.grants}
    ways = [
        (text, url_for(name, patient_id=one.member.patient_id))
        for what, (text, name) in PAGES.items()
        if what in granted
    ]
    return {
        "name": one.person.name,
        "relationship": one.member.relationship,
        "rows": [
            {"may": words.upper(labelling.may(*what)), "until": moments.full(granted[what])}
            for what in labelling.in_order(granted)
        ],
        "ways": [{"text": text, "href": href} for text, href in ways],
        "leave_href": url_for("circles.leave", member_id=one.member.id),
    }


def _acting(one: MyActing) -> dict[str, Any]:
    name = one.person.name
    return {
        "name": name,
        "words": f"You act for {name} {BASES[one.row.basis].format(patient=one.person.given_name)}.",
        "scopes": words.upper(labelling.listed([labelling.scope(scope) for scope in one.row.scopes])),
        "review": moments.full(one.row.review_on),
        "href": url_for("patient.today", patient_id=one.row.patient_id) if one.is_open else None,
        "stop_href": url_for("circles.stop", acting_id=one.row.id),
    }


def leaving(member_id: UUID) -> dict[str, Any]:
    """What leaving this circle changes. Raises NotFound."""
    me = patients.me(guards.caller().person_id)
    one = next((place for place in me.circles if place.member.id == member_id), None)
    if one is None:
        raise NotFound
    name = one.person.given_name
    also = (
        [f"You do not act for {name} any more."]
        if one.member.patient_id in {a.row.patient_id for a in me.acting}
        else []
    )
    return {
        "title": f"Leave {name}’s circle?",
        "changes": [f"You see nothing of {name}’s record any more, and get no more messages about it.", *also],
        "stays": [
            f"What you have sent or written stays in {name}’s record, with your name.",
            f"{name} sees that you left, and can ask you again.",
        ],
        "action": url_for("circles.leave_now", member_id=member_id),
        "confirm": "Yes, leave",
    }


def stopping(acting_id: UUID) -> dict[str, Any]:
    """What it changes to stop acting for somebody. Raises NotFound."""
    one = next((one for one in patients.acting_by(guards.caller().person_id) if one.row.id == acting_id), None)
    if one is None:
        raise NotFound
    name = one.person.given_name
    return {
        "title": f"Stop acting for {name}?",
        "changes": [f"You decide nothing for {name} any more."],
        "stays": [
            "What you decided until now stays as it is, with your name.",
            f"You stay in {name}’s circle, with what was given to you there.",
        ],
        "action": url_for("circles.stop_now", acting_id=acting_id),
        "confirm": "Yes, stop",
    }
