"""Who looks at whose record: what they may do there, and the banner that says so on every page."""

from __future__ import annotations

from typing import Any, Final

from flask import current_app, g, url_for

from app.access import callers, guards
from app.access.guards.admitting import SEE_AS
from app.access.permissions import Permission
from app.access.roles import Role
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient

OWN: Final = "This is your record with {team}."
LOOKING: Final = "You are seeing what {name} sees. You can look, and change nothing."
ACTING: Final = "This is {patient}’s record. You act for {patient}, and what you do here says so."
THEIRS: Final = "This is {patient}’s record."


def may(permission: Permission) -> bool:
    """May whoever was admitted to this record do this there too?"""
    return callers.decide(g.standing, permission) is not None


def keep_looking(endpoint: str, values: dict[str, Any]) -> None:
    """Have every link within a record keep looking as the same member."""
    is_looking = g.get("seen_as") is not None and SEE_AS not in values
    if is_looking and current_app.url_map.is_endpoint_expecting(endpoint, "patient_id"):
        values[SEE_AS] = g.seen_as


def banner(patient: AdmittedPatient) -> dict[str, Any] | None:
    """Whose record it is, where it is not one's own; whose eyes it is seen with, where those are another's."""
    caller = guards.caller()
    if g.get("seen_as"):
        back = url_for("my_circle.circle", patient_id=patient.id, see_as=None)
        said = LOOKING.format(name=f"{caller.given_name} {caller.family_name}")
        return {"words": said, "href": back, "link": "Back to yours", "is_looking": True}
    if caller.person_id == patient.person_id:
        return _of_several(patient)
    said = (ACTING if Role.ACTING in g.standing.roles else THEIRS).format(patient=patient.name)
    theirs = g.standing.roles & {Role.ACTING, Role.MEMBER, Role.VISITOR}
    href = url_for("circles.home") if theirs else url_for("entrance.home")
    return {"words": said, "href": href, "link": "Change person" if theirs else "Start", "is_looking": False}


def _of_several(patient: AdmittedPatient) -> dict[str, Any] | None:
    """With which team this record is, where somebody has several."""
    if len(patients.own_records(patient.person_id)) < 2:
        return None
    said, href = OWN.format(team=patient.team_name), url_for("my_record.overview")
    return {"words": said, "href": href, "link": "Change record", "is_looking": False}
