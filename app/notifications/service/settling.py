"""Write what an attempt came to, and everything that follows from it, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import text

from app.core import clock, events, unit_of_work
from app.core.db import HotStatement, db
from app.core.ids import new_id
from app.notifications.channels import Attempt
from app.notifications.decisions import PAUSE, Decision
from app.notifications.events import DeliveryFailed
from app.notifications.outcomes import Outcome
from app.notifications.queries import Due
from app.notifications.service import reaching


class Concerned(Protocol):
    """What the consequences of a decision need to know of a delivery."""

    @property
    def id(self) -> UUID: ...
    @property
    def organisation_id(self) -> UUID | None: ...
    @property
    def patient_id(self) -> UUID | None: ...
    @property
    def recipient_id(self) -> UUID | None: ...
    @property
    def about(self) -> str: ...
    @property
    def about_id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def channel(self) -> str: ...


# An early callback may have moved the row on: then only the attempt is written. What was accepted is true whoever holds
# the row by now; anything else counts only from whoever holds it.
_MARK = """
    update delivery set state = :state, due_at = :due_at, lease_until = null, spent = spent + :spent,
        provider_id = coalesce(:provider_id, provider_id),
        provider_status = coalesce(:provider_status, provider_status),
        last_outcome = :outcome, last_code = :code, settled_at = :settled_at
    where id = :id and state in ('pending', 'unknown') and (:is_handed_over or lease_until = :lease)
"""
_MARKED = HotStatement(_MARK)
_ATTEMPTED = HotStatement(f"""
    with marked as ({_MARK})
    insert into delivery_attempt (id, created_at, organisation_id, patient_id, delivery_id, number, outcome, code,
        provider_id, milliseconds)
    select :attempt_id, :now, d.organisation_id, d.patient_id, d.id, :number, :outcome, :code, :provider_id,
        :milliseconds
    from delivery d where d.id = :id
""")  # noqa: S608  built from the constant above


_QUIET = HotStatement(
    """
    with given as materialized (
        select * from unnest(cast(:id as uuid[]), cast(:organisation_id as uuid[]), cast(:patient_id as uuid[]),
            cast(:state as text[]), cast(:due_at as timestamptz[]), cast(:spent as int[]), cast(:provider_id as text[]),
            cast(:provider_status as text[]), cast(:outcome as text[]), cast(:code as text[]),
            cast(:settled_at as timestamptz[]), cast(:is_handed_over as bool[]), cast(:lease as timestamptz[]),
            cast(:attempt_id as uuid[]), cast(:number as int[]), cast(:milliseconds as int[]))
        as g (id, organisation_id, patient_id, state, due_at, spent, provider_id, provider_status, outcome, code,
            settled_at, is_handed_over, lease, attempt_id, number, milliseconds)
    ), marked as (
        update delivery d set state = g.state, due_at = g.due_at, lease_until = null, spent = d.spent + g.spent,
            provider_id = coalesce(g.provider_id, d.provider_id),
            provider_status = coalesce(g.provider_status, d.provider_status),
            last_outcome = g.outcome, last_code = g.code, settled_at = g.settled_at
        from given g
        where d.id = g.id and d.state in ('pending', 'unknown') and (g.is_handed_over or d.lease_until = g.lease)
    )
    insert into delivery_attempt (id, created_at, organisation_id, patient_id, delivery_id, number, outcome, code,
        provider_id, milliseconds)
    select attempt_id, :now, organisation_id, patient_id, id, number, outcome, code, provider_id, milliseconds
    from given where attempt_id is not null
""",
    planned_anew=True,
)
_OF_QUIET = (
    "id state due_at spent provider_id provider_status outcome code settled_at is_handed_over lease attempt_id number"
    " milliseconds"
).split()


def is_quiet(due: Due, decision: Decision) -> bool:
    """Whether nothing follows from a decision for anybody else, so that it can be written together with others."""
    ends_badly = decision.is_final and decision.state != "stale"
    return not (due.is_probe or decision.tells or ends_badly or decision.outcome == Outcome.ACCOUNT)


def settle_quiet(endings: Sequence[tuple[Due, Decision, Attempt | None, int]]) -> None:
    """Write many outcomes from which nothing follows, in one statement that is a transaction of its own.

    Raises IntegrityError, with nothing written, if another delivery took one of the provider's messages for its own.
    """
    rows = [_written(*one)[1] for one in endings]
    values: dict[str, Any] = {name: [row.get(name) for row in rows] for name in _OF_QUIET}
    of_due = {name: [getattr(one[0], name) for one in endings] for name in ("organisation_id", "patient_id")}
    unit_of_work.of_one(_QUIET, values | of_due | {"now": clock.now()})


def settle(due: Due, decision: Decision, attempt: Attempt | None, milliseconds: int) -> None:
    """Write the outcome of one claimed delivery, in a transaction of its own; `attempt` None: nothing was sent."""
    statement, values = _written(due, decision, attempt, milliseconds)
    if decision.state == "accepted" and not due.is_probe:  # nothing follows from it
        unit_of_work.of_one(statement, values)
        return
    with unit_of_work.unit_of_work():
        settle_here(due, decision, attempt, milliseconds)


def settle_here(due: Due, decision: Decision, attempt: Attempt | None, milliseconds: int) -> None:
    """The same in the caller's transaction."""
    statement, values = _written(due, decision, attempt, milliseconds)
    statement.rows(values)
    follow(due, decision, str(values["code"] or ""), due.phone_index if attempt else None)
    if due.is_probe and decision.state == "accepted":
        db.session.execute(_RESUME, {"channel": due.channel, "now": clock.now()})


def _written(
    due: Due, decision: Decision, attempt: Attempt | None, milliseconds: int
) -> tuple[HotStatement, dict[str, Any]]:
    """The statement that writes an outcome, and its values."""
    now, arrived = clock.now(), attempt is not None and attempt.provider_status == "delivered"
    values = {
        "id": due.id,
        "state": "delivered" if arrived else decision.state,
        "due_at": decision.due_at,
        "spent": int(decision.spends),
        "provider_id": attempt.provider_id if attempt else None,
        "provider_status": attempt.provider_status if attempt else None,
        "outcome": decision.outcome,
        "code": str(attempt.code) if attempt and attempt.code is not None else None,
        "settled_at": now if decision.is_final or arrived else None,
        "is_handed_over": decision.state == "accepted",
        "lease": due.lease_until,
    }
    if attempt is None:
        return _MARKED, values
    return _ATTEMPTED, values | {
        "attempt_id": new_id(),
        "now": now,
        "number": due.attempts,
        "milliseconds": milliseconds,
    }


def follow(concerned: Concerned, decision: Decision, code: str, phone_index: bytes | None) -> None:
    """What a decision means for others: the phone, the channel, whoever must hear that somebody was not told."""
    if decision.outcome in (Outcome.REFUSED_RECIPIENT, Outcome.OPTED_OUT) and phone_index:
        reaching.lose(phone_index, decision.outcome, code)
    if concerned.recipient_id is not None and decision.is_final:
        reaching.ask_to_check(concerned.patient_id, concerned.recipient_id, decision.outcome, concerned.channel)
    if decision.outcome == Outcome.ACCOUNT:
        db.session.execute(_PAUSE, {"channel": concerned.channel, "code": code, **_pause()})
    if decision.tells and concerned.organisation_id and concerned.patient_id and concerned.recipient_id:
        events.publish(
            DeliveryFailed(
                concerned.organisation_id,
                concerned.patient_id,
                concerned.id,
                concerned.about,
                concerned.about_id,
                concerned.recipient_id,
                concerned.kind,
                decision.tells,
                decision.is_final,
            )
        )


_PAUSE = text("""
    insert into channel_pause as p (channel, code, since, until) values (:channel, :code, :now, :until)
    on conflict (channel) do update set code = excluded.code, until = excluded.until, resumed_at = null,
        since = case when p.resumed_at is null then p.since else excluded.since end
""")
_RESUME = text("update channel_pause set resumed_at = :now where channel = :channel and resumed_at is null")
_GIVE_BACK = text("""
    update delivery set provider_id = null, state = 'unknown', due_at = :now, settled_at = null
    where provider_id = :provider_id and id <> :owner and state <> 'delivered'
""")


def _pause() -> dict[str, object]:
    now = clock.now()
    return {"now": now, "until": now + PAUSE}


def belongs_to(provider_id: str, owner: UUID) -> None:
    """Take a message of the provider from a delivery that only seemed to own it: a look-up takes twins for one."""
    db.session.execute(_GIVE_BACK, {"provider_id": provider_id, "owner": owner, "now": clock.now()})
