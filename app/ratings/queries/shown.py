"""Ratings as they are shown: area by area in the words of their version, with who wrote them down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import orjson

from app.access.roles import Role
from app.identity import queries as people
from app.patients.admission import AdmittedPatient
from app.ratings import distance, voicing
from app.ratings.distance import Distance, Point
from app.ratings.instrument import Area, Instrument
from app.ratings.models import VOICES, Rating
from app.ratings.queries import instruments, rated


@dataclass(frozen=True, slots=True)
class ShownArea:
    """One area of a rating; no score: it was left out."""

    area: Area
    score: int | None
    stage: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A rating with its instrument in the version that it was made in."""

    row: Rating
    instrument: Instrument
    rated_by_name: str
    areas: list[ShownArea]
    reason: str | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    @property
    def scores(self) -> dict[str, int]:
        """What was said, by area."""
        return self.instrument.by_area(self.row.scores)

    @property
    def mean(self) -> float | None:
        """Over the areas that were said, where the makers of the instrument allow a mean."""
        said = list(self.scores.values())
        return float(round(Fraction(sum(said), len(said)), 1)) if said and self.instrument.has_overall else None


@dataclass(frozen=True, slots=True)
class Travelled:
    """How far the ratings of one voice have come; `ratings` are those it was reckoned from, earliest first."""

    code: str
    voice: str
    ratings: Sequence[Rating]
    instrument: Instrument | None  # of the last of them
    distance: Distance

    @property
    def overall(self) -> float | None:
        whole = self.distance.overall
        has_one = self.instrument is not None and self.instrument.has_overall
        return float(round(whole, 2)) if whole is not None and has_one else None


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The newest rating of each voice; neither overwrites the other."""

    code: str
    voices: dict[str, Shown]
    apart: dict[str, tuple[int, int]]  # areas that patient and team see differently: what each says


def shown(patient: AdmittedPatient, rows: Sequence[Rating], role: Role) -> list[Shown]:
    """These ratings as somebody in this role is shown them, in two queries however many there are."""
    versions = instruments.kept({one.instrument_id for one in rows})
    names = people.people({one.rated_by for one in rows})
    return [_shown(row, versions[row.instrument_id], names[row.rated_by].name, role) for row in rows]


def one(patient: AdmittedPatient, row: Rating, role: Role) -> Shown:
    """One rating as it is shown."""
    return shown(patient, [row], role)[0]


def travelled(patient: AdmittedPatient, role: Role, code: str, voice: str) -> Travelled:
    """Distance travelled from the first standing rating of a voice to the last."""
    rows = rated.history(patient, role, code, voice)
    versions = instruments.kept({one.instrument_id for one in rows})
    points = [_point(one, versions[one.instrument_id]) for one in rows]
    last = versions[rows[-1].instrument_id] if rows else None
    return Travelled(code, voice, rows, last, distance.travelled(points))


def side_by_side(patient: AdmittedPatient, role: Role, code: str) -> SideBySide:
    """The newest rating of each voice, and where the patient and the team see an area differently."""
    newest = rated.latest(patient, role, code)
    in_order = [newest[voice] for voice in VOICES if voice in newest]
    voices = {one.row.voice: one for one in shown(patient, in_order, role)}
    return SideBySide(code, voices, _apart(voices))


def _apart(voices: dict[str, Shown]) -> dict[str, tuple[int, int]]:
    mine, theirs = voices.get(voicing.PATIENT), voices.get(voicing.TEAM)
    if mine is None or theirs is None or _scale(mine.instrument) != _scale(theirs.instrument):
        return {}
    return distance.apart(mine.scores, theirs.scores, 1)


def _shown(row: Rating, instrument: Instrument, name: str, role: Role) -> Shown:
    reads = voicing.reads_words(role, row.rated_role)
    notes = orjson.loads(row.notes or "{}") if reads else {}
    areas = [
        ShownArea(area, score, None if score is None else instrument.stage(score), notes.get(area.code))
        for area, score in zip(instrument.areas, row.scores, strict=True)
    ]
    return Shown(row, instrument, name, areas, row.reason if reads else None)


def _point(row: Rating, instrument: Instrument) -> Point:
    return Point(*_scale(instrument), instrument.by_area(row.scores))


def _scale(instrument: Instrument) -> tuple[int, int]:
    return instrument.lowest, instrument.highest
