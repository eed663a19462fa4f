"""Load the demo: its people, and months of real readings lived through under a moving clock."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import event

from app import config
from app.core import clock
from app.core.db import db
from app.demo import callers, histories, people, replay
from app.demo.histories import Part
from app.demo.replay import Progress, Told

BROKEN = "demo-broken-rows.csv"


def load(progress: Progress, parts: Sequence[Part] | None = None) -> Told:
    """Load everything into an empty database, up to this moment; what could not be read is listed in a file."""
    until, whole = clock.now(), list(histories.cast() if parts is None else parts)
    flask = _unhurried_to_disk()
    with flask.app_context(), clock.at(replay.begins(whole, until).astimezone(UTC)):
        world = people.arrive(_today(until))
        told = replay.replay(flask, world, whole, until, progress)
    list_broken(told, config.var_folder() / BROKEN)
    return told


def list_broken(told: Told, path: Path) -> None:
    """Every row that is no reading because it cannot be, with the reason."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "line", "row", "why"))
        writer.writerows(told.broken)


def _unhurried_to_disk() -> Flask:
    """The same app, which does not wait for the disk at each commit: a load cut off by a crash starts over anyway."""
    create_app = current_app.extensions["create_app"]
    made: Flask = create_app(dataclasses.replace(config.current(), log_level="critical", is_worker=True))
    made.test_client_class = callers.FreshClient
    with made.app_context():
        event.listen(db.engine, "connect", _do_not_wait)
    return made


def _do_not_wait(connection: Any, _: Any) -> None:
    connection.autocommit = True  # a SET inside a transaction would end with it
    connection.execute("set synchronous_commit = off")
    connection.autocommit = False


def _today(moment: datetime) -> date:
    return moment.astimezone(replay.LONDON).date()
