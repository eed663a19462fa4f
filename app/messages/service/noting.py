"""Write of a visit, for the family and for professionals; put right what was written; tick that a handover was read.

Nothing that was written is changed: a correction is a new note. Whoever does not read the professionals' text cannot
write it either, and where they put right a note that has one, it goes along unseen.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import new_id
from app.messages import visit_tasks
from app.messages.models import HandoverRead, Visit, VisitNote
from app.messages.queries import visible
from app.messages.service import visit_acting, visit_beginning, visit_linking, visit_making, visit_planning
from app.messages.visit_entering import NewNote, NewVisit, Told
from app.messages.visit_readers import Reader
from app.patients.admission import AdmittedPatient
from app.patients.by import By

ONLY_PROFESSIONALS: Final = "Only whoever reads what professionals write for each other can write it."
NOT_YOURS: Final = "Only whoever wrote this, or the team, can put it right."
USUAL_MINUTES: Final = 30
_TEXTS: Final = ("family", "professional", "handover")


def write(patient: AdmittedPatient, visit_id: UUID, new: NewNote, told: Told, by: By, reader: Reader) -> VisitNote:
    """Write what was done at a visit, or put right what was written of it.

    Raises NotFound, Conflict (not one's own visit, corrected before, an id used otherwise) and Invalid.
    """
    _check(new, reader)
    visit = visit_beginning.begun(patient, visit_id, told, visit_acting.happened(told), by)
    visit_acting.one_at_a_time(patient, new.id)
    known = _known(patient, new.id)
    if known is not None:
        if not _is_same(known, visit, new, by, reader):
            raise Conflict(visit_acting.SENT_BEFORE)
        return known
    corrected = _corrected(visit, new, by, reader) if new.corrects_id else None
    if corrected is None:
        visit_beginning.may_come(visit, by)
    note = _note(patient, visit, new, by)
    if corrected is not None and not reader.is_professional:
        note.professional, note.handover = corrected.professional, corrected.handover
    db.session.add(note)
    db.session.flush()
    visit_linking.link_own(patient, visit, by)
    if corrected is not None and corrected.next_visit_at is not None:
        _take_back(patient, corrected.next_visit_at)
    _plan_next(patient, visit, note, by)
    return note


def handover_read(patient: AdmittedPatient, note_id: UUID, by: By) -> None:
    """Tick that one has read a word to whoever comes next; once. Raises NotFound."""
    where = (VisitNote.patient_id == patient.id, VisitNote.id == note_id, VisitNote.handover_sealed.is_not(None))
    if db.session.scalar(select(VisitNote.id).where(*where)) is None:
        raise NotFound
    row = {
        "id": new_id(),
        "created_at": clock.now(),
        "organisation_id": patient.organisation_id,
        "patient_id": patient.id,
        "note_id": note_id,
        "person_id": by.person_id,
    }
    once = insert(HandoverRead).values(row).on_conflict_do_nothing(index_elements=["note_id", "person_id"])
    db.session.execute(once)


def _check(new: NewNote, reader: Reader) -> None:
    faults = []
    if not reader.is_professional:
        faults += [(name, ONLY_PROFESSIONALS) for name in ("professional", "handover") if getattr(new, name)]
    if unknown := sorted(set(new.done) - visit_tasks.TASKS.keys()):
        faults.append(("done", f"Not known: {', '.join(unknown)}."))
    if not faults and not new.done and not any(getattr(new, name) for name in _TEXTS):
        faults.append(("done", "Tick what was done, or write something."))
    if faults:
        errors = [{"pointer": f"/{name}", "detail": detail} for name, detail in faults]
        raise Invalid(faults[0][1], errors=errors)


def _known(patient: AdmittedPatient, client_id: UUID) -> VisitNote | None:
    where = (VisitNote.patient_id == patient.id, VisitNote.client_id == client_id)
    return db.session.scalar(select(VisitNote).where(*where))


def _is_same(known: VisitNote, visit: Visit, new: NewNote, by: By, reader: Reader) -> bool:
    texts = _TEXTS if reader.is_professional else ("family",)  # what went along unseen, they did not send
    about = (known.visit_id, known.by, known.corrects_id) == (visit.id, by.person_id, new.corrects_id)
    said = all(getattr(known, name) == getattr(new, name) for name in texts)
    return about and said and (set(known.done), known.next_visit_at) == (set(new.done), new.next_visit_at)


def _corrected(visit: Visit, new: NewNote, by: By, reader: Reader) -> VisitNote:
    """The note that is put right. Raises NotFound and Conflict."""
    found = db.session.get(VisitNote, new.corrects_id)
    if found is None or found.visit_id != visit.id:
        raise NotFound
    if found.by != by.person_id and not reader.is_staff:
        raise Conflict(NOT_YOURS)
    later = select(VisitNote.id).where(VisitNote.corrects_id == found.id)
    if db.session.scalar(later) is not None:
        raise Conflict("This was put right before. Put right what stands there now.")
    return found


def _note(patient: AdmittedPatient, visit: Visit, new: NewNote, by: By) -> VisitNote:
    said: dict[str, Any] = {"next_visit_at": new.next_visit_at, "corrects_id": new.corrects_id, "client_id": new.id}
    note = VisitNote(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        visit_id=visit.id,
        by=by.person_id,
        role=str(by.role),
        channel=by.channel,
        done=[one for one in visit_tasks.TASKS if one in new.done],
        **said,
    )
    note.family, note.professional, note.handover = new.family, new.professional, new.handover
    return note


def _take_back(patient: AdmittedPatient, at: datetime) -> None:
    """Call off, in silence, a visit that notes had planned for this time, where none that stands names it any more.

    For the family it is as if there were none but the notes and visits that they see.
    """
    named = (VisitNote.patient_id == patient.id, VisitNote.next_visit_at == at, *visible.visit_notes(patient))
    later = aliased(VisitNote)
    is_corrected = select(later.id).where(later.corrects_id == VisitNote.id).exists()
    if db.session.scalar(select(VisitNote.id).where(*named, ~is_corrected).limit(1)) is not None:
        return
    ids = [uuid5(one, "next") for one in db.session.scalars(select(VisitNote.client_id).where(*named))]
    made = (Visit.patient_id == patient.id, Visit.client_id.in_(ids), Visit.due_at == at, Visit.state == "planned")
    for one in db.session.scalars(select(Visit).where(*made, *visible.visits(patient)).with_for_update()).all():
        visit_making.call_off_silently(one)


def _plan_next(patient: AdmittedPatient, visit: Visit, note: VisitNote, by: By) -> None:
    """The next visit that a note names is a planned one, unless one stands for that time already.

    One that is kept from whoever writes does not stand for them; what follows of a kept visit is kept too.
    """
    at = note.next_visit_at
    if at is None or at <= clock.now() or patient.ended_at is not None:
        return
    visit_acting.one_at_a_time(patient, uuid5(patient.id, f"next {at.timestamp()}"))
    local = at.astimezone(patient.zone)
    near = select(Visit.id).where(Visit.patient_id == patient.id, Visit.due_at == at, Visit.state == "planned")
    if db.session.scalar(near.where(*visible.visits(patient)).limit(1)) is None:
        what, minutes, next_id = visit.what or "Visit", visit.minutes or USUAL_MINUTES, uuid5(note.client_id, "next")
        new = NewVisit(next_id, what, local.date(), local.time(), minutes, visitor_id=by.person_id)
        visit_planning.put_down(patient, new, at, by, hidden_at=visit.hidden_at and clock.now())
