"""What somebody wants of texts: peace until a time, another language, to leave a circle; and what waits for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.core import clock
from app.identity import service as identity
from app.notifications import texts
from app.notifications.service import choosing
from app.patients import queries as patients
from app.patients import service as circles
from app.patients.queries import consent
from app.texting.grammar.said import Command, Language, Quiet
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard

# QUIET with nothing else; until a time that is named the longest is a week.
USUALLY: Final = timedelta(hours=12)
DAY: Final = timedelta(days=1)


def quiet(heard: Heard, said: Quiet) -> None:
    """Tell nothing that can wait until then."""
    zone = next(iter(heard.circles.values())).zone
    until = peace_until(said, heard.sent_at, zone)
    choosing.mute(heard.sender.id, until)
    answer(heard, "text_quiet", by=texts.clock_time(until, clock.now(), zone))


def heard_again(heard: Heard) -> None:
    """What was chosen before holds again."""
    choosing.mute(heard.sender.id, None)
    answer(heard, "text_quiet_off")


def language(heard: Heard, said: Language) -> None:
    """Write in this language from now on; where nobody has approved its texts yet, say that they come in English."""
    identity.change_person(heard.sender, {"language": said.code})
    is_sent = texts.language_sent(said.code) == said.code
    answer(heard, "text_language" if is_sent else "text_language_noted")


def status(heard: Heard) -> None:
    """What waits, by its number: nothing of what it is about."""
    waiting = len(heard.waiting)
    answer(heard, "text_waiting", number=str(waiting)) if waiting else answer(heard, "text_nothing_waits")


def leave(heard: Heard, said: Command) -> None:
    """Leave the circle of this code; nobody leaves all of them by one word."""
    places = {one.member.patient_id: one.member.id for one in patients.circles_of(heard.sender.id)}
    patient = heard.patient() if said.who or heard.completes else None
    member_id = places.get(patient.id) if patient else None
    if patient is None or member_id is None:
        codes = [code for code, one in heard.circles.items() if one.id in places]
        return answer(heard, "text_leave_which", choices=texts.choices(codes)) if codes else None
    if consent.acting_of(patient, heard.sender.id) is not None:
        return answer(heard, "text_leave_acting")  # what may be a power of attorney ends by no text
    named = texts.name_with_initial(patient.given_name, patient.family_name)
    code = next(code for code, one in heard.circles.items() if one.id == patient.id)
    answer(heard, "text_left", patient=named, choices=code)
    circles.leave(heard.sender.id, member_id)
    return None


def peace_until(said: Quiet, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant that is meant, by the clock where the patient lives, always after now. Pure."""
    here = now.astimezone(zone)
    if said.at is None and said.weekday is None and not said.tomorrow:
        return now + USUALLY
    days = 1 if said.tomorrow else 0 if said.weekday is None else (said.weekday - here.weekday()) % 7
    at = said.at or here.time().replace(hour=7, minute=0, second=0, microsecond=0)
    found = datetime.combine(here.date() + timedelta(days=days), at, zone)
    if found <= here:
        found = datetime.combine(found.date() + timedelta(days=1 if said.weekday is None else 7), at, zone)
    return found.astimezone(now.tzinfo)
