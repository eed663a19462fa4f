"""What the provider reports of a text it took: by callback, or when we ask."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import clock, sealed
from app.core.db import db
from app.core.ids import new_id
from app.core.logs import log
from app.core.unit_of_work import unit_of_work
from app.identity import queries as identity
from app.notifications import channels, decisions, kinds, outcomes, queries
from app.notifications.decisions import Decision, Situation
from app.notifications.models import Delivery, Receipt
from app.notifications.service import settling

NOT_CONFIRMED_AFTER = timedelta(hours=72)
_rng = random.Random()  # noqa: S311  spreads retries over time, guards nothing


def note(delivery_id: UUID, provider_id: str, status: str, code: int | None, fields: Mapping[str, str]) -> bool:
    """Keep a report once and move the delivery forward; False for one that was known already.

    The delivery is the one we named in the callback's address, so this settles an attempt whose answer was lost.
    """
    if not _is_new(delivery_id, provider_id, status, code, fields):
        return False
    delivery = _held(delivery_id)
    if delivery is None:
        log.warning("report about an unknown delivery", state=status)
        return True
    if delivery.provider_id is None:
        settling.belongs_to(provider_id, delivery.id)
        delivery.provider_id = provider_id
    if delivery.provider_id == provider_id and outcomes.is_forward(delivery.provider_status, status):
        _move(delivery, status, code)
    return True


def ask_about_unconfirmed() -> int:
    """Ask the provider about what it took and never reported on; gives how many were asked about.

    Each report is a transaction of its own, and none is open while the provider is asked.
    """
    with unit_of_work():
        waiting = [(row.id, row.provider_id or "", row.channel) for row in queries.unconfirmed()]
    for delivery_id, provider_id, channel in waiting:
        try:
            message = channels.of_this_app(channel).fetch(provider_id)
        except channels.ProviderUnavailable:
            break
        with unit_of_work():
            if message:
                note(delivery_id, provider_id, message.status, message.code, {"asked": message.status})
            _ask_again_later(delivery_id, is_known=message is not None)
    return len(waiting)


def _is_new(delivery_id: UUID, provider_id: str, status: str, code: int | None, fields: Mapping[str, str]) -> bool:
    row_id = new_id()
    row = {
        "id": row_id,
        "created_at": clock.now(),
        "delivery_id": delivery_id,
        "organisation_id": select(Delivery.organisation_id).where(Delivery.id == delivery_id).scalar_subquery(),
        "patient_id": select(Delivery.patient_id).where(Delivery.id == delivery_id).scalar_subquery(),
        "provider_id": provider_id,
        "status": status,
        "code": None if code is None else str(code),
        "fields_sealed": sealed.seal(orjson.dumps(dict(fields)).decode(), Receipt.fields.place, row_id),
    }
    kept = insert(Receipt).values(row).on_conflict_do_nothing(index_elements=["provider_id", "status"])
    return db.session.scalar(kept.returning(Receipt.id)) is not None


def _held(delivery_id: UUID) -> Delivery | None:
    one = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    return db.session.scalar(one.execution_options(populate_existing=True))


def _move(delivery: Delivery, status: str, code: int | None) -> None:
    delivery.provider_status = status
    now = clock.now()
    if status in outcomes.NOT_ARRIVED:
        _not_arrived(delivery, code)
        return
    delivery.lease_until = None
    delivery.state = "delivered" if status in outcomes.ARRIVED else "accepted"
    delivery.settled_at = now if status in outcomes.ARRIVED else None
    delivery.due_at = now + decisions.LOOK_AGAIN_AFTER


def _not_arrived(delivery: Delivery, code: int | None) -> None:
    situation = Situation(
        kinds.KINDS[delivery.kind],
        delivery.attempts,
        delivery.spent,
        delivery.last_outcome,
        delivery.useful_until,
        False,
        clock.now(),
    )
    decision = decisions.after_report(situation, code, _rng)
    _take_up(delivery, decision, code)
    phone = delivery.address_index or (
        identity.person(delivery.recipient_id).phone_index if delivery.recipient_id else None
    )
    settling.follow(delivery, decision, "" if code is None else str(code), phone)


def _take_up(delivery: Delivery, decision: Decision, code: int | None) -> None:
    delivery.lease_until = None
    delivery.last_outcome, delivery.last_code = decision.outcome, None if code is None else str(code)
    delivery.due_at, delivery.spent = decision.due_at, delivery.spent + decision.spends
    if decision.is_final:
        delivery.state, delivery.settled_at = "undelivered", clock.now()
    else:  # the next try is another message of the provider
        delivery.state, delivery.provider_id, delivery.provider_status = decision.state, None, None


def _ask_again_later(delivery_id: UUID, *, is_known: bool) -> None:
    delivery = _held(delivery_id)
    if delivery is None or delivery.state != "accepted" or delivery.settled_at:
        return
    now = clock.now()
    delivery.due_at = now + decisions.LOOK_AGAIN_AFTER
    if not is_known or now - delivery.created_at > NOT_CONFIRMED_AFTER:
        delivery.settled_at, delivery.last_outcome = now, "not_confirmed"
