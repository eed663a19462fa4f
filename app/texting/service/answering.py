"""The one text back: from a template, to the phone that is known, never more than a phone is to be sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app import config
from app.core import limits, metrics
from app.core.errors import TooMany
from app.notifications import service as telling
from app.notifications import texts
from app.texting.service.hearing import Heard

# Two machines that answer each other would never stop; a person who types does not come so far.
MOST_AN_HOUR: Final = 20
MOST_ALIKE: Final = 3  # the same answer, in ten minutes
TEN_MINUTES: Final = timedelta(minutes=10)
HOUR: Final = timedelta(hours=1)


def answer(heard: Heard, template: str, language: str | None = None, **variables: str) -> None:
    """Send one text back about this one, in the sender's language unless there are words in another one alone.

    Nothing to a phone that has had too many.
    """
    if not _may_be_answered(heard, template):
        return
    patient = heard.patient() or next(iter(heard.circles.values()))
    known = {"link": f"{config.current().public_url}/", "reader": texts.first_name(heard.sender.given_name)}
    telling.tell(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        recipient_id=heard.sender.id,
        about="inbound",
        about_id=heard.event.inbound_id,
        kind="message",
        body=texts.render_known(template, language or heard.sender.language, known | variables),
    )


def _may_be_answered(heard: Heard, template: str) -> bool:
    try:
        limits.spend(f"answers to {heard.sender.id}", allowed=MOST_AN_HOUR, per=HOUR)
        limits.spend(f"{template} to {heard.sender.id}: {heard.body}", allowed=MOST_ALIKE, per=TEN_MINUTES)
    except TooMany:
        metrics.UNANSWERED.inc()
        return False
    return True
