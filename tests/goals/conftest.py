"""Mary's goals, and those who are at them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.goals.at_goals import AtGoals, Caller, at_goals, caller
from tests.people import World


@pytest.fixture
def around(world: World) -> AtGoals:
    return at_goals(world)


@pytest.fixture
def mary(client: FlaskClient, around: AtGoals) -> Caller:
    return caller(client, around.world, around.world.mary)


@pytest.fixture
def tom(client: FlaskClient, around: AtGoals) -> Caller:
    return caller(client, around.world, around.world.tom)


@pytest.fixture
def ada(client: FlaskClient, around: AtGoals) -> Caller:
    return caller(client, around.world, around.ada)


@pytest.fixture
def priya(client: FlaskClient, around: AtGoals) -> Caller:
    return caller(client, around.world, around.world.priya)
