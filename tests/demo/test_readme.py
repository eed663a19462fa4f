"""The README's steps by curl are run as they stand, against a server and a sender; its links lead somewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app.core import clock, embedded
from app.notifications.service import sending
from tests.journeys.serving import environment
from tests.people import World

HOME = Path(__file__).resolve().parents[2]
README = (HOME / "README.md").read_text("utf-8")
STEPS = next(block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "KITH=" in block)


@pytest.fixture
def address(app: Flask, world: World) -> Iterator[str]:
    """A server under the true clock, and a sender that hands over what is due."""
    server, stop = make_server("127.0.0.1", 0, app, threaded=True), threading.Event()

    def send() -> None:
        while not stop.wait(0.02):
            with app.app_context():
                sending.send_all_due()

    with clock.at(lambda: datetime.now(UTC)):
        threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=send)]
        for thread in threads:
            thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        stop.set()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_the_steps_by_curl_do_what_they_say(address: str, server: embedded.Server, database: str) -> None:
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", STEPS],
        cwd=HOME,
        env=os.environ | environment(server, database, KITH=address, no_proxy="127.0.0.1"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    reply, top, told, *states = ran.stdout.strip().splitlines()
    assert "Your oxygen is low." in reply
    assert "Oxygen saturation 88% on air" in top
    assert "Kith: Priya, a RED alert for Mary O. is waiting for you." in told
    assert states == ["acknowledged", "resolved"]


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_what_a_page_points_to_is_there(page: str) -> None:
    text = (HOME / page).read_text("utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", text)
    folder = (HOME / page).parent
    assert [one for pair in targets for one in pair if one and not (folder / one).exists()] == []
    places = re.findall(r"^\| `([\w/.]+)`", text, re.MULTILINE)
    assert [place for place in places if not place.startswith("/") and not (HOME / place).exists()] == []
