"""Other work: procrastinate on the same PostgreSQL. A task is deferred in the same transaction as its cause.

Deliveries never pass through here (their rows are the queue), nor does anything on the path of a reading.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import procrastinate
from flask import Flask
from procrastinate import PsycopgConnector, SyncPsycopgConnector

from app.core.db import db
from app.core.logs import log
from app.core.unit_of_work import unit_of_work

THREADS = 4
STALLED_AFTER = timedelta(minutes=5)


class Queue:
    """The tasks of one app: declared by assembly, deferred by services, worked by `flask worker`."""

    def __init__(self, app: Flask, conninfo: str) -> None:
        self.flask = app
        self.conninfo = conninfo
        # The one app is opened both ways: deferring goes through the caller's connection, working through async ones.
        self.tasks = procrastinate.App(connector=PsycopgConnector(conninfo=conninfo, max_size=THREADS + 2))

    def declare(self, name: str, work: Callable[..., None]) -> None:
        """Make a task known: it runs in an app context and a unit of work, and must be safe to run again."""

        def run(**facts: Any) -> None:
            with self.flask.app_context(), unit_of_work():
                work(**facts)

        retry = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=3)
        self.tasks.task(name=name, retry=retry)(run)

    def defer(self, name: str, **facts: str) -> None:
        """Have a task done after this transaction commits; rolled back with it. Facts are ids, never personal data."""
        driver = db.session.connection().connection.driver_connection
        self.tasks.configure_task(name, connection=driver).defer(**facts)

    def rescue_stalled(self) -> None:
        """Give back the tasks of workers that died; procrastinate leaves them `doing` for ever."""
        connector = SyncPsycopgConnector(conninfo=self.conninfo)
        with self.tasks.replace_connector(connector) as tasks, tasks.open():
            seconds = STALLED_AFTER.total_seconds()
            for job in asyncio.run(tasks.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds)):
                log.warning("stalled task given back", job=job.task_name)
                asyncio.run(tasks.job_manager.retry_job(job))

    def work(self, stop: threading.Event) -> None:
        """Work on tasks until told to stop."""
        asyncio.run(self._work(stop))

    async def _work(self, stop: threading.Event) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "task"))
        async with self.tasks.open_async():
            worker = asyncio.create_task(
                self.tasks.run_worker_async(
                    concurrency=THREADS, install_signal_handlers=False, delete_jobs="successful"
                )
            )
            while not stop.is_set() and not worker.done():
                await asyncio.sleep(0.2)
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
