"""Whose record it is that NHS login has traced somebody to."""

from __future__ import annotations

from sqlalchemy import select

from app.core import rows, sealed
from app.core.db import db
from app.core.rows import Reach
from app.identity import introductions
from app.identity.models import Person
from app.identity.nhs_identity import NhsIdentity, Traced
from app.patients.models import Patient
from app.teams.models import Organisation


def traced(who: NhsIdentity) -> Traced:
    """The one person whose records have this number, and this date of birth and family name too; in any organisation.

    Asked before anybody is admitted to anything, so it looks everywhere and afterwards reaches only what it gives.
    """
    if who.nhs_number is None:
        return Traced()
    rows.reach(Reach(whole=tuple(db.session.scalars(select(Organisation.id)))))
    index = sealed.index(who.nhs_number, Patient.nhs_number.place)
    both = select(Patient, Person).join(Person, Person.id == Patient.person_id)
    found = db.session.execute(both.where(Patient.nhs_number_index == index)).all()
    records = tuple((record.organisation_id, record.id) for record, _ in found)
    rows.reach(Reach(organisations=tuple({one for one, _ in records}), patients=tuple(one for _, one in records)))
    people = {person.id for record, person in found}
    agree = all(
        record.born_on is not None
        and record.born_on == who.born_on
        and introductions.same_name(person.family_name, who.family_name)
        for record, person in found
    )
    return Traced(people.pop() if agree and len(people) == 1 else None, records)
