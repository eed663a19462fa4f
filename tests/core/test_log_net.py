"""The net under the logs of the whole suite holds, and knows everybody of the demo."""

from __future__ import annotations

import dataclasses

from flask.testing import FlaskClient

from app.core import logs
from app.identity.models import Person
from app.patients.models import Patient
from tests.log_net import PERSONAL, Net
from tests.people import World


def test_it_is_under_every_line_of_the_app(log_net: Net, client: FlaskClient) -> None:
    before = log_net.lines
    client.get("/healthz")
    logs.log.debug("a line")
    assert log_net.lines >= before + 2


def test_it_catches_a_line_that_names_somebody() -> None:
    net = Net()
    net.info(b'{"event":"request","where":"+447700900201"}')
    net.info(b'{"event":"request","where":"01a202ff-5d54-71ff-ad59-a0a7035fb264"}')
    assert (net.lines, len(net.caught)) == (2, 1)


def test_it_knows_everybody(world: World) -> None:
    everybody = [getattr(world, one.name) for one in dataclasses.fields(world)]
    words = [
        word
        for one in everybody
        if isinstance(one, Person)
        for word in (one.phone, one.email, one.family_name if one.kind == "human" else None)
    ]
    words += [one.nhs_number for one in everybody if isinstance(one, Patient)]
    assert len([word for word in words if word]) > 30
    assert [word for word in words if word and not PERSONAL.search(word.encode())] == []
