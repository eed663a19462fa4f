"""GO of somebody whose work it is, after a text about an alert: it is seen by that, and by no text taken or closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app import config
from app.access.permissions import Permission
from app.alerts import queries as alerts
from app.alerts.models import Alert
from app.alerts.service import seeing
from app.core.errors import Conflict
from app.identity import queries as people
from app.notifications import queries as notifications
from app.notifications import texts
from app.notifications.events import TextReceived
from app.patients import queries as patients
from app.texting.grammar.said import Command, Known
from app.texting.grammar.understanding import understood
from app.texting.service import hearing
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard

ABOUT: Final = "alert"
ANSWERED: Final = "inbound"  # what was said back to a text of theirs is not what they answer
ANSWERED_WITHIN: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Told:
    """A text of somebody who was texted about alerts last; `waiting` are those that are open."""

    heard: Heard
    is_go: bool
    waiting: tuple[Alert, ...]


def consider(event: TextReceived) -> Told | None:
    """GO, or of somebody who is in no circle whatever they text; None where the last text was about something else."""
    inbound = notifications.inbound(event.inbound_id)
    sent = notifications.texts_to(event.person_id, inbound.sent_at - ANSWERED_WITHIN, inbound.sent_at)
    told = [one for one in sent if one.about != ANSWERED]
    if not told or told[0].about != ABOUT:
        return None
    sender = people.person(event.person_id)
    said = understood(inbound.body or "", Known(sender.language))
    is_go = isinstance(said, Command) and said.word == "go"
    if not is_go and notifications.patients_of(sender.id):
        return None
    rows = [alerts.by_id(one) for one in dict.fromkeys(one.about_id for one in told if one.about == ABOUT)]
    known = [one for one in rows if one is not None]
    waiting = tuple(one for one in known if one.state == "open")
    about = patients.admitted_one((waiting or known)[0].patient_id)
    heard = Heard(event, sender, inbound.sent_at, inbound.body or "", {"": about}, None, said)
    heard = hearing.admitted(heard, about.id, Permission.HANDLE_ALERTS)
    return Told(heard, is_go, waiting) if heard.allowed else None


def note(told: Told) -> None:
    """Write down that the one alert is seen; where it could be one of several, none is."""
    heard = told.heard
    if not told.is_go:
        return answer(heard, "text_alert_how")
    if len(told.waiting) > 1:
        return answer(heard, "text_alert_which", number=str(len(told.waiting)))
    if not told.waiting or heard.allowed is None:
        return answer(heard, "text_alert_over")
    (patient, by), one = heard.allowed, told.waiting[0]
    try:
        seeing.see(patient, one.id, by)
    except Conflict:
        return answer(heard, "text_alert_over")
    named = texts.name_with_initial(patient.given_name, patient.family_name)
    return answer(heard, "text_alert_seen", patient=named, link=f"{config.current().public_url}/a/{one.id}")
