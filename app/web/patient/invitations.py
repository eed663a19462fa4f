"""Asking somebody into a circle: whom and by what, who is still awaited, and is it them who came?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import clock, csrf, http
from app.core.errors import Conflict, DomainError, Forbidden, TooMany
from app.core.http import Pages
from app.identity import posting, queries
from app.identity.queries import Sent
from app.patients.admission import AdmittedPatient
from app.patients.schemas.invitations import NewInvitation
from app.patients.service import inviting
from app.web import frame
from app.web import invited as invited_list

pages = Pages("circle_invitations", __name__, url_prefix="/my/<uuid:patient_id>/invitations")

CHANGES: Final = guards.on_patient(Permission.CHANGE_CIRCLE)
BOTH: Final = "Their mobile number or e-mail address"
_SCHEMA: Final = NewInvitation()
_SAID: Final = {
    "sent": "The invitation is on its way.",
    "again": "A new code is on its way. The old one opens nothing any more.",
    "revoked": "The invitation is taken back. Its code opens nothing any more.",
    "confirmed": "They are in the circle now. They see nothing until you share something with them.",
    "declined": "They are given nothing.",
}
_FIELDS: Final = {
    "/relationship": ("relationship", "Say what they are to you, such as daughter or neighbour."),
    "/phone": ("contact", "Type a mobile number, such as 07700 900123."),
    "/email": ("contact", "Type an e-mail address, such as name@example.com."),
    "/role": ("role", "Choose one of both."),
}


@pages.get("", access=CHANGES)
def invited(patient: AdmittedPatient) -> str:
    """Who is asked and has not come yet, and who has come and waits to be confirmed."""
    return _list(patient, _SAID.get(request.args.get("said", "")))


@pages.get("/new", access=CHANGES)
def new(patient: AdmittedPatient) -> str:
    """The form to ask somebody in."""
    return _form(patient, {"role": "member"})


@pages.post("/new", access=CHANGES)
def invite(patient: AdmittedPatient) -> Any:
    """Send somebody a code; it goes to them and is shown nowhere else."""
    typed = {name: request.form.get(name, "")[:254].strip() for name in ("relationship", "role", "contact")}
    kind = "email" if "@" in typed["contact"] else "phone"
    try:
        _invite(patient, kind, {"relationship": typed["relationship"], "role": typed["role"], kind: typed["contact"]})
    except DomainError as refused:
        return _form(patient, typed, refused), refused.status, refused.headers
    return _back(patient, "sent")


@pages.post("/<uuid:invitation_id>/resend", access=CHANGES)
def resend(patient: AdmittedPatient, invitation_id: UUID) -> Any:
    """Send a new code to the same phone or e-mail."""
    return _done(patient, "again", lambda: inviting.resend(patient, invitation_id, guards.caller().person_id))


@pages.post("/<uuid:invitation_id>/revoke", access=CHANGES)
def revoke(patient: AdmittedPatient, invitation_id: UUID) -> Any:
    """Take an invitation back."""
    return _done(patient, "revoked", lambda: inviting.revoke(patient, invitation_id))


@pages.post("/<uuid:invitation_id>/confirm", access=CHANGES)
def confirm(patient: AdmittedPatient, invitation_id: UUID) -> Any:
    """It is them: they join the circle."""
    return _done(patient, "confirmed", lambda: inviting.confirm(patient, invitation_id, guards.caller().person_id))


@pages.post("/<uuid:invitation_id>/decline", access=CHANGES)
def decline(patient: AdmittedPatient, invitation_id: UUID) -> Any:
    """It is somebody else: they are given nothing."""
    return _done(patient, "declined", lambda: inviting.decline(patient, invitation_id))


def _invite(patient: AdmittedPatient, kind: str, asked: dict[str, str]) -> None:
    one, by = http.loaded(_SCHEMA, asked), guards.caller().person_id
    inviting.invite_member(patient, Role(one["role"]), one["relationship"], kind, one[kind], by)


def _done(patient: AdmittedPatient, said: str, act: Callable[[], Any]) -> Any:
    try:
        act()
    except (Conflict, Forbidden, TooMany) as refused:
        return _list(patient, None, refused.detail), refused.status, refused.headers
    return _back(patient, said)


def _back(patient: AdmittedPatient, said: str) -> Any:
    return redirect(url_for("circle_invitations.invited", patient_id=patient.id, said=said), 303)


def _list(patient: AdmittedPatient, said: str | None, refused: str | None = None) -> str:
    found = queries.invitations_into(patient_id=patient.id)
    shown = invited_list.List(found, guards.caller().person_id, clock.now(), patient.zone, partial(_to, patient))
    return frame.for_patient(
        "patient/invitations.html",
        patient,
        "circle",
        whose=frame.whose(patient),
        said=said,
        errors=[{"text": refused, "href": "#invitations"}] if refused else [],
        came=invited_list.came(shown),
        awaited=invited_list.awaited(shown),
        new_href=url_for("circle_invitations.new", patient_id=patient.id),
        csrf_token=csrf.token(),
    )


def _to(patient: AdmittedPatient, one: Sent, act: str) -> str:
    return url_for(f"circle_invitations.{act}", patient_id=patient.id, invitation_id=one.invitation.id)


def _form(patient: AdmittedPatient, typed: dict[str, str], refused: DomainError | None = None) -> str:
    beside = (
        dict(_FIELDS[fault["pointer"]] for fault in refused.errors if fault["pointer"] in _FIELDS) if refused else {}
    )
    errors = [{"text": said, "href": f"#{name}"} for name, said in beside.items()]
    if refused and not errors:
        errors = [{"text": refused.detail, "href": "#relationship"}]
    return frame.for_patient(
        "patient/invite.html",
        patient,
        "circle",
        whose=frame.whose(patient),
        typed=typed,
        beside=beside,
        errors=errors,
        contact_label=BOTH if posting.sends_emails() else "Their mobile number",
        action=url_for("circle_invitations.invite", patient_id=patient.id),
        back_href=url_for("circle_invitations.invited", patient_id=patient.id),
        csrf_token=csrf.token(),
    )
