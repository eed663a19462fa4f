"""SNOMED CT identifiers: the check digit at their end (Verhoeff), so that a mistyped code is never looked up."""

from __future__ import annotations

from typing import Final

# Multiplication in the dihedral group of order ten, and how a digit is moved by its place.
_PRODUCT: Final = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_MOVED: Final = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def is_valid(code: str) -> bool:
    """Whether the digits are a SNOMED CT identifier: 6 to 18 of them, no zero in front, and the check digit right."""
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 18 and code[0] != "0"):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_PRODUCT[check][int(_MOVED[place % 8][int(digit)])])
    return check == 0
