"""What people enter of ratings: plain data between the edges and the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

LONGEST_NOTE: Final = 500
LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class NewRating:
    """A whole rating, scores and words by area; the id is the sender's own, a resend is the same rating."""

    id: UUID
    code: str
    voice: str
    scores: Mapping[str, int | None]
    notes: Mapping[str, str] = field(default_factory=dict, repr=False)
    rated_at: datetime | None = None
    version: int | None = None  # of the instrument, as somebody without a signal had it; the newest where none is said
    on_paper: bool = False  # copied from a sheet that was filled in by hand


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """What is put in the place of a rating, whole, and why; the id is the sender's own."""

    id: UUID
    scores: Mapping[str, int | None]
    reason: str = field(repr=False)
    notes: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of one area, and when they said it; no score: it is left out."""

    score: int | None = None
    note: str | None = field(default=None, repr=False)
    at: datetime | None = field(default=None, compare=False)  # None: now


@dataclass(frozen=True, slots=True)
class Kept:
    """One area as a phone kept it, of a rating that it named itself or had begun with a signal."""

    code: str
    version: int  # of the instrument that was on the phone
    area: str
    said: Said
    begins: bool  # the first that the phone has of a rating begun there
