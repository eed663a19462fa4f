"""Mary and those who rate with her; and, where asked for, the harbour, a made-up instrument that needs a licence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.ratings.instrument import Instrument
from tests.people import World
from tests.ratings.rater import HARBOUR, Raters, registered


@pytest.fixture
def raters(world: World) -> Raters:
    return Raters(world)


@pytest.fixture
def own_instruments(app: Flask) -> Iterator[None]:
    """What a test does to the instruments that are there is undone after it."""
    before = app.extensions["instruments"]
    yield
    app.extensions["instruments"] = before


@pytest.fixture
def harbour(app: Flask, own_instruments: None) -> Instrument:
    registered(app, HARBOUR)
    return HARBOUR
