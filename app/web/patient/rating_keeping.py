"""What a phone keeps for rating without a signal: the questions, and of which areas something was said already.

No answer: those that are not sent yet lie in the queue of the phone alone.
"""

from __future__ import annotations

from typing import Any, Final

from flask import g

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.patients.admission import AdmittedPatient
from app.ratings import voicing
from app.ratings.instrument import Instrument
from app.ratings.queries import drafts
from app.ratings.queries.drafts import Draft
from app.ratings.service import licensing
from app.web import frame, looking

DAYS: Final = 30


def kept(patient: AdmittedPatient, code: str) -> dict[str, Any] | None:
    """What is kept of one patient and instrument; None for whoever cannot rate with it here."""
    may = looking.may(Permission.RATE) and voicing.may_give(g.role, voicing.PATIENT)
    if not may or patient.ended_at is not None:
        return None
    me = guards.caller().person_id
    draft = next((one for one in drafts.mine(patient, me) if (one.code, one.voice) == (code, voicing.PATIENT)), None)
    one = draft.instrument if draft else _usable(patient, code)
    if one is None:
        return None
    whose = frame.whose(patient) and patient.given_name
    return {
        "kind": "rating",
        "row": f"rating {patient.id} {code}",
        "person": str(me),
        "hours": DAYS * 24,
        "title": f"{whose}’s life now: {one.name}" if whose else one.name,
        "about": f"{patient.given_name}, {one.name}",
        "likes": "they like" if whose else "you like",
        "instrument": _instrument(one),
        "draft": _draft(draft),
        "send_to": f"/my/{patient.id}/unsent/ratings",
    }


def _usable(patient: AdmittedPatient, code: str) -> Instrument | None:
    found = licensing.usable(patient.organisation_id, clock.today(patient.zone))
    return next((one for one in found if one.code == code and voicing.PATIENT in one.voices), None)


def _instrument(one: Instrument) -> dict[str, Any]:
    areas = [{name: getattr(area, name) for name in ("code", "name", "asks", "low", "high")} for area in one.areas]
    return {
        "code": one.code,
        "version": one.version,
        "attribution": one.attribution,
        "scores": [[score, one.stage(score)] for score in range(one.lowest, one.highest + 1)],
        "areas": areas,
    }


def _draft(draft: Draft | None) -> dict[str, Any] | None:
    return {"id": str(draft.client_id), "said": list(draft.said)} if draft else None
