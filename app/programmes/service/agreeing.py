"""The patient's own yes, by a reply from their own phone: nothing is asked before it, and they can take it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from app.core import backlog, clock
from app.identity import queries as people
from app.notifications import texts
from app.patients import consents
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.consents import Wording
from app.programmes import queries
from app.programmes.models import TextProgramme
from app.programmes.service import running, saying
from app.todos import service as todos

REFUSED: Final = "texts_refused"
ANSWERED_WITHIN: Final = timedelta(days=3)


def words_of_today(patient: AdmittedPatient) -> Wording:
    """What they are asked to agree to, in the language that their texts are in."""
    return consents.current(consents.TEXTS, texts.language_sent(people.person(patient.person_id).language))


def ask(patient: AdmittedPatient, programme: TextProgramme, words: Wording) -> None:
    """Ask for their yes, in the words that are kept; in two texts where one has no room for all of them."""
    try:
        saying.say(patient, programme.id, "text_ask_agree", consent=words.whole)
    except texts.TextRefused:
        saying.say(patient, programme.id, "text_ask_words", consent=words.will)
        saying.say(patient, programme.id, "text_ask_agree", consent=words.will_not)


def agree(patient: AdmittedPatient) -> None:
    """From now on they are asked; agreed before, or where nothing runs, it stays as it is."""
    programme = queries.running_for_change(patient)
    if programme is None or programme.agreed_at is not None:
        return
    now = clock.now()
    programme.agreed_at, programme.escalated_at = now, None
    programme.next_at = running.next_time(programme, patient)
    todos.settle(patient.id, running.UNAGREED, str(programme.id), patient.person_id)
    by = texts.clock_time(programme.next_at, now, patient.zone)
    saying.say(patient, programme.id, "text_ask_begins", by=by)


def refuse(patient: AdmittedPatient, by: By) -> None:
    """They do not want it, or not any more: it ends, and the coordinator is asked what suits them better."""
    programme = queries.running_for_change(patient)
    if programme is None:
        return
    running.end(patient, by.person_id)
    reason = f"{patient.given_name} does not want to be asked by text. Find out what suits them better."
    todos.add(patient, REFUSED, str(programme.id), reason)
    saying.say(patient, programme.id, "text_ask_ended")


def chase() -> None:
    """Three days without a reply: the coordinator is asked to speak with them, once. Any number may run at once."""
    silent = (TextProgramme.agreed_at.is_(None), TextProgramme.ended_at.is_(None), TextProgramme.escalated_at.is_(None))
    due = select(TextProgramme).where(*silent, TextProgramme.created_at <= clock.now() - ANSWERED_WITHIN)
    backlog.one_by_one(
        "see who has not agreed", due.order_by(TextProgramme.created_at, TextProgramme.id), _ask_to_speak
    )


def _ask_to_speak(programme: TextProgramme) -> None:
    patient = patients.admitted_one(programme.patient_id)
    programme.escalated_at = clock.now()
    reason = (
        f"{patient.given_name} was asked {ANSWERED_WITHIN.days} days ago whether texts may ask for readings, and "
        f"has not replied. Nothing is asked until they do."
    )
    todos.add(patient, running.UNAGREED, str(programme.id), reason)
