"""Spreads the net of tests/leak_net.py: what is heard and seen of each test, searched when all else of it is undone."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask, Response, request, request_finished

from tests import stand_ins
from tests.leak_net import MESSAGE, NET
from tests.log_net import Net

# Every page names its own reader in its head.
HEAD = re.compile(rb"<header.*?</header>", re.DOTALL)


def _answered(app: Flask, response: Response, **_: Any) -> None:
    """Headers of what is sent on or refused (a Location is an address), and what a refusal says."""
    is_refused = response.status_code >= 400
    where = f"{response.status_code} of {request.method} {request.url_rule}"
    if is_refused or "Location" in response.headers:
        NET.texts.append((where, unquote(str(response.headers)).encode()))
    if (is_refused or request.path == "/metrics") and response.is_sequence:
        NET.texts.append((where, _read(response)))


def _read(response: Response) -> bytes:
    """What is said; of pages those that say what went wrong: a form shown again is the page it was, with its fields."""
    text = response.get_data()
    if response.mimetype != "text/html":
        return text
    is_form_again = f"Problem {response.status_code}".encode() not in text
    return b"" if is_form_again else unescape(HEAD.sub(b"", text).decode()).encode()


def _sent(text: str) -> None:
    NET.texts.append((MESSAGE, text.encode()))


def pytest_sessionstart() -> None:
    request_finished.connect(_answered)
    stand_ins.LISTENERS.append(_sent)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
    """What is made for more than one test is known for more than one."""
    is_wider = fixturedef.scope != "function"
    NET.wider += is_wider
    try:
        return (yield)
    finally:
        NET.wider -= is_wider


@pytest.fixture(scope="session")
def _end_of_all(log_net: Net) -> Iterator[None]:
    """Metrics are searched once, when everything was counted."""
    yield
    NET.search_metrics()
    assert NET.end(log_net.recent) == [], "personal data where it must not be"


_files_begun: set[Path] = set()


@pytest.fixture(autouse=True)
def _nothing_leaks(request: pytest.FixtureRequest, log_net: Net, _end_of_all: None) -> Iterator[None]:
    """Nothing that this test sealed is found where it must not be; said when all else of it is undone."""
    path = request.node.path
    NET.begin(request.node.nodeid, is_first=path not in _files_begun)
    _files_begun.add(path)
    log_net.recent.clear()
    yield
    assert NET.end(log_net.recent) == [], "personal data where it must not be"
