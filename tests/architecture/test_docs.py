"""A decision is five short paragraphs, and the last says which check holds it: a path that exists."""

import re
from pathlib import Path

import pytest

from tests.architecture import source
from tests.architecture.source import PROJECT

DECISIONS = PROJECT / "docs" / "decisions"
SHORT = 120  # words in a paragraph


def faults(name: str, text: str, project: Path = PROJECT) -> list[str]:
    """What is wrong with a decision record."""
    title, *paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.strip())]
    found = []
    if not re.fullmatch(rf"# {int(name[:4])}\. .+", title):
        found.append(f"{name}: the title is not '# {int(name[:4])}. ...'")
    if len(paragraphs) != 5:
        found.append(f"{name}: {len(paragraphs)} paragraphs instead of five")
    found += [f"{name}: a paragraph of {len(part.split())} words" for part in paragraphs if len(part.split()) > SHORT]
    paths = re.findall(r"`([\w.-]+/[\w./-]+)`", paragraphs[-1]) if paragraphs else []
    if not paths:
        found.append(f"{name}: the last paragraph names no path")
    return found + [f"{name}: {path} does not exist" for path in paths if not (project / path).exists()]


def records() -> list[Path]:
    return sorted(DECISIONS.glob("[0-9][0-9][0-9][0-9]-*.md"))


def test_decisions_are_numbered_without_gaps() -> None:
    assert [record.name[:4] for record in records()] == [f"{number:04}" for number in range(1, len(records()) + 1)]


def test_every_decision_is_short_and_held_by_a_check() -> None:
    source.expect_none([fault for record in records() for fault in faults(record.name, record.read_text("utf-8"))])


GOOD = "# 1. Slices\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n\nHeld by `tests/architecture`."


def test_a_good_record_passes() -> None:
    assert faults("0001-slices.md", GOOD) == []


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("# 1.", "# 2."),
        GOOD.replace("\n\nFour.", ""),
        GOOD.replace("Four.", "four " * 121),
        GOOD.replace("`tests/architecture`", "goodwill"),
        GOOD.replace("tests/architecture", "tests/architecture/nowhere.py"),
    ],
    ids=["title", "four paragraphs", "long", "no path", "missing path"],
)
def test_a_bad_record_is_found(text: str) -> None:
    assert faults("0001-slices.md", text)
