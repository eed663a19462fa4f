"""What a lower slice causes in a higher one: facts published in the same transaction, handlers in savepoints.

A handler has two steps. `consider` reads and computes and needs no savepoint; `act` writes, inside one, and is called
only when `consider` returned something. A handler that fails is rolled back to its savepoint: the facts stay, a re-run
row is written, and `failed` may tell somebody, in a savepoint of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock, metrics, rows
from app.core.db import Base, Row, db
from app.core.logs import describe, log


@dataclass(frozen=True, slots=True)
class Event:
    """A fact in the past tense; subclasses hold ids and instants only, so that a re-run can read them back."""

    organisation_id: UUID
    patient_id: UUID


@dataclass(frozen=True, slots=True)
class Handler:
    """What one slice does about an event of a lower one."""

    name: str
    consider: Callable[[Any], Any]
    act: Callable[[Any], None]
    failed: Callable[[Any, UUID], None] | None = None
    recovered: Callable[[Any, UUID], None] | None = None


class EventRerun(Base, Row):
    """A handler that failed and is to be run again until it succeeds."""

    __tablename__ = "event_rerun"
    __table_args__ = (Index("ix_event_rerun_due", "due_at", postgresql_where=text("done_at is null")),)

    organisation_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    event: Mapped[str]
    facts: Mapped[dict[str, Any]]
    handler: Mapped[str]
    error: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


_handlers: dict[type[Event], list[Handler]] = {}
_kinds: dict[str, type[Event]] = {}


def subscribe(kind: type[Event], handler: Handler) -> None:
    """Plug a handler in; assembly does this once."""
    handlers = _handlers.setdefault(kind, [])
    if all(known.name != handler.name for known in handlers):
        handlers.append(handler)
    _kinds[kind.__name__] = kind


def publish(event: Event) -> None:
    """Let every handler do its work on this fact, in this transaction; what one is admitted to ends with it."""
    before = rows.reached()
    for handler in _handlers.get(type(event), ()):
        try:
            _handle(handler, event)
            rows.back_to(before)
        except Exception as error:
            if _transaction_is_dead():
                raise
            rows.back_to(before)
            _ask_for_rerun(handler, event, error)


def rerun(row: EventRerun) -> None:
    """Run a failed handler again; raises what it raises."""
    handler = next(h for h in _handlers[_kinds[row.event]] if h.name == row.handler)
    event, before = _kinds[row.event](**_facts_back(row.facts)), rows.reached()
    _handle(handler, event)
    rows.back_to(before)
    row.done_at = clock.now()
    if handler.recovered is not None:
        handler.recovered(event, row.id)


def put_off(row: EventRerun) -> None:
    """After another failure: wait longer, up to an hour."""
    row.attempts += 1
    row.due_at = clock.now() + min(timedelta(seconds=5 * 2**row.attempts), timedelta(hours=1))


def _handle(handler: Handler, event: Event) -> None:
    work = handler.consider(event)
    if work:
        with db.session.begin_nested():
            handler.act(work)


def _transaction_is_dead() -> bool:
    # A statement that failed outside a savepoint ended the transaction: nothing can be kept, the client sends again.
    driver: psycopg.Connection[Any] = db.session.connection().connection.driver_connection  # type: ignore[assignment]
    return driver.info.transaction_status == psycopg.pq.TransactionStatus.INERROR


def _ask_for_rerun(handler: Handler, event: Event, error: Exception) -> None:
    metrics.FAILED_HANDLERS.labels(handler.name).inc()
    log.error("handler failed", handler=handler.name, **describe(error))
    row = EventRerun(
        organisation_id=event.organisation_id,
        patient_id=event.patient_id,
        event=type(event).__name__,
        facts={name: _plain(value) for name, value in asdict(event).items()},
        handler=handler.name,
        error=type(error).__name__,
        due_at=clock.now() + timedelta(seconds=5),
    )
    db.session.add(row)
    db.session.flush()
    _tell_of_failure(handler, event, row.id)


def _tell_of_failure(handler: Handler, event: Event, rerun_id: UUID) -> None:
    if handler.failed is None:
        return
    try:
        with db.session.begin_nested():
            handler.failed(event, rerun_id)
    except Exception as error:  # the fact and its re-run must stay whatever else goes wrong; operators are told
        if _transaction_is_dead():
            raise
        metrics.FAILED_HANDLERS.labels(f"{handler.name}: failed").inc()
        log.critical("nobody could be told of a failed handler", handler=handler.name, **describe(error))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value


def _facts_back(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: _back(value) for name, value in facts.items()}


def _back(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_back(item) for item in value)
    if not isinstance(value, str):
        return value
    for read in (UUID, datetime.fromisoformat):
        try:
            return read(value)
        except ValueError:
            continue
    return value
