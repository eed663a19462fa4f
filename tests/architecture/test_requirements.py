"""What Kith is built from: every package at one version, so that a change of it is a change of ours."""

import re

import pytest

from tests.architecture import source
from tests.architecture.source import PROJECT

PINNED = re.compile(r"[a-z0-9-]+(\[[a-z,-]+\])?==[0-9][\w.]*( *;.*)?")


def unpinned(text: str) -> list[str]:
    """Lines that name a package without one version."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("-r ") and not PINNED.fullmatch(line)]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_at_one_version(name: str) -> None:
    source.expect_none(unpinned((PROJECT / name).read_text("utf-8")))


@pytest.mark.parametrize("line", ["flask", "flask>=3", "flask==3.*", "flask~=3.1", "git+https://example.org/flask"])
def test_a_version_left_open_is_found(line: str) -> None:
    assert unpinned(line) == [line]
