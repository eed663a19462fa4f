"""What Mary and Mr Khan sent: three made-up weeks that end on a given day, with what their coordinator must see. Pure.

Mary has no oxygen target, so 88 % on air is red: once, nine days before the end. On the last day her weight and pulse
are up, and Mr Khan is below his target in the same minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core import ids
from app.demo.sittings import Sitting
from app.readings.intake import Entry

DAYS = 21
MORNING, TEATIME = time(8, 10), time(16, 40)
# From the first day to the last, as her scales show it: water, not food.
MARYS_WEIGHT = (71.2, 71.4, 71.1, 71.3, 71.5, 71.2, 71.0, 71.3, 71.4, 71.2, 71.5, 71.3, 71.1, 71.4, 71.3, 71.2, 71.4,
                71.3, 71.9, 72.8, 73.6)  # fmt: skip
MARYS_OXYGEN = (96, 95, 96, 96, 95, 97, 96, 95, 96, 96, 95, 96, 97, 96, 95, 96, 96, 95, 96, 95, 95)
KHANS_OXYGEN = (90, 91, 90, 89, 90, 91, 91, 90, 89, 90, 91, 90, 90, 89, 91, 90, 90, 91, 90, 89, 90)
EPISODE = 9  # days before the end


def mary(last_day: date, zone: ZoneInfo) -> list[Sitting]:
    """Weight and oxygen each morning; one bad afternoon; on the last day weight and pulse are up."""
    return list(_mary(last_day, zone))


def _mary(last_day: date, zone: ZoneInfo) -> Iterator[Sitting]:
    for number, (weight, oxygen) in enumerate(zip(MARYS_WEIGHT, MARYS_OXYGEN, strict=True)):
        day = last_day - timedelta(days=DAYS - 1 - number)
        at = _at(day, MORNING, zone)
        yield _sitting(at, _oxygen(at, oxygen), Entry(ids.new_id(), "weight", at, weight, "kg"))
        if day == last_day - timedelta(days=EPISODE):
            yield from _afternoon_out_of_breath(day, zone)
    at = _at(last_day, TEATIME, zone)
    yield _sitting(at, Entry(ids.new_id(), "pulse", at, 118, "/min", context={"at_rest": True}))


def _afternoon_out_of_breath(day: date, zone: ZoneInfo) -> Iterator[Sitting]:
    for at, value in ((time(14, 25), 88), (time(14, 50), 95)):
        moment = _at(day, at, zone)
        yield _sitting(moment, _oxygen(moment, value))


def khan(last_day: date, zone: ZoneInfo) -> list[Sitting]:
    """Within his target of 88 to 92 each morning, and below it on the last afternoon."""
    days = [last_day - timedelta(days=DAYS - 1 - number) for number in range(DAYS)]
    mornings = [(_at(day, MORNING, zone), value) for day, value in zip(days, KHANS_OXYGEN, strict=True)]
    sent = [*mornings, (_at(last_day, TEATIME, zone), 86)]
    return [_sitting(at, _oxygen(at, value)) for at, value in sent]


def _oxygen(at: datetime, value: int) -> Entry:
    return Entry(ids.new_id(), "oxygen_saturation", at, value, "%", context={"on_oxygen": False, "at_rest": True})


def _sitting(at: datetime, *entries: Entry) -> Sitting:
    return Sitting(at, entries)


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone)
