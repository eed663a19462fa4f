"""Import a list of people to enrol.

Every good row is enrolled and every bad one is listed: a coordinator with three hundred people and two wrong numbers
mends the two and sends the whole list again, and nothing happens twice. Somebody who is enrolled with this team is left
as they are; somebody whose care was ended is never reopened by a list (they may have died since it was made).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, DomainError
from app.identity import queries as people
from app.identity.models import Person
from app.identity.service import Acquaintances
from app.patients import enrolment, enrolment_list
from app.patients.enrolment import Applicant
from app.patients.enrolment_list import Fault
from app.patients.models import Patient
from app.patients.service import enrolling
from app.teams import queries as teams
from app.teams.models import Team

ENDED = "Care of this person was ended. Enrol them by themselves to open the record again."
ELSEWHERE = "This person is enrolled with another team. Hand them over instead."


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a list: `enrolled` are new (or would be, in a dry run), `known` were enrolled before."""

    is_dry_run: bool
    rows: int
    enrolled: int
    known: int
    errors: list[Fault]
    patient_ids: list[UUID]


def import_list(team: Team, text: str, coordinator_id: UUID | None = None, *, dry_run: bool = False) -> Report:
    """Enrol everybody on a list; a dry run reports the same and stores nothing. Raises Invalid for what is no list."""
    lines, faults = enrolment_list.read(text)
    coordinators = _coordinators(team)
    otherwise = coordinator_id if coordinator_id in coordinators.values() else None
    applicants: dict[int, Applicant] = {}
    for line in lines:
        said = enrolment_list.applicant(line, coordinators, otherwise, clock.today(enrolment.LONDON))
        if isinstance(said, Applicant):
            applicants[line.row] = said
        else:
            faults += said
    register, known = _Register(team, applicants.values()), 0
    for row, applicant in applicants.items():
        try:
            known += not register.admit(applicant)
        except DomainError as error:
            faults.append(Fault(row, "", error.detail))
    if not dry_run:
        db.session.add_all([*register.new_people, *register.new_patients])
        db.session.flush()
    faults.sort(key=lambda fault: fault.row)
    enrolled = [patient.id for patient in register.new_patients]
    rows = len(applicants) + len({fault.row for fault in faults} - applicants.keys())
    return Report(dry_run, rows, len(enrolled), known, faults, [] if dry_run else enrolled)


def _coordinators(team: Team) -> dict[str, UUID]:
    """The coordinators of a team by e-mail; they stay so until this transaction ends."""
    held = [member.person_id for member in teams.members(team.id) if member.role == Role.COORDINATOR]
    staying = {one for one in held if teams.holds(team.id, one, Role.COORDINATOR, for_now=True)}
    return {person.email or str(person.id): person.id for person in people.people(staying).values()}


class _Register:
    """Whom the organisation knows of a list, read once for all its rows; those it admits are known to later rows."""

    def __init__(self, team: Team, applicants: Iterable[Applicant]) -> None:
        applicants = list(applicants)
        self.team = team
        self.acquaintances = Acquaintances([applicant.who for applicant in applicants])
        self.new_people: list[Person] = []
        self.new_patients: list[Patient] = []
        self.by_number: dict[bytes, Patient] = {}
        self.by_person: dict[UUID, Patient] = {}
        numbers = {enrolling.number_index(a.new.nhs_number) for a in applicants if a.new.nhs_number}
        mine = select(Patient).where(Patient.organisation_id == team.organisation_id)
        mentioned = or_(Patient.nhs_number_index.in_(numbers), Patient.person_id.in_(self.acquaintances.ids))
        for record in db.session.scalars(mine.where(mentioned)):
            self._remember(record)
        self.people = people.people(set(self.by_person))

    def admit(self, applicant: Applicant) -> bool:
        """Enrol somebody; False where they are enrolled already. Raises Conflict where neither can be."""
        record = self.by_number.get(enrolling.number_index(applicant.new.nhs_number or ""))
        if record is not None:
            enrolling.refuse_other_name(self.people[record.person_id], applicant.who)
        else:
            person = self.acquaintances.meet(applicant.who)
            record = self.by_person.get(person.id)
        if record is not None:
            enrolling.refuse_other_number(record, applicant.new)
            return self._left_as_it_is(record)
        self._enrol(person, applicant)
        return True

    def _left_as_it_is(self, record: Patient) -> bool:
        if record.ended_at is not None:
            raise Conflict(ENDED)
        if record.team_id != self.team.id:
            raise Conflict(ELSEWHERE)
        return False

    def _enrol(self, person: Person, applicant: Applicant) -> None:
        if person.id not in self.acquaintances.ids:
            self.new_people.append(person)
        self.people[person.id] = person
        blank = Patient(organisation_id=self.team.organisation_id, person_id=person.id)
        patient = enrolling.placed(blank, self.team, applicant.new)
        self.new_patients.append(patient)
        self._remember(patient)

    def _remember(self, record: Patient) -> None:
        self.by_person[record.person_id] = record
        if record.nhs_number_index is not None:
            self.by_number[record.nhs_number_index] = record
