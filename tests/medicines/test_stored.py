"""A pattern as JSON comes back as it was, and JSON of any other shape is refused with its place."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.medicines import stored
from app.medicines.patterns import AsDirected, Pattern
from app.medicines.stored import NotAPattern
from tests.medicines import drawn


@settings(deadline=None)
@given(drawn.patterns)
def test_every_pattern_comes_back_as_it_was(pattern: Pattern) -> None:
    assert stored.from_json(json.loads(json.dumps(stored.to_json(pattern)))) == pattern


PHASES: dict[str, Any] = {
    "version": 1,
    "kind": "phases",
    "phases": [
        {
            "slots": [
                {"number": 3, "at": "08:00", "amount": "2.5"},
                {"number": 4, "anchor": "bedtime", "offset_minutes": -30},
            ],
            "days": {"weekdays": [1, 4], "every_weeks": 2},
            "length": 14,
        },
        {"slots": [{"number": 3, "at": "08:00"}], "days": {"every": 2, "on": 21, "off": 7}},
    ],
}
ELAPSED = {"version": 1, "kind": "elapsed", "every_minutes": 360, "first_at": "2026-11-18T10:00:00+00:00"}
NEEDED = {"version": 1, "kind": "as_needed", "minimum_gap_minutes": 240, "most_in_24_hours": "8", "amount": "1"}
DIRECTED = {"version": 1, "kind": "as_directed", "why": "the dose follows your blood test"}


@pytest.mark.parametrize("form", [PHASES, ELAPSED, NEEDED, DIRECTED], ids=lambda form: str(form["kind"]))
def test_the_form_is_kept(form: dict[str, Any]) -> None:
    """Rows of the database hold it: to change it is a new version and a migration."""
    assert stored.to_json(stored.from_json(form)) == form


def test_what_is_null_or_not_there_is_usual() -> None:
    short = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "08:00"}], "days": None, "length": None}]}
    assert stored.to_json(stored.from_json(short))["phases"] == [{"slots": [{"number": 0, "at": "08:00"}]}]


def changed(form: dict[str, Any], pointer: str, value: object) -> dict[str, Any]:
    *path, last = pointer.strip("/").split("/")
    inner: Any = (form := copy.deepcopy(form))
    for step in path:
        inner = inner[int(step)] if step.isdigit() else inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[int(last) if last.isdigit() else last] = value
    return form


SLOT, DAYS = "/phases/0/slots/0", "/phases/0/days"
OTHER_SHAPES = [
    (PHASES, "/version", 2), (PHASES, "/version", True), (PHASES, "/version", ...), (PHASES, "/version", "1"),
    (PHASES, "/kind", "cron"), (PHASES, "/kind", ...), (PHASES, "/kind", ["phases"]),
    (PHASES, "/phases", ...), (PHASES, "/phases", {}), (PHASES, "/phases", "x"), (PHASES, "/phases/0", 7),
    (PHASES, "/zone", "Europe/London"), (PHASES, "/phases/0/slots", ...), (PHASES, "/phases/0/slots", None),
    (PHASES, "/phases/0/length", "14"), (PHASES, "/phases/0/length", 1.0), (PHASES, "/phases/0/length", 10**10),
    (PHASES, "/phases/0/repeat", 2), (PHASES, SLOT, "08:00"), (PHASES, f"{SLOT}/number", True),
    (PHASES, f"{SLOT}/at", "8:00"), (PHASES, f"{SLOT}/at", "24:00"), (PHASES, f"{SLOT}/at", "08:00:30"),
    (PHASES, f"{SLOT}/at", "08:00+01:00"), (PHASES, f"{SLOT}/at", 800), (PHASES, f"{SLOT}/at", "٠٨:٠٠"),
    (PHASES, f"{SLOT}/anchor", "tea"), (PHASES, f"{SLOT}/anchor", 1), (PHASES, f"{SLOT}/anchor", ["bedtime"]),
    (PHASES, f"{SLOT}/offset_minutes", 0.5), (PHASES, f"{SLOT}/offset_minutes", 10**12),
    (PHASES, f"{SLOT}/amount", 2), (PHASES, f"{SLOT}/amount", "1e3"), (PHASES, f"{SLOT}/amount", "NaN"),
    (PHASES, f"{SLOT}/amount", "1,5"), (PHASES, f"{SLOT}/amount", ""), (PHASES, f"{SLOT}/amount", "٢"),
    (PHASES, f"{SLOT}/fold", 1), (PHASES, DAYS, []), (PHASES, f"{DAYS}/weekdays", 1),
    (PHASES, f"{DAYS}/weekdays/0", "Monday"), (PHASES, f"{DAYS}/every", False), (PHASES, f"{DAYS}/month", 1),
    (ELAPSED, "/every_minutes", ...), (ELAPSED, "/every_minutes", "PT6H"), (ELAPSED, "/slots", []),
    (ELAPSED, "/first_at", "2026-11-18T10:00:00"), (ELAPSED, "/first_at", "yesterday"), (ELAPSED, "/first_at", 7),
    (ELAPSED, "/first_at", "0001-01-01T00:00:00+14:00"), (ELAPSED, "/amount", 1),
    (NEEDED, "/minimum_gap_minutes", "240"), (NEEDED, "/most_in_24_hours", 8), (NEEDED, "/every", 1),
    (DIRECTED, "/why", ...), (DIRECTED, "/why", ""), (DIRECTED, "/why", "nul\x00"), (DIRECTED, "/why", "\ud800"),
    (DIRECTED, "/why", "x" * 301), (DIRECTED, "/why", 1), (DIRECTED, "/phases", []),
]  # fmt: skip


@pytest.mark.parametrize("row", OTHER_SHAPES, ids=lambda row: f"{row[0]['kind']}{row[1]}={row[2]!a:.30}")
def test_another_shape_is_refused_with_its_place(row: tuple[dict[str, Any], str, object]) -> None:
    form, pointer, value = row
    with pytest.raises(NotAPattern) as refused:
        stored.from_json(changed(form, pointer, value))
    assert refused.value.pointer == pointer
    assert str(refused.value).startswith(f"{pointer}: ")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(_json, st.sampled_from(["phases", "elapsed", "as_needed", "as_directed"]), st.booleans())
def test_no_json_makes_it_fall_over(value: Any, kind: str, dressed: bool) -> None:
    form = {"version": 1, "kind": kind, "phases": value, "why": value} if dressed else value
    with pytest.raises(NotAPattern):
        stored.from_json(form)


def test_a_text_is_kept_to_the_letter() -> None:
    assert stored.from_json(DIRECTED | {"why": "Zoë’s £ 5 – ☎"}) == AsDirected("Zoë’s £ 5 – ☎")
