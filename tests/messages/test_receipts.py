"""Who has read a message, and when, from until when each has read its thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.messages import receipts
from app.messages.receipts import Read

NINE = datetime(2026, 11, 18, 9, tzinfo=UTC)
MARY, TOM, PRIYA = (UUID(int=number) for number in range(3))


def at(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


# Mary wrote at nine; what was written after it, until when somebody has read, and what is known of hers.
CASES = {
    "nobody has looked": ([], {}, []),
    "Tom looked before": ([], {TOM: at(-1)}, []),
    "Tom looked in that very moment": ([], {TOM: at(0)}, [Read(TOM, at(0))]),
    "Tom looked, then Priya": ([], {PRIYA: at(9), TOM: at(5)}, [Read(TOM, at(5)), Read(PRIYA, at(9))]),
    "Mary herself does not count": ([], {MARY: at(5)}, []),
    "Tom answered when he had read": ([(at(6), TOM)], {TOM: at(5)}, [Read(TOM, at(5))]),
    "Tom answered without looking first": ([(at(6), TOM)], {TOM: at(6)}, [Read(TOM, at(6))]),
    "another came, which Tom has not read": ([(at(6), PRIYA)], {TOM: at(5)}, [Read(TOM, at(5))]),
    "another came, which Tom has read too": ([(at(6), PRIYA)], {TOM: at(7)}, [Read(TOM, None)]),
    "Mary wrote again, and Tom has read both": ([(at(6), MARY)], {TOM: at(7)}, [Read(TOM, None)]),
}


@pytest.mark.parametrize("case", CASES)
def test_who_has_read_it_and_when(case: str) -> None:
    later, seen, told = CASES[case]
    assert receipts.of(NINE, MARY, seen, [(NINE, MARY), *later]) == told
