"""A live server and a real browser; where there is no Chromium, browser journeys are skipped by name."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from app import create_app
from app.core import embedded
from app.core.db import db
from app.demo import people
from tests.conftest import cloned, settings_for
from tests.journeys import windows
from tests.journeys.windows import Site, Window

Opens = Callable[[dict[str, int]], Window]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, headless=True, args=windows.QUIET)
        yield started
        started.close()


@pytest.fixture
def here(server: embedded.Server, template: str) -> Iterator[tuple[people.World, str]]:
    """The world on a database of its own, as processes of their own see it; and the name of that database."""
    with cloned(server, template, f"kith_test_leaks_{os.getpid()}") as name:
        app = create_app(dataclasses.replace(settings_for(server, name), is_worker=True))
        with app.app_context():
            yield people.arrive(), name
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def site(app: Flask) -> Iterator[Site]:
    """The app, served."""
    served = Site(app)
    served.start()
    yield served
    if served.thread.is_alive():
        served.stop()


@pytest.fixture
def opens(browser: Browser, site: Site) -> Iterator[Opens]:
    """Open a window of some size: `opens(windows.PHONE)`."""
    opened: list[Window] = []

    def one(size: dict[str, int]) -> Window:
        opened.append(windows.window(browser, site, size))
        return opened[-1]

    yield one
    for each in opened:
        each.page.context.close()
