"""Medicines from another system, as FHIR."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from marshmallow import INCLUDE, ValidationError, fields, post_load, validate, validates_schema

from app.core.schemas import Schema, is_storable
from app.medicines.dosage import bundles
from app.medicines.dosage.bundles import Found

MOST_ENTRIES: Final = 200


class Document(Schema):
    """A MedicationRequest, a MedicationStatement or a Bundle of them; what FHIR says beside is passed over."""

    class Meta:
        unknown = INCLUDE

    resourceType = fields.String(  # noqa: N815  FHIR's own name
        required=True, validate=validate.OneOf(("MedicationRequest", "MedicationStatement", "Bundle"))
    )
    entry = fields.List(fields.Raw(), validate=validate.Length(max=MOST_ENTRIES))

    @validates_schema
    def _can_be_stored(self, data: dict[str, Any], **_: Any) -> None:
        if not all(map(is_storable, _words(data))):
            raise ValidationError("Contains characters that cannot be stored.")

    @post_load
    def _found(self, data: dict[str, Any], **_: Any) -> list[Found]:
        return bundles.resources(data)


class Imported(Schema):
    """What became of one resource."""

    place = fields.Integer(required=True, metadata={"description": "The number of its entry, from 0."})
    outcome = fields.String(
        required=True,
        metadata={
            "description": "imported; unclear: on the list, nobody is reminded until somebody has settled it; "
            "known: taken over before, nothing changed; refused; passed_over: no medicine"
        },
    )
    medicine_id = fields.UUID(required=True, allow_none=True, attribute="medicine.id", dump_default=None)
    name = fields.String(required=True, allow_none=True, attribute="medicine.name", dump_default=None)
    details = fields.List(fields.String(), required=True)


class ImportedAll(Schema):
    """What became of each resource, in their order."""

    items = fields.List(fields.Nested(Imported), required=True)


def _words(value: Any) -> Iterator[str]:
    """Every text in some JSON, names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from (name, *_words(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
