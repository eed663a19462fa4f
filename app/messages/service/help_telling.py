"""Tell people of help that is wanted, taken, done or wanted no more: plainly, and nothing of anybody's health."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.access.permissions import Category
from app.access.roles import Role
from app.core import clock
from app.identity import queries as people
from app.messages import wanted
from app.messages.models.help import HelpRequest
from app.messages.queries import help as queries
from app.notifications import texts
from app.notifications.service import news
from app.notifications.service.news import News
from app.patients.admission import AdmittedPatient

ABOUT = "help"
A_NIGHT: Final = timedelta(hours=12)
_CANNOT_WAIT: Final = ("help_unanswered", "help_nobody")
_OF_CIRCLE: Final = frozenset({Role.PATIENT, Role.ACTING, Role.MEMBER})


def asked(patient: AdmittedPatient, request: HelpRequest, recipients: Collection[UUID], *, is_now: bool = True) -> None:
    """Those who are asked, now or again."""
    template = "help_asked" if request.wanted_at else "help_asked_now"
    _tell(patient, request, template, recipients, request.asked_by, with_words=True, is_now=is_now)


def taken(patient: AdmittedPatient, request: HelpRequest) -> None:
    """The others who were asked need not, and who asked knows who comes."""
    _outdated(request)
    others = [one for one in queries.still_asked(patient, request) if one not in (request.helper_id, request.asked_by)]
    _tell(patient, request, "help_taken", others, request.helper_id)
    _tell_asker(patient, request, "help_taken_yours", request.helper_id)


def nobody_can(patient: AdmittedPatient, request: HelpRequest) -> None:
    """All who were asked have said that they cannot, or may not any more."""
    _outdated(request)
    _tell_asker(patient, request, "help_nobody")


def unanswered(patient: AdmittedPatient, request: HelpRequest) -> None:
    """Nobody has said that they will, or that they cannot, and its time is near."""
    _tell_asker(patient, request, "help_unanswered")


def is_there(patient: AdmittedPatient, request: HelpRequest) -> None:
    """The helper has arrived; the patient sees them."""
    if request.asked_by != patient.person_id:
        _tell_asker(patient, request, "help_arrived", request.helper_id)


def is_done(patient: AdmittedPatient, request: HelpRequest, by: UUID) -> None:
    """It is done; the patient knows."""
    _outdated(request)
    if request.asked_by not in (patient.person_id, by):
        _tell_asker(patient, request, "help_done", request.helper_id)


def open_again(patient: AdmittedPatient, request: HelpRequest, *, by_clock: bool) -> None:
    """It is wanted again: those who were asked and may still take it. What the clock finds wakes nobody."""
    _outdated(request)
    asked(patient, request, queries.still_asked(patient, request), is_now=not by_clock)
    _tell_asker(patient, request, "help_open_again")


def called_off(patient: AdmittedPatient, request: HelpRequest, recipients: Collection[UUID]) -> None:
    """It is wanted no more."""
    _outdated(request)
    _tell(patient, request, "help_called_off", recipients)


def withdraw(request_ids: Collection[UUID]) -> None:
    """Tell nobody of these any more."""
    news.withdraw(request_ids)


def _outdated(request: HelpRequest) -> None:
    """What waits to be told of it is no longer so."""
    news.withdraw([request.id])


def _tell_asker(patient: AdmittedPatient, request: HelpRequest, template: str, who: UUID | None = None) -> None:
    if who != request.asked_by:
        _tell(patient, request, template, [request.asked_by], who)


def _tell(
    patient: AdmittedPatient,
    request: HelpRequest,
    template: str,
    recipients: Collection[UUID],
    who: UUID | None = None,
    *,
    with_words: bool = False,
    is_now: bool = True,
) -> None:
    words = {"thing": wanted.thing_of(request.what or "")}
    if request.wanted_at is not None:
        local = request.wanted_at.astimezone(patient.zone)
        words |= {"day": f"{local.day} {local:%B}", "by": f"{local:%H:%M}"}
    if who is not None:
        words["member"] = texts.first_name(people.person(who).given_name)
    # What is asked because of an alert is one of the things offered and nothing else, by whatever way it is read.
    # A professional's own words go out by no text.
    is_theirs = request.asked_role in _OF_CIRCLE and request.alert_id is None
    says = request.what if with_words and is_theirs else None
    is_urgent = is_now and (with_words or template in _CANNOT_WAIT) and _is_soon(request)
    one = News(Category.MESSAGES, ABOUT, request.id, template, words, says, is_urgent=is_urgent)
    news.tell(patient, one, recipients)


def _is_soon(request: HelpRequest) -> bool:
    """Whether it cannot wait for the end of somebody's night: asked for now, from an alert, or wanted before then.

    Once its time is over it can wait.
    """
    wanted_at, now = request.wanted_at, clock.now()
    return wanted_at is None or request.alert_id is not None or now <= wanted_at <= now + A_NIGHT
