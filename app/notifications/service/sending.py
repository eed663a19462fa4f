"""Hand over what is due: claim, call the provider with no transaction open, write what it came to.

A claim and an outcome are transactions of their own; this is the one service that opens them, as the edge of a sender.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from app.core import claims, clock, metrics, sealed
from app.core.logs import log
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications import channels, decisions, kinds, outcomes, queries, segments
from app.notifications.channels import Attempt, Channel, Handover
from app.notifications.decisions import Decision, Situation
from app.notifications.models import Delivery
from app.notifications.outcomes import Outcome
from app.notifications.queries import Due
from app.notifications.service import settling

# A look-up and a hand-over, each with the provider's timeout of 10 s, and time to write.
LEASE = timedelta(seconds=30)


def _due_by(channel: str) -> str:
    """What is due on a way out; while it is stopped no row is looked at."""
    return f"""
        t.state in ('pending', 'unknown') and t.due_at <= :now and t.channel = '{channel}' and not exists (
            select from channel_pause s where s.channel = '{channel}' and s.resumed_at is null and s.until > :now)
    """


_ORDER = "t.priority, t.due_at"
_TEXTS = _due_by(channels.SMS)
# Reminders, which come by the hundred thousand, are left to bulk.py: no look goes past them.
_SINGLY = ", ".join(str(kind.priority) for kind in kinds.KINDS.values() if kind is not kinds.REMINDER)
_CLAIM = claims.Claim("delivery", due=f"{_TEXTS} and t.priority in ({_SINGLY})", order=_ORDER, gives=queries.DUE)
_OF_ALERTS = f"{_TEXTS} and t.priority = {kinds.ALERT.priority}"
_CLAIM_ALERTS = claims.Claim("delivery", due=_OF_ALERTS, order=_ORDER, gives=queries.DUE)
_REMINDERS = f"{_TEXTS} and t.priority = {kinds.REMINDER.priority}"
_CLAIM_REMINDERS = claims.Claim(
    "delivery", due=f"{_REMINDERS} and t.state = 'pending'", order=_ORDER, gives=queries.DUE, of_many=True
)
# A reminder that may have been handed over is looked up first, by hands that can wait. Few are in this state, and they
# are found by it: an order by the time alone would walk over all that are due.
_CLAIM_IN_DOUBT = claims.Claim(
    "delivery", due=f"{_REMINDERS} and t.state = 'unknown'", order="t.state, t.attempts, t.due_at", gives=queries.DUE
)
# Each way out has hands of its own, so that a slow mail server holds up no text; nobody is reminded by e-mail.
_CLAIM_EMAILS = claims.Claim(
    "delivery",
    due=f"{_due_by(channels.EMAIL)} and t.priority in ({_SINGLY})",
    order=_ORDER,
    gives=queries.DUE,
)
_PUSHED = ", ".join(str(kind.priority_of_push) for kind in kinds.KINDS.values())
_CLAIM_PUSHES = claims.Claim(
    "delivery",
    due=f"{_due_by(channels.PUSH)} and t.priority in ({_PUSHED})",
    order=_ORDER,
    gives=queries.DUE,
)
_rng = random.Random()  # noqa: S311  spreads retries over time, guards nothing


@dataclass(frozen=True, slots=True)
class Ending:
    """What working on one delivery came to; `attempt` None: nothing was sent."""

    decision: Decision
    attempt: Attempt | None = None


def claim(limit: int, alerts_only: bool = False) -> list[Due]:
    """Take up to `limit` due texts, most urgent first, for as long as the lease."""
    with unit_of_work():
        return [Due(**row) for row in (_CLAIM_ALERTS if alerts_only else _CLAIM).rows(limit, LEASE)]


def claim_reminders(limit: int) -> list[Due]:
    """The same for reminders that are due for the first time, or again because they were not processed."""
    with unit_of_work():
        return [Due(**row) for row in _CLAIM_REMINDERS.rows(limit, LEASE)]


def claim_in_doubt(limit: int, alerts_only: bool = False) -> list[Due]:
    """The same for reminders that may have been handed over before; none of them is an alert."""
    with unit_of_work():
        return [] if alerts_only else [Due(**row) for row in _CLAIM_IN_DOUBT.rows(limit, LEASE)]


def claim_emails(limit: int, alerts_only: bool = False) -> list[Due]:
    """The same for e-mails; none of them is an alert."""
    with unit_of_work():
        return [] if alerts_only else [Due(**row) for row in _CLAIM_EMAILS.rows(limit, LEASE)]


def claim_pushes(limit: int, alerts_only: bool = False) -> list[Due]:
    """The same for pushes."""
    with unit_of_work():
        return [] if alerts_only else [Due(**row) for row in _CLAIM_PUSHES.rows(limit, LEASE)]


def hand_over(due: Due) -> None:
    """Do one claimed delivery: every ending is written, and a row that cannot be sent holds up nobody."""
    began = time.perf_counter()
    try:
        ending = _ending(due)
    except Exception as error:
        ending = failed(due, error)
    settle(due, ending, round((time.perf_counter() - began) * 1000))


def failed(due: Due, error: Exception) -> Ending:
    """What becomes of a row on which Kith itself failed."""
    log.error("delivery failed on our side", delivery=str(due.id), error=type(error).__name__)
    return Ending(decisions.after_error(situation_of(due)))


def settle(due: Due, ending: Ending, milliseconds: int) -> None:
    """Count and write what one delivery came to, whoever else took the provider's message for theirs."""
    metrics.ATTEMPTS.labels(due.channel, ending.decision.outcome).inc()
    count_parts(due, ending)
    try:
        settling.settle(due, ending.decision, ending.attempt, milliseconds)
    except IntegrityError:
        _settle_as_owner(due, ending, milliseconds)


def count_parts(due: Due, ending: Ending) -> None:
    """Count what the network charges for a text that the provider took."""
    if due.channel == channels.SMS and ending.decision.outcome == Outcome.ACCEPTED:
        body = sealed.unseal(due.body_sealed, Delivery.body.place, due.id)
        metrics.TEXT_PARTS.labels("out", due.kind).inc(segments.count(body).segments)


def send_all_due() -> int:
    """Hand over everything that is due now, one by one; gives how many. For the demo and for commands."""
    done = 0
    takes = (claim, claim_reminders, claim_in_doubt, claim_emails, claim_pushes)
    while rows := [row for take in takes for row in take(50)]:
        for row in rows:
            hand_over(row)
        done += len(rows)
    return done


def prepared(due: Due, situation: Situation) -> Handover | Ending:
    """What is to be handed over; or why it is not, whatever was true when it was written."""
    if refused := _not_to_be_sent(due, situation):
        return Ending(refused)
    return Handover(
        due.id,
        _address(due),
        sealed.unseal(due.body_sealed, Delivery.body.place, due.id),
        kinds.validity(situation.kind, due.useful_until, situation.now),
    )


def situation_of(due: Due) -> Situation:
    """What is known of a claimed delivery at this moment."""
    kind = kinds.KINDS[due.kind]
    may_have_arrived = due.state == "unknown" or due.was_left
    return Situation(kind, due.attempts, due.spent, due.last_outcome, due.useful_until, may_have_arrived, clock.now())


def came_to(situation: Situation, attempt: Attempt) -> Ending:
    """What follows from an attempt."""
    return Ending(decisions.after(situation, attempt.outcome, attempt.retry_after, _rng), attempt)


def _ending(due: Due) -> Ending:
    situation = situation_of(due)
    handover = prepared(due, situation)
    if isinstance(handover, Ending):
        return handover
    channel = channels.of_this_app(due.channel)
    if situation.may_have_arrived and (settled := _look_up(due, channel, handover, situation)):
        return settled
    return came_to(situation, channel.send(handover))


def _not_to_be_sent(due: Due, situation: Situation) -> Decision | None:
    """What is true of the row and its recipient at this moment, whatever was true when it was written."""
    if decisions.is_stale(situation):
        return Decision("stale", "too_late", situation.now, is_final=True)
    if not due.is_still_theirs or not due.is_active:
        return decisions.given_up(situation.now, "stale", "no_longer_told")
    if due.out_of_reach:
        return decisions.given_up(situation.now, "failed", due.out_of_reach)
    if due.address_sealed or due.contact_sealed or (due.channel == channels.PUSH and due.recipient_id):
        return None
    return decisions.given_up(situation.now, "failed", "no_email" if due.channel == channels.EMAIL else "no_phone")


def _address(due: Due) -> str:
    """Where it goes: the address written on it, else what the recipient's phone or e-mail is now; a push to them."""
    if due.channel == channels.PUSH:
        return str(due.recipient_id)
    if due.address_sealed is not None:
        return sealed.unseal(due.address_sealed, Delivery.address.place, due.id)
    place = Person.email.place if due.channel == channels.EMAIL else Person.phone.place
    return sealed.unseal(due.contact_sealed or b"", place, due.recipient_id or due.id)


def _look_up(due: Due, channel: Channel, handover: Handover, situation: Situation) -> Ending | None:
    """Whether the provider has it already; None: it has not, or may not be waited for, so it is sent."""
    try:
        made = channel.look_up(handover.to, due.created_at, handover.body)
    except channels.ProviderUnavailable as unavailable:
        if decisions.may_send_blind(situation):
            return _sent_blind(channel, handover, situation)
        if isinstance(unavailable, channels.CannotBeAsked):
            return Ending(decisions.never_settled(situation))
        return Ending(decisions.unsettled(situation, _rng))
    # One that failed is an earlier try: had it been the one in question, another is due all the same.
    alive = [message.provider_id for message in made if message.status not in outcomes.NOT_ARRIVED]
    with unit_of_work():
        others = queries.belonging_to_others(alive, due.id)
    mine = [provider_id for provider_id in alive if provider_id not in others]
    if not mine:
        return None
    # Its status is left for the next callback or poll, which may then say anything.
    return Ending(decisions.after(situation, Outcome.ACCEPTED, None, _rng), Attempt(Outcome.ACCEPTED, mine[-1]))


def _sent_blind(channel: Channel, handover: Handover, situation: Situation) -> Ending:
    attempt = channel.send(handover)
    decision = decisions.after(situation, attempt.outcome, attempt.retry_after, _rng)
    return Ending(decisions.sent_blind(decision), attempt)


def _settle_as_owner(due: Due, ending: Ending, milliseconds: int) -> None:
    """The provider named this message as ours, so a delivery that took it for its own by a look-up was wrong."""
    with unit_of_work():
        if ending.attempt and ending.attempt.provider_id:
            settling.belongs_to(ending.attempt.provider_id, due.id)
        settling.settle_here(due, ending.decision, ending.attempt, milliseconds)
