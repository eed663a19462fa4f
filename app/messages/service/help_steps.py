"""What every act on a request for help begins and ends with: the row held, and the step written down."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.core.ids import new_id
from app.messages.models.help import HelpAsked, HelpEvent, HelpRequest
from app.messages.queries import help as queries
from app.patients.admission import AdmittedPatient
from app.patients.by import By


def locked(patient: AdmittedPatient, request_id: UUID, viewer_id: UUID) -> HelpRequest:
    """A request that somebody sees, waited for: two acts on it follow each other. Raises NotFound."""
    where = (HelpRequest.id == request_id, *queries.visible(patient, viewer_id))
    held = select(HelpRequest).where(*where).with_for_update(of=HelpRequest)
    request = db.session.scalar(held.execution_options(populate_existing=True))
    if request is None:
        raise NotFound
    return request


def note(request: HelpRequest, kind: str, by: By | None, words: str | None = None) -> None:
    """Write down what was said or done; `by` None: nobody did it, its time had passed or a right had ended."""
    event = HelpEvent(
        organisation_id=request.organisation_id,
        patient_id=request.patient_id,
        request_id=request.id,
        kind=kind,
        by=by.person_id if by else None,
        channel=by.channel if by else "kith",
        note=words or None,
    )
    db.session.add(event)


def free(request: HelpRequest, state: str = "open") -> None:
    """Nobody has it any more."""
    request.state, request.helper_id, request.reopen_at, request.answer_by = state, None, None, None
    request.claimed_at = request.arrived_at = None


def answered(request: HelpRequest, person_id: UUID, *, cannot: bool) -> None:
    """What somebody who was asked says, or who took what all were asked for."""
    passed_at = clock.now() if cannot else None
    row = {
        "id": new_id(),
        "created_at": clock.now(),
        "organisation_id": request.organisation_id,
        "patient_id": request.patient_id,
        "request_id": request.id,
        "person_id": person_id,
        "passed_at": passed_at,
    }
    written = insert(HelpAsked).values(row)
    same = (HelpAsked.request_id, HelpAsked.person_id)
    db.session.execute(written.on_conflict_do_update(index_elements=same, set_={"passed_at": passed_at}))


def has_passed(request: HelpRequest, person_id: UUID) -> bool:
    """Has somebody said already that they cannot?"""
    where = (HelpAsked.request_id == request.id, HelpAsked.person_id == person_id, HelpAsked.passed_at.is_not(None))
    return db.session.scalar(select(HelpAsked.id).where(*where)) is not None
