"""Other work: procrastinate on the same PostgreSQL. A task is deferred in the same transaction as its cause.

Deliveries never pass through here (their rows are the queue), nor does anything on the path of a reading.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import procrastinate
from flask import Flask, current_app
from procrastinate import PsycopgConnector, SyncPsycopgConnector
from procrastinate import tasks as deferring
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from sqlalchemy import TextClause, text

from app.core.db import db
from app.core.logs import log
from app.core.unit_of_work import unit_of_work

THREADS = 4
RESCUE_EACH = 60.0  # seconds
STALLED_AFTER = 60.0  # seconds without a heartbeat, which comes each 10
POLL_EACH = 5.0  # seconds; a new task is called out at once
STOPS_WITHIN = 3.0  # seconds


class Queue:
    """The tasks of one app: declared by assembly, deferred by services, worked by `flask worker`."""

    def __init__(self, app: Flask, conninfo: str) -> None:
        self.flask = app
        self.tasks = procrastinate.App(connector=PsycopgConnector(conninfo=conninfo, max_size=THREADS + 2))
        # Deferring uses the caller's connection, so this connector is never opened. It is not that of `tasks`: once the
        # worker has opened that one for its own loop, it refuses connections that are not asynchronous.
        self.manager = JobManager(SyncPsycopgConnector())

    def declare(self, name: str, work: Callable[..., None]) -> None:
        """Make a task known: it runs in an app context and a unit of work, and must be safe to run again."""

        def run(**facts: Any) -> None:
            with self.flask.app_context(), unit_of_work():
                work(**facts)

        retry = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=3)
        self.tasks.task(name=name, retry=retry)(run)

    def defer(self, name: str, **facts: str) -> None:
        """Have a task done after this transaction commits; rolled back with it. Facts are ids, never personal data."""
        if name not in self.tasks.tasks:
            raise LookupError(f"No task is called {name}.")
        driver = db.session.connection().connection.driver_connection
        deferring.configure_task(name=name, job_manager=self.manager, connection=driver).defer(**facts)

    def work(self, stop: threading.Event, *, rescue_each: float = RESCUE_EACH) -> None:
        """Work on tasks until told to stop."""
        while not stop.is_set():
            try:
                asyncio.run(self._work(stop, rescue_each))
            except Exception as error:  # the database was away: what was deferred is still there
                log.warning("task worker lost its connection", error=type(error).__name__)
                stop.wait(1)

    async def _work(self, stop: threading.Event, rescue_each: float) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "task"))
        async with self.tasks.open_async():
            worker = asyncio.create_task(
                self.tasks.run_worker_async(
                    concurrency=THREADS,
                    install_signal_handlers=False,
                    delete_jobs="successful",
                    fetch_job_polling_interval=POLL_EACH,
                    shutdown_graceful_timeout=STOPS_WITHIN,
                )
            )
            rescuer = asyncio.create_task(self._rescue(rescue_each))
            while not stop.is_set() and not worker.done():
                await asyncio.sleep(0.1)
            rescuer.cancel()
            worker.cancel()
            await asyncio.gather(worker, rescuer, return_exceptions=True)

    async def _rescue(self, each: float) -> None:
        """Give back the tasks of workers that died; procrastinate leaves them `doing` for ever."""
        manager = self.tasks.job_manager
        while True:
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
                try:
                    await manager.retry_job(job)
                    log.warning("stalled task given back", job=job.task_name)
                except ConnectorException:
                    log.info("stalled task given back by somebody else", job=job.task_name)
            await asyncio.sleep(each)


def defer(name: str, **facts: str) -> None:
    """Have a task of this app done after this transaction commits."""
    tasks: Queue = current_app.extensions["queue"]
    tasks.defer(name, **facts)


# By the clock of the database, as the tasks are.
_LEFT = """not exists (select from procrastinate_jobs t
    where t.task_name = :task and t.args ->> :fact = cast({id} as text)
        and (t.status = 'doing' or (t.status = 'todo' and coalesce(t.scheduled_at, now()) <= now())))"""


def is_left(name: str, fact: str, column: str) -> TextClause:
    """Whether no worker does this task of a row now or next: it is not there, or failed and waits to be tried again."""
    return text(_LEFT.format(id=column)).bindparams(task=name, fact=fact)
