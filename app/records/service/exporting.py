"""A copy of everything about somebody: asked for, made in the background, taken away within a day."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

import orjson
from sqlalchemy import select, update

from app.access import guards
from app.access.permissions import Permission, Purpose
from app.access.roles import Role
from app.core import audit, clock, csv_cells, limits, queue
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.patients.admission import AdmittedPatient
from app.patients.models import Patient
from app.records import shape
from app.records.models import RecordExport
from app.records.service import due, gathering, wording
from app.records.service.gathering import Listing, Subject

MAKE = "make a copy"
LASTS = timedelta(hours=24)
ASKED_A_DAY = 5
IN_MEMORY = 1_000_000  # bytes of one list before it waits on disk
ASKED, TAKEN = "ask_for_copy", "take_copy"


def ask_about_oneself(person_id: UUID) -> RecordExport:
    """Ask for everything about oneself: as a person, and every record in which one is the patient."""
    for record in db.session.scalars(select(Patient).where(Patient.person_id == person_id)):
        _note(ASKED, person_id, record.organisation_id, record.id)
    return _ask(RecordExport(person_id=person_id, asked_by=person_id))


def ask_for_record(patient: AdmittedPatient, by: UUID) -> RecordExport:
    """Ask for one record, by its patient or by somebody who acts for them; the guard has written it down."""
    export = RecordExport(organisation_id=patient.organisation_id, patient_id=patient.id)
    export.person_id, export.asked_by = patient.person_id, by
    return _ask(export)


def about_oneself(person_id: UUID) -> Sequence[RecordExport]:
    """The copies of everything about themselves that somebody can take, or that are being made; newest first."""
    return _running(RecordExport.asked_by == person_id, RecordExport.patient_id.is_(None))


def of_record(patient: AdmittedPatient, by: UUID) -> Sequence[RecordExport]:
    """The same of one record."""
    return _running(RecordExport.asked_by == by, RecordExport.patient_id == patient.id)


def take(copies: Iterable[RecordExport], export_id: UUID, by: UUID) -> bytes:
    """The file of one of these copies; raises NotFound for any other, for one that is not ready or is too old."""
    export = next((one for one in copies if one.id == export_id and one.ready_at is not None), None)
    content = export.file if export is not None else None
    if export is None or content is None:
        raise NotFound
    records = [(export.organisation_id, export.patient_id)] if export.patient_id else _records(export.person_id)
    for organisation_id, patient_id in records or [(None, None)]:
        _note(TAKEN, by, organisation_id, patient_id, export)
    return content


def make(export_id: str) -> None:
    """Make a copy that was asked for; done before, it stays as it is."""
    export = db.session.get(RecordExport, UUID(export_id), with_for_update=True)
    if export is None or export.ready_at is not None:
        return
    if export.patient_id is not None and not _may_still(export.asked_by, export.patient_id):
        export.expires_at = clock.now()
        return
    due.take_time()  # texts are found by patient only by reading all of them
    with written(_subject(export)) as file:
        export.file = file.read()
    export.ready_at = clock.now()
    export.expires_at = export.ready_at + LASTS


def _may_still(person_id: UUID, patient_id: UUID) -> bool:
    """Is whoever asked allowed it now, when it is made? From here on that record alone is reached."""
    try:
        guards.admitted_person(person_id, patient_id, Permission.EXPORT_RECORD)
    except (Forbidden, NotFound):
        return False
    return True


def forget_expired() -> int:
    """Empty the copies whose day is over."""
    over = (RecordExport.expires_at <= clock.now(), RecordExport.file_sealed.is_not(None))
    emptied = db.session.execute(update(RecordExport).where(*over).values(file_sealed=None))
    return int(emptied.rowcount)  # type: ignore[attr-defined]


@contextmanager
def written(subject: Subject) -> Iterator[IO[bytes]]:
    """The file, on disk: each list as JSON and as CSV, with a page that explains it."""
    lists = []
    # It has no name: nobody else opens it, and it is gone with the process that holds it.
    with tempfile.TemporaryFile() as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for listing in gathering.listings(subject):
                if rows := _write(archive, listing):
                    lists.append(f"{listing.name}: {listing.means} ({rows})")
            archive.writestr("README.txt", _readme(subject, lists))
        target.seek(0)
        yield target


def _ask(export: RecordExport) -> RecordExport:
    limits.spend(f"copy {export.asked_by} {export.patient_id}", allowed=ASKED_A_DAY, per=timedelta(days=1))
    export.expires_at = clock.now() + LASTS
    db.session.add(export)
    db.session.flush()
    queue.defer(MAKE, export_id=str(export.id))
    return export


def _running(*whose: Any) -> Sequence[RecordExport]:
    fresh = select(RecordExport).where(*whose, RecordExport.expires_at > clock.now())
    return db.session.scalars(fresh.order_by(RecordExport.created_at.desc(), RecordExport.id.desc())).all()


def _records(person_id: UUID) -> list[tuple[UUID | None, UUID | None]]:
    found = select(Patient.organisation_id, Patient.id).where(Patient.person_id == person_id)
    return [(row.organisation_id, row.id) for row in db.session.execute(found)]


def _note(
    action: str, by: UUID, organisation: UUID | None, patient: UUID | None, export: RecordExport | None = None
) -> None:
    is_for_another = export is not None and export.person_id != by
    entry = audit.Entry(
        str(Role.ACTING if is_for_another else Role.PATIENT) if patient else "self",
        action,
        organisation_id=organisation,
        patient_id=patient,
        actor_id=by,
        on_behalf_of=export.person_id if export is not None and is_for_another else None,
        purpose=str(Purpose.OWN),
        subject_id=export.id if export is not None else None,
        request_id=audit.request_id(),
    )
    audit.note(entry)


def _subject(export: RecordExport) -> Subject:
    is_whole = export.patient_id is None
    records = [export.patient_id] if export.patient_id else [one for _, one in _records(export.person_id) if one]
    # Who acts for a patient reads the family's text; of the rows in others' records nobody's copy has either.
    is_own = export.asked_by == export.person_id
    return Subject(export.person_id, tuple(records), is_whole, gathering.zone_of(records), reads_professionals=is_own)


def _write(archive: zipfile.ZipFile, listing: Listing) -> int:
    """Write one list both ways, a row at a time; a list without rows is not there."""
    first = next(listing.rows, None)
    if first is None:
        return 0
    number = 0
    # A ZIP takes one file at a time, so the CSV waits on disk for its turn.
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as table:
        table.write(("\ufeff" + csv_cells.line(first)).encode())
        with archive.open(f"json/{listing.name}.json", "w", force_zip64=True) as listed:
            for number, row in enumerate(itertools.chain([first], listing.rows), 1):
                listed.write(b"[\n" if number == 1 else b",\n")
                listed.write(orjson.dumps(row))
                table.write(csv_cells.line(map(_cell, row.values())).encode())
            listed.write(b"\n]\n")
        table.seek(0)
        with archive.open(f"csv/{listing.name}.csv", "w", force_zip64=True) as cells:
            shutil.copyfileobj(table, cells)
    return number


def _cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value


def _readme(subject: Subject, lists: list[str]) -> str:
    left_out = [f"{table}: {reason}" for table, reason in shape.LEFT_OUT.items()]
    made_at = clock.now().astimezone(subject.zone).isoformat(timespec="minutes")
    return wording.README.format(made_at=made_at, lists="\n".join(lists), left_out="\n".join(left_out))
