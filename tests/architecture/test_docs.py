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


STATUS = re.compile(r"done|later|part: .+")


def faults_of_requirements(text: str, count: int, project: Path = PROJECT) -> list[str]:
    """What is wrong with the table of security requirements: numbers, statuses, tests that do not exist."""
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if line[:3] == "| S"]
    found = [f"a row without its four cells: {row[0]}" for row in rows if len(row) != 4]
    if [row[0] for row in rows] != [f"S{number}" for number in range(1, count + 1)]:
        found.append(f"not S1 to S{count}, each once and in this order")
    for number, _, shown, status in (row for row in rows if len(row) == 4):
        tests = re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", shown)
        if not STATUS.fullmatch(status):
            found.append(f"{number}: {status!r} is no status")
        if status != "later" and not tests:
            found.append(f"{number}: claimed without a test")
        found += [f"{number}: {path} {name} does not exist" for path, name in tests if not _exists(project, path, name)]
    return found


def _exists(project: Path, path: str, name: str) -> bool:
    file = project / path
    return file.is_file() and (not name or f"def {name}(" in file.read_text("utf-8"))


def test_every_security_requirement_is_shown_by_tests_that_exist() -> None:
    source.expect_none(faults_of_requirements((PROJECT / "docs" / "security.md").read_text("utf-8"), 40))


HERE = "tests/architecture/test_docs.py"
ROW = f"| S1 | slices | `{HERE}::test_a_good_record_passes` | done |"


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ROW}\n{ROW}",
        ROW.replace("done", "done so far"),
        ROW.replace("done", "part:"),
        ROW.replace(f"`{HERE}::test_a_good_record_passes`", "`app/core`"),
        ROW.replace("passes", "passed"),
        ROW.replace("test_docs", "test_nowhere"),
        ROW.replace("slices", "slices | houses"),
    ],
    ids=["missing", "twice", "no status", "part of what", "no test", "no such test", "no such file", "five cells"],
)
def test_a_claim_without_its_test_is_found(text: str) -> None:
    assert faults_of_requirements(ROW, 1) == []
    assert faults_of_requirements(text, 1) != []
