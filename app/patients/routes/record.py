"""Enrolment, a patient's record, and the end of care."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page, PageQuery
from app.patients import queries, schemas, service
from app.patients.admission import AdmittedPatient
from app.patients.queries import WholeRecord
from app.teams import queries as teams

routes = Routes("patients", __name__, url_prefix="/api", description="Patients and their records")

P = Permission
ENROLS = guards.on_caseload(P.ENROL)


@routes.get(
    "/teams/<uuid:team_id>/patients",
    access=guards.on_caseload(P.SEE_CASELOAD),
    query=PageQuery(),
    gives={200: schemas.Patients},
)
def patients(caller: Caller, team_id: UUID, query: dict[str, Any]) -> Page[WholeRecord]:
    """The patients of a team, enrolled last first."""
    team = teams.team_for(caller, team_id, P.SEE_CASELOAD)
    rows = queries.in_team(team.id, pages.position(query["cursor"]), query["limit"])
    page = pages.page(rows, query["limit"], lambda row: (row.record.enrolled_at, row.record.id))
    guards.note_seen(caller, P.SEE_CASELOAD, team.organisation_id, [row.record.id for row in page.items])
    return page


@routes.post("/teams/<uuid:team_id>/patients", access=ENROLS, takes=schemas.Enrolment(), gives={201: schemas.Patient})
def enrol(caller: Caller, team_id: UUID, body: service.Applicant) -> WholeRecord:
    """Enrol somebody with the team and its named coordinator; enrolling again reopens the record."""
    team = teams.team_for(caller, team_id, P.ENROL)
    patient = service.enrol_applicant(team, body, caller.person_id)
    guards.note_seen(caller, P.ENROL, team.organisation_id, [patient.id])
    return queries.whole_record(patient.id)


@routes.post(
    "/teams/<uuid:team_id>/patients/import",
    access=ENROLS,
    keyed=False,  # each row has its own key: NHS number, phone or e-mail
    takes=schemas.EnrolmentList(),
    query=schemas.ImportQuery(),
    gives={200: schemas.ImportReport},
)
def import_list(caller: Caller, team_id: UUID, body: dict[str, Any], query: dict[str, bool]) -> service.Report:
    """Enrol a list: good rows are enrolled, bad ones are listed; sent again it enrols only what is missing."""
    team = teams.team_for(caller, team_id, P.ENROL)
    report = service.import_list(team, body["csv"], body["coordinator_id"], dry_run=query["dry_run"])
    guards.note_seen(caller, P.ENROL, team.organisation_id, report.patient_ids)
    return report


@routes.get("/patients/<uuid:patient_id>", access=guards.on_patient(P.SEE_PATIENT), gives={200: schemas.Patient})
def patient(patient: AdmittedPatient) -> WholeRecord:
    """A patient's record; its ETag is needed to change it."""
    return queries.whole_record(patient.id)


@routes.patch(
    "/patients/<uuid:patient_id>",
    access=guards.on_patient(P.CHANGE_PATIENT),
    takes=schemas.PatientChange(),
    gives={200: schemas.Patient},
)
def change(patient: AdmittedPatient, version: int, body: dict[str, Any]) -> WholeRecord:
    """Change a record, or hand the patient over to another coordinator or team."""
    service.change(patient, version, body)
    return queries.whole_record(patient.id)


@routes.post(
    "/patients/<uuid:patient_id>/end",
    access=guards.on_patient(P.END_CARE),
    keyed=False,  # care ends once
    takes=schemas.EndOfCare(),
    gives={200: schemas.Patient},
)
def end_care(patient: AdmittedPatient, body: dict[str, str]) -> WholeRecord:
    """End care with its reason: from now on nothing reminds or asks; open alerts stay for their owner."""
    service.end_care(patient, body["reason"])
    return queries.whole_record(patient.id)
