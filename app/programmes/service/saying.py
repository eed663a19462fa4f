"""Text the patient: at once, for it is what they asked for, so no quiet hours hold it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from app.identity import queries as people
from app.identity.models import Person
from app.notifications import service as telling
from app.notifications import texts
from app.patients.admission import AdmittedPatient

ABOUT: Final = "text_ask"  # what the texts of programmes are about


def say(patient: AdmittedPatient, about_id: UUID, template: str, until: datetime | None = None, **words: str) -> None:
    """One text about a programme, or about one of its times."""
    person = people.person(patient.person_id)
    telling.tell(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        recipient_id=person.id,
        about=ABOUT,
        about_id=about_id,
        kind="reminder",
        body=_rendered(person, template, words),
        useful_until=until,
    )


def ask_for(
    patient: AdmittedPatient, about_id: UUID, template: str, measures: Sequence[str], until: datetime | None = None
) -> None:
    """Ask for these measures, in as many texts as they need."""
    person = people.person(patient.person_id)
    for some in _parted(person, template, [one for one in measures if one in texts.measures()]):
        say(patient, about_id, template, until, measures=some)


def _parted(person: Person, template: str, measures: Sequence[str]) -> Iterator[str]:
    """As many in each text as there is room for."""
    left = list(measures)
    while left:
        some = next(size for size in range(len(left), 0, -1) if size == 1 or _fit(person, template, left[:size]))
        yield " ".join(left[:some])
        left = left[some:]


def _fit(person: Person, template: str, measures: Sequence[str]) -> bool:
    try:
        _rendered(person, template, {"measures": " ".join(measures)})
    except texts.TextRefused:
        return False
    return True


def _rendered(person: Person, template: str, words: dict[str, str]) -> str:
    known = {"reader": texts.first_name(person.given_name), **words}
    return texts.render_known(template, person.language, known)
