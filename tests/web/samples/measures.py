"""Three measures with their charts, as patient and coordinator see them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.web import charts

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 22, 8, 4, tzinfo=UTC)
SATURATIONS = [
    95,
    96,
    94,
    95,
    95,
    93,
    94,
    95,
    96,
    95,
    94,
    94,
    95,
    93,
    94,
    95,
    94,
    92,
    94,
    93,
    94,
    93,
    93,
    92,
    93,
    91,
    92,
    88,
]
PRESSURES = [
    (142, 86),
    (138, 84),
    (145, 88),
    (139, 82),
    (151, 92),
    (136, 80),
    (141, 85),
    (184, 98),
    (148, 90),
    (137, 83),
]
GLUCOSES: list[float | None] = [6.1, 8.4, 5.2, 11.3, 7.0, None, 9.8, 6.6, 14.9, 7.7, 2.8, 10.2]


def moment(words: str, minutes_ago: float = 0) -> dict[str, str]:
    return {"iso": (NOW - timedelta(minutes=minutes_ago)).isoformat(), "words": words}


def saturation() -> dict[str, Any]:
    def mark(value: int) -> str | None:
        return "red" if value < 92 else "amber" if value < 93 else None

    points = [
        charts.Point(NOW - timedelta(days=27 - day, minutes=12), value, mark=mark(value), words=f"{value} %")
        for day, value in enumerate(SATURATIONS)
    ]
    limits = [charts.Limit(95, "amber"), charts.Limit(93, "red")]
    window = {"start": NOW - timedelta(days=30), "end": NOW + timedelta(hours=4), "zone": LONDON}
    return {
        "key": "oxygen",
        "title": "Oxygen level",
        "unit": "%",
        "latest": {"words": "88 % on air", "when": moment("today at 07:52", 12)},
        "summary": "28 readings in 30 days, between 88 % and 96 %. The last, 88 % today, is the lowest.",
        "target": "Target: 95 % or more",
        "trend": charts.trend(points, bands=[charts.Band(95, None)], limits=limits, **window),  # type: ignore[arg-type]
        "columns": ["When", "Oxygen", "On", ""],
        "rows": [
            [moment("today 07:52"), "88 %", "air", {"severity": "red", "words": "Red"}],
            [moment("yesterday 08:10"), "92 %", "air", {"severity": "amber", "words": "Amber"}],
            [moment("Friday 07:58"), "93 %", "air", None],
        ],
        "more": 25,
        "limits_words": [
            {"words": "Amber below 95 %", "origin": "COPD oximetry 1.0, draft"},
            {"words": "Red below 93 %", "origin": "COPD oximetry 1.0, draft"},
        ],
    }


def pressure() -> dict[str, Any]:
    points = [
        charts.Point(
            NOW - timedelta(days=27 - 3 * day), high, low, mark="red" if high >= 180 else None, words=f"{high}/{low}"
        )
        for day, (high, low) in enumerate(PRESSURES)
    ]
    return {
        "key": "pressure",
        "title": "Blood pressure",
        "unit": "mmHg",
        "latest": {"words": "137/83 mmHg", "when": moment("yesterday at 19:30")},
        "summary": "10 readings in 30 days, 146/87 on average. One was 184/98, on 16 November.",
        "target": "Target: below 135/85",
        "trend": charts.trend(
            points,
            bands=[charts.Band(90, 135), charts.Band(60, 85)],
            limits=[charts.Limit(180, "red")],
            start=NOW - timedelta(days=30),
            end=NOW,
            zone=LONDON,
        ),
        "columns": ["When", "Pressure", "Pulse", ""],
        "rows": [[moment("yesterday 19:30"), "137/83", "72", None]],
        "more": 9,
        "limits_words": [{"words": "Red at 180 or more", "origin": "Set for Mary by Dr Lind, review 1 May 2027"}],
    }


def glucose() -> dict[str, Any]:
    points = [
        charts.Point(
            NOW - timedelta(hours=14 * (11 - at)),
            value,
            comparator=None if value else "<",
            mark="emergency" if value is None else "red" if value < 3 else None,
            words=f"{value} mmol/L" if value else "LO",
        )
        for at, value in enumerate(GLUCOSES)
    ]
    return {
        "key": "glucose",
        "title": "Glucose",
        "unit": "mmol/L",
        "latest": {"words": "10.2 mmol/L", "when": moment("today at 07:30")},
        "summary": "12 readings in 7 days. The meter said LO once; it is left out of the average of 8.2.",
        "target": "Target: 4 to 10",
        "trend": charts.trend(
            points,
            bands=[charts.Band(4, 10)],
            limits=[charts.Limit(3, "red")],
            start=NOW - timedelta(days=7),
            end=NOW,
            zone=LONDON,
        ),
        "columns": ["When", "Glucose", "Meal"],
        "rows": [[moment("today 07:30"), "10.2", "fasting"]],
        "more": 0,
        "limits_words": [],
    }
