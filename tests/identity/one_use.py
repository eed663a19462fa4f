"""The worker's part of signing in with a code: the task that sends it, and what then stands in the delivery."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from flask import current_app
from sqlalchemy import select, text

from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.service import codes
from app.notifications.models import Delivery


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that waits for its sender."""

    channel: str
    recipient_id: object
    address: str | None
    body: str

    @property
    def code(self) -> str:
        (found,) = re.findall(r"\b\d{6}\b", self.body)
        return str(found)


def do_tasks() -> list[str]:
    """Do what was deferred, as the worker would; gives the names."""
    with unit_of_work():
        waiting = db.session.execute(text("delete from procrastinate_jobs returning task_name, args")).all()
    for name, facts in waiting:
        assert name == codes.SEND
        assert set(facts) == {"code_id"}
        current_app.extensions["queue"].tasks.tasks[name].func(**facts)
    return [name for name, _ in waiting]


def posted() -> list[Posted]:
    """Everything that was posted, first things first."""
    with unit_of_work():
        rows = db.session.scalars(select(Delivery).order_by(Delivery.created_at, Delivery.id)).all()
        return [Posted(one.channel, one.recipient_id, one.address, one.body or "") for one in rows]


def sent() -> list[Posted]:
    """Do the tasks; what is posted then."""
    do_tasks()
    return posted()


@pytest.fixture(autouse=True)
def nothing_deferred(app: object) -> None:
    """What earlier tests deferred is gone."""
    with unit_of_work():
        db.session.execute(text("delete from procrastinate_jobs"))
