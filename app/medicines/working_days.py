"""Working days of a nation: no weekend and none of its bank holidays, which the package `holidays` keeps."""

from __future__ import annotations

import functools
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import holidays

ONE_DAY: Final = timedelta(days=1)


class Nation(StrEnum):
    """Where bank holidays are the same."""

    ENGLAND_AND_WALES = "england_and_wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"


_CODES: Final = {Nation.ENGLAND_AND_WALES: "ENG", Nation.SCOTLAND: "SCT", Nation.NORTHERN_IRELAND: "NIR"}


def is_working_day(day: date, nation: Nation) -> bool:
    """Are pharmacies and surgeries there, as on any weekday?"""
    return day.isoweekday() <= 5 and day not in _bank_holidays(nation, day.year)


def before(day: date, count: int, nation: Nation) -> date:
    """The working day that many working days before."""
    while count:
        day -= ONE_DAY
        count -= is_working_day(day, nation)
    return day


@functools.cache
def _bank_holidays(nation: Nation, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv=_CODES[nation], years=year, expand=False))
