"""What a schema gives, made without marshmallow's own loop where every field is plain (bench/looks.py: a long list).

Plain values are left as they are, for orjson writes instants, ids and enumerations itself. A schema that does more than
name its fields (hooks, dotted attributes, other kinds of fields) dumps as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from marshmallow import Schema, fields

from app.core.schemas import Instant

Dump = Callable[[Any], Any]
PLAIN = (fields.String, fields.UUID, fields.Boolean, fields.Integer, Instant)
_ABSENT = object()
_made: dict[type[Schema], Dump] = {}


def of(kind: type[Schema]) -> Dump:
    """How an answer of this schema is made; worked out once, for making a schema costs far more than using it."""
    if kind not in _made:
        _made[kind] = _of(kind())
    return _made[kind]


def _of(schema: Schema) -> Dump:
    """Our own dump of a plain schema, else its own."""
    whole: Dump = schema.dump
    if any(schema._hooks.values()):  # marshmallow has no public word for them
        return whole
    turned = [(name, _turned(field)) for name, field in schema.dump_fields.items()]
    parts = [(name, turn) for name, turn in turned if turn is not None]
    return _plainly(parts) if len(parts) == len(turned) else whole


def _plainly(parts: list[tuple[str, Dump]]) -> Dump:
    names = [name for name, _ in parts]
    turned = [(name, turn) for name, turn in parts if turn is not _as_it_is]
    all_of_them = attrgetter(*names, names[0]) if names else lambda value: ()  # two at least, or it gives no tuple

    def dump(value: Any) -> dict[str, Any]:
        if isinstance(value, Mapping):
            return {name: turn(value[name]) for name, turn in parts if name in value}
        try:
            whole = dict(zip(names, all_of_them(value), strict=False))
        except AttributeError:
            found = ((name, turn, getattr(value, name, _ABSENT)) for name, turn in parts)
            return {name: turn(one) for name, turn, one in found if one is not _ABSENT}
        for name, turn in turned:
            whole[name] = turn(whole[name])
        return whole

    return dump


def _turned(field: fields.Field[Any]) -> Dump | None:
    """What is done to the value of a field; None where it is not plain."""
    if field.attribute or field.data_key:
        return None
    if type(field) in PLAIN:
        return _as_it_is
    if isinstance(field, fields.Nested):
        return _if_any(_each(_of(field.schema)) if field.many else _of(field.schema))
    if type(field) is fields.List:
        inner = _turned(field.inner)
        return inner and _if_any(list if inner is _as_it_is else _each(inner))
    return None


def _as_it_is(value: Any) -> Any:
    return value


def _each(dump: Dump) -> Dump:
    return lambda many: [dump(one) for one in many]


def _if_any(dump: Dump) -> Dump:
    return lambda value: None if value is None else dump(value)
