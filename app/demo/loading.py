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
from app.demo import by_text, callers, histories, people, replay
from app.demo.histories import Part
from app.demo.replay import Progress, Told
from app.demo.running import CannotRun

BROKEN = "demo-broken-rows.csv"


def load(progress: Progress, parts: Sequence[Part] | None = None) -> Told:
    """Load everything into an empty database, up to this moment; what could not be read is listed in a file."""
    until, whole = clock.now(), list(histories.cast() if parts is None else parts)
    flask = _unhurried_to_disk()
    with flask.app_context(), clock.at(replay.begins(whole, until).astimezone(UTC)):
        world = people.arrive(_today(until))
        told = replay.replay(flask, world, whole, until, progress)
    with flask.app_context():
        by_text.play(until)
    list_broken(told, config.var_folder() / BROKEN)
    return told


def play_year() -> str:
    """Play the year by text into a demo that was loaded without it, and say so; there already, nothing is done.

    Raises CannotRun where there is no demo, or the year was cut off the time before.
    """
    with _unhurried_to_disk().app_context():
        if by_text.is_whole():
            return f"{by_text.NAME}’s year is there already: nothing was done."
        if by_text.has_begun():
            raise CannotRun(f"{by_text.NAME}’s year was cut off half-way. make reset-demo starts over.")
        if not by_text.has_a_coordinator():
            raise CannotRun("There is no demo here yet. make run loads it, with this year in it.")
        by_text.play(clock.now())
        return f"{by_text.NAME}’s year was played: sign in as {by_text.EDITH}, or look at her as Priya Shah."


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
