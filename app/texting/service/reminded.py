"""What somebody had been reminded of when they sent a text, and which of it their answer can be about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from app.medicines import queries as medicines
from app.medicines.models import Dose, Reminder
from app.medicines.queries import visible
from app.notifications import kinds, texts
from app.notifications import queries as notifications
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.texting.grammar.doses import DoseReply

# A reminder older than this is not what somebody answers.
ANSWERED_WITHIN: Final = timedelta(hours=12)
# A text may have waited so long before it was handed over.
_WAITED_AT_MOST: Final = timedelta(hours=24)
_OPEN: Final = ("due", "not_recorded")


@dataclass(frozen=True, slots=True)
class Reminded:
    """What was due for one patient at one time, in one text or several."""

    patient: AdmittedPatient
    due_at: datetime
    reminder_ids: Collection[UUID]
    numbered: Sequence[UUID]  # the doses as the last text numbers them
    doses: Mapping[UUID, Dose]  # of all its texts; those that were withdrawn, or are kept from them since, are none

    @property
    def at(self) -> time:
        """The due time as the texts say it."""
        return self.due_at.astimezone(self.patient.zone).time().replace(second=0, microsecond=0)

    @property
    def name(self) -> str:
        """The patient as the texts name them; nothing where the name has no Latin form."""
        return texts.name_with_initial(self.patient.given_name, self.patient.family_name)

    @property
    def called(self) -> frozenset[str]:
        """What an answer may call the patient."""
        name = self.name.casefold()
        return frozenset({name, name.partition(" ")[0]} - {""})

    @property
    def open(self) -> frozenset[UUID]:
        """The doses that wait for an answer."""
        return frozenset(one.id for one in self.doses.values() if one.state in _OPEN)

    @property
    def is_whole(self) -> bool:
        """Whether the last text is about all that is open."""
        return self.open <= set(self.numbered)

    def was_answered_by_others(self, person_id: UUID) -> bool:
        """Whether somebody who was asked may not know of the answer."""
        return any(one.answered_by != person_id for one in self.doses.values())


@dataclass(frozen=True, slots=True)
class Seen:
    """The reminders of one person by a moment, last reminded of first, and what the last text to them was about."""

    person_id: UUID
    reminded: Sequence[Reminded]
    last_about: UUID

    @property
    def names(self) -> frozenset[str]:
        """What an answer may call the patients."""
        return frozenset[str]().union(*(one.called for one in self.reminded))

    def was_last(self, among: Collection[Reminded]) -> bool:
        """Whether the last text that this person got was the reminder of one of these."""
        return any(self.last_about in one.reminder_ids for one in among)

    def meant_by(self, said: DoseReply) -> list[Reminded]:
        """What an answer can be about: one, if it is certain."""
        of_them = [one for one in self.reminded if said.who is None or said.who in one.called]
        at_that_time = [one for one in of_them if one.at == said.at]
        if at_that_time or (said.at is not None and said.answer != "taken"):
            return at_that_time
        return self._waiting(of_them)

    def _waiting(self, reminded: Sequence[Reminded]) -> list[Reminded]:
        """Those with an open dose, and of another patient one that somebody else answered; or the last of each."""
        waiting: list[Reminded] = []
        for one in reminded:
            known = {dose for kept in waiting for dose in kept.open}
            if one.open and not one.open <= known:
                waiting.append(one)
        patients_of = {one.patient.id for one in waiting}
        others = [one for one in _last_of_each(reminded) if one.patient.id not in patients_of]
        return waiting + [one for one in others if not waiting or one.was_answered_by_others(self.person_id)]


def seen(person_id: UUID, by: datetime) -> Seen | None:
    """What this person had been reminded of by text at that moment; None: of nothing."""
    since = by - ANSWERED_WITHIN
    sent = notifications.texts_to(person_id, since - _WAITED_AT_MOST, by)
    order = {one.about_id: n for n, one in enumerate(sent) if one.about == kinds.DOSES and one.at >= since}
    rows = sorted(medicines.standing_reminders(order), key=lambda row: order[row.id])
    if not rows:
        return None
    doses = medicines.doses_reminded_of(rows)
    groups: dict[tuple[UUID, datetime], list[Reminder]] = {}
    for row in rows:
        groups.setdefault((row.patient_id, row.due_at), []).append(row)
    return Seen(person_id, [_reminded(group, doses, person_id) for group in groups.values()], sent[0].about_id)


def _reminded(group: Sequence[Reminder], doses: Mapping[UUID, Dose], person_id: UUID) -> Reminded:
    last = group[0]
    patient = patients.admitted_one(last.patient_id)
    unseen = visible.unseen(visible.as_told(patient, person_id))
    known = {dose_id: doses[dose_id] for row in group for dose_id in row.dose_ids if dose_id in doses}
    its = {dose_id: dose for dose_id, dose in known.items() if dose.medicine_id not in unseen}
    return Reminded(patient, last.due_at, {row.id for row in group}, last.dose_ids, its)


def _last_of_each(reminded: Sequence[Reminded]) -> list[Reminded]:
    last: dict[UUID, Reminded] = {}
    for one in reminded:
        last.setdefault(one.patient.id, one)
    return list(last.values())
