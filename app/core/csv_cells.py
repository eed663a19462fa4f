"""CSV for people who open it with a spreadsheet: no cell of ours is ever taken for a formula (security.md S33)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any, Final

_FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Any) -> Any:
    """A cell's value; a text that a spreadsheet would reckon with gets an apostrophe in front. Numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_BEGINS):
        return f"'{value}"
    return value


def line(cells: Iterable[Any]) -> str:
    """One line of a CSV file, every cell made harmless."""
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return written.getvalue()
