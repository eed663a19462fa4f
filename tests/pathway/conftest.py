"""Mary's care plan, and those who are at it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.pathway.at_actions import AtActions, Caller, at_actions, caller
from tests.people import World


@pytest.fixture
def around(world: World) -> AtActions:
    return at_actions(world)


@pytest.fixture
def mary(client: FlaskClient, around: AtActions) -> Caller:
    return caller(client, around.world, around.world.mary)


@pytest.fixture
def tom(client: FlaskClient, around: AtActions) -> Caller:
    return caller(client, around.world, around.world.tom)


@pytest.fixture
def ada(client: FlaskClient, around: AtActions) -> Caller:
    return caller(client, around.world, around.ada)


@pytest.fixture
def priya(client: FlaskClient, around: AtActions) -> Caller:
    return caller(client, around.world, around.world.priya)
