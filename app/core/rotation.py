"""Seal again, with the first key of SEALING_KEYS, whatever another key sealed; and what earlier versions kept readable.

Online: a row is changed while it is held, for the length of a batch; one that somebody else holds is left to the next
pass. Resumable: what is done already is not found again. The columns are found in the models, none can be forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, ColumnElement, LargeBinary, Table, func, literal, select, tuple_, update

from app.core import sealed
from app.core.db import Base, db
from app.core.sealed import SealedColumn
from app.core.unit_of_work import unit_of_work

BATCH = 200
READABLE = "(not sealed yet)"
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Place:
    """One sealed column of one table."""

    table: Table
    attribute: SealedColumn

    @property
    def name(self) -> str:
        return self.attribute.place

    @property
    def blob(self) -> Column[bytes]:
        return self.table.c[f"{self.attribute.name}_sealed"]

    @property
    def clear(self) -> Column[Any]:
        """Where earlier versions kept it readable."""
        return self.table.c[self.attribute.name]


@dataclass(slots=True)
class Rotated:
    """What a rotation did: how many rows of each place, and which rows no key opens."""

    rows: Counter[str] = field(default_factory=Counter)
    unopenable: set[str] = field(default_factory=set)


def places() -> list[Place]:
    """Every sealed column of every model, by name."""
    found = {}
    for mapper in Base.registry.mappers:
        for kind in mapper.class_.__mro__:
            for attribute in vars(kind).values():
                if isinstance(attribute, SealedColumn):
                    found[attribute.place] = Place(cast(Table, mapper.local_table), attribute)
    return [found[name] for name in sorted(found)]


def keys_in_use() -> dict[str, Counter[str]]:
    """How many texts of each place each key has sealed, by the key's id; READABLE for what no key has."""
    return {place.name: _keys_of(place) for place in places()}


def keys_by_id() -> Counter[str]:
    """How many texts each key has sealed, over all places."""
    return sum(keys_in_use().values(), Counter())


def removable(used: Counter[str]) -> list[str]:
    """The keys of SEALING_KEYS that nothing needs any more."""
    keys = sealed.keyring()
    return [name for name in keys.keys if name != keys.newest and not used[name]]


def unknown_keys() -> str | None:
    """Texts that no key of SEALING_KEYS opens: a key was taken away too early."""
    known = {*sealed.keyring().keys, READABLE}
    missing = ", ".join(sorted(keys_by_id().keys() - known))
    return f"Texts are sealed under {missing}: put that key back into SEALING_KEYS, then rotate." if missing else None


def rotate(tell: Tell) -> Rotated:
    """Pass over every place until nothing is left but what cannot be opened."""
    report = Rotated()
    for place in places():
        while _passed(place, report):
            tell(place.name, report.rows[place.name])
    return report


def _keys_of(place: Place) -> Counter[str]:
    # Sealed form: 1 byte length of the key id, the key id, and so on.
    key = func.substring(place.blob, 2, func.get_byte(place.blob, 0), type_=LargeBinary)
    rows = db.session.execute(select(key, func.count()).where(place.blob.is_not(None)).group_by(key)).all()
    counted = Counter({name.decode(): number for name, number in rows})
    if place.attribute.was_clear:
        counted[READABLE] = db.session.scalar(select(func.count()).where(_is_readable(place))) or 0
    return +counted


def _passed(place: Place, report: Rotated) -> int:
    """One pass over one place; gives how many rows it sealed."""
    before = report.rows[place.name]
    for batch in _batches(place, _is_of_another_key(place), place.blob):
        report.rows[place.name] += _each(place, batch, report, _again)
    if place.attribute.was_clear:
        for batch in _batches(place, _is_readable(place), place.clear):
            report.rows[place.name] += _each(place, batch, report, _first)
    return report.rows[place.name] - before


def _is_of_another_key(place: Place) -> ColumnElement[bool]:
    mark = sealed.keyring().mark
    start = func.substring(place.blob, 1, len(mark), type_=LargeBinary)
    return place.blob.is_not(None) & (start != literal(mark, LargeBinary))


def _is_readable(place: Place) -> ColumnElement[bool]:
    return place.clear.is_not(None) & place.blob.is_(None)


def _batches(place: Place, wanted: ColumnElement[bool], old: Column[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows of a pass by primary key, each batch held by a unit of work; what others hold is left."""
    keys = list(place.table.primary_key.columns)
    found = select(place.table.c.id, old, *keys).where(wanted).order_by(*keys).limit(BATCH)
    found = found.with_for_update(skip_locked=True, key_share=True)
    rest: tuple[ColumnElement[bool], ...] = ()
    while True:
        with unit_of_work():
            rows = db.session.execute(found.where(*rest)).all()
            if not rows:
                return
            yield rows
        last = (literal(value, key.type) for key, value in zip(keys, rows[-1][2:], strict=True))
        rest = (tuple_(*keys) > tuple_(*last),)


def _each(
    place: Place, rows: Sequence[Sequence[Any]], report: Rotated, sealing: Callable[[Place, UUID, Any], bytes]
) -> int:
    done = 0
    for row in rows:
        try:
            _write(place, row[2:], sealing(place, row[0], row[1]))
            done += 1
        except (InvalidTag, KeyError, ValueError, IndexError):  # changed, moved, or of a key that is gone
            report.unopenable.add(f"{place.name} {row[0]}")
    return done


def _again(place: Place, row: UUID, old: bytes) -> bytes:
    return sealed.reseal(old, place.name, row)


def _first(place: Place, row: UUID, old: Any) -> bytes:
    return sealed.seal(place.attribute.written(old), place.name, row)


def _write(place: Place, key: Sequence[Any], blob: bytes) -> None:
    here = [column == value for column, value in zip(place.table.primary_key.columns, key, strict=True)]
    values: dict[Any, Any] = {place.blob: blob}
    if place.attribute.was_clear:
        values[place.clear] = None
    db.session.execute(update(place.table).where(*here).values(values))
