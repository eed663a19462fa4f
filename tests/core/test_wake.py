"""Waking: after the commit, on another connection, best effort."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

from app.core import embedded, wake
from app.core.unit_of_work import unit_of_work


@pytest.fixture
def conninfo(app: Flask) -> str:
    return wake.conninfo(app.config["SQLALCHEMY_DATABASE_URI"])


@pytest.fixture
def woken(app: Flask, conninfo: str) -> Iterator[threading.Event]:
    """Set whenever somebody calls; the listener is there before the test begins."""
    heard, stop = threading.Event(), threading.Event()
    listener = wake.Listener(conninfo, heard.set, stop)
    listener.start()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while not heard.wait(0.05):
            connection.execute(f"notify {wake.CHANNEL}")
    heard.clear()
    yield heard
    stop.set()
    listener.join(5)
    assert not listener.is_alive()


def test_a_commit_wakes(app: Flask, woken: threading.Event) -> None:
    with app.app_context(), unit_of_work():
        wake.after_commit()
        assert not woken.wait(0.2)
    assert woken.wait(5)


def test_a_rollback_does_not(app: Flask, woken: threading.Event) -> None:
    def failing() -> None:
        with unit_of_work():
            wake.after_commit()
            raise ZeroDivisionError

    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            failing()
        with unit_of_work():
            pass
    assert not woken.wait(0.3)


def test_calling_does_not_wait_and_survives_a_lost_connection(
    app: Flask, conninfo: str, woken: threading.Event, server: embedded.Server, database: str
) -> None:
    waker = wake.Waker(conninfo)
    waker.call()
    assert woken.wait(5)
    with psycopg.connect(server.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = %s and query ilike any(array['notify%%', 'listen%%'])",
            [database],
        )
    heard = False
    for _ in range(100):
        woken.clear()
        waker.call()
        if heard := woken.wait(0.1):
            break
    assert heard


def test_an_address_for_the_driver_keeps_every_part() -> None:
    password = "p@ s/w:d%?#+&"
    url = URL.create("postgresql+psycopg", "anna", password, database="kith", query={"host": "/tmp/a b"})
    read = conninfo_to_dict(wake.conninfo(url.render_as_string(hide_password=False)))
    assert read == {"user": "anna", "password": password, "dbname": "kith", "host": "/tmp/a b"}
