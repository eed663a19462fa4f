"""Nothing that medicines say to anybody is dosing advice."""

from pathlib import Path

import pytest

from tests.medicines.dosage import wording

APP = wording.PROJECT / "app"
MODULES = sorted(path for path in (APP / "medicines").rglob("*.py") if path.name not in wording.READS_TEXTS)
CONTENT = sorted((APP / "medicines" / "content").glob("*.toml"))
TEXTS = sorted((APP / "notifications").glob("texts_*.toml"))
TEMPLATES = sorted(
    path
    for path in (APP / "web" / "templates").rglob("*.html")
    if any(word in path.as_posix() for word in ("medicine", "dose", "adherence", "schedule"))
)
PAGES = sorted(path for path in (APP / "web").rglob("*.py") if "medicine" in path.as_posix() or "dose" in path.name)


def _name(path: Path) -> str:
    return path.relative_to(wording.PROJECT).as_posix()


@pytest.mark.parametrize("path", [*MODULES, *PAGES], ids=_name)
def test_no_module_gives_dosing_advice(path: Path) -> None:
    assert [advice for text in wording.of_code(path) for advice in wording.advice(text)] == []


@pytest.mark.parametrize("path", [*CONTENT, *TEXTS], ids=_name)
def test_no_content_gives_dosing_advice(path: Path) -> None:
    assert [advice for text in wording.of_toml(path) for advice in wording.advice(text)] == []


def test_no_template_gives_dosing_advice() -> None:
    said = {_name(path): wording.advice(text) for path in TEMPLATES for text in wording.of_template(path)}
    assert {path: advice for path, advice in said.items() if advice} == {}


@pytest.mark.parametrize(
    "text",
    [
        "Take it now.",
        "Take the missed dose now",
        "take your tablet straight away",
        "Take it as soon as you remember",
        "Do not double the dose",
        "Skip the missed dose",
        "leave out the next dose",
        "Don't take another",
        "Do not take it with alcohol",
        "You can take the next dose at 14:00",
        "You should stop taking this",
        "you may have one more",
        "Take an extra dose",
        "Carry on taking it",
        "reduce your dose",
        "It is safe to skip",
        "wait 4 hours",
        "It is too late for this one",
        "catch up later",
        "Give it now",
    ],
)
def test_the_list_finds_advice(text: str) -> None:
    assert wording.advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "Time for your 8 o'clock medicines.",
        "Did you take it? Y, N or LATE.",
        "Did you take two?",
        "Ask your pharmacist, or whoever prescribed it.",
        "By what was set, the next is possible from 14:00 on Friday 20 November.",
        "If it was taken already, record it all the same. Not for emergencies: 999 or 111.",
        "What your prescriber said about a late dose: ",
        "The text says 4 times a day, the times are one a day.",
        "A dose was not recorded.",
    ],
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert wording.advice(text) == []
