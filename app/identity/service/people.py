"""Make people known, meet those who are, change them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.core.errors import Conflict
from app.identity import contacts, introductions, passwords, queries
from app.identity.introductions import Introduced
from app.identity.models import Person


def add_person(
    given_name: str,
    family_name: str,
    *,
    phone: str | None = None,
    email: str | None = None,
    password: str | None = None,
    language: str = "en",
    kind: str = "human",
) -> Person:
    """Make a person known; raises Conflict where the phone or e-mail belongs to somebody else."""
    person = Person(given_name=given_name, family_name=family_name, language=language, kind=kind)
    person.phone = contacts.phone(phone) if phone else None
    person.email = contacts.email(email) if email else None
    person.password_hash = passwords.hash_of(password) if password else None
    for column, value in ((Person.phone_index, person.phone_index), (Person.email_index, person.email_index)):
        if value is not None and db.session.scalar(select(Person.id).where(column == value)):
            raise Conflict("Somebody with this phone or e-mail is known already.")
    db.session.add(person)
    db.session.flush()
    return person


class Acquaintances:
    """The people whom Kith knows by the contacts of some introductions, read in one statement for all of them."""

    def __init__(self, introductions_made: Iterable[Introduced]) -> None:
        made = list(introductions_made)
        phones, emails = {who.phone for who in made if who.phone}, {who.email for who in made if who.email}
        self._by_contact: dict[bytes, Person] = {}
        for person in queries.people_by_contacts(phones, emails):
            self._remember(person)
        self.ids = {person.id for person in self._by_contact.values()}

    def meet(self, who: Introduced) -> Person:
        """The person found by phone or e-mail, else a new one, not yet stored.

        What is stored of a person who is found stays as it is. Raises Conflict where the contacts belong to somebody
        of another name, to a device, or to two people.
        """
        person = _person_of(who)
        found = {
            known.id: known
            for index in (person.phone_index, person.email_index)
            if index is not None and (known := self._by_contact.get(index))
        }
        if not found:
            self._remember(person)
            return person
        known = found.popitem()[1]
        alike = introductions.same_name(known.name, person.name) and known.kind == who.kind and known.is_active
        if found or not alike:
            raise introductions.somebody_elses()
        return known

    def _remember(self, person: Person) -> None:
        for index in (person.phone_index, person.email_index):
            if index is not None:
                self._by_contact[index] = person


def meet(who: Introduced) -> Person:
    """The person found by phone or e-mail, else a new one, stored; raises Conflict as `Acquaintances.meet` does."""
    person = Acquaintances([who]).meet(who)
    db.session.add(person)
    db.session.flush()
    return person


def _person_of(who: Introduced) -> Person:
    person = Person(given_name=who.given_name, family_name=who.family_name, language=who.language)
    person.kind, person.is_active = who.kind, True
    person.phone, person.email = who.phone, who.email
    return person


def change_person(person: Person, changes: dict[str, Any]) -> None:
    """Change name, language, phone or e-mail; raises Conflict where a contact belongs to somebody else."""
    one_form = {"phone": contacts.phone, "email": contacts.email}
    for name, value in changes.items():
        changed = one_form[name](value) if name in one_form and value else value
        if name in one_form and changed != getattr(person, name):
            setattr(person, f"{name}_verified_at", None)  # what was proven was the other one
        setattr(person, name, changed)
    phones, emails = ({value} if value else set() for value in (person.phone, person.email))
    with db.session.no_autoflush:  # the contact is not stored before it is known to be free
        taken = [other for other in queries.people_by_contacts(phones, emails) if other.id != person.id]
    if taken:
        raise introductions.somebody_elses()
    db.session.flush()
