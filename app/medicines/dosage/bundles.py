"""The resources of a FHIR document to import: one by itself or those of a Bundle, each with what it refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.medicines.dosage.imported import RUNNING

NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One resource of a document. `place`: the number of its entry; `nhs_numbers`: whom it says that it is about."""

    place: int
    resource: Resource
    nhs_numbers: frozenset[str]

    @property
    def is_medicine(self) -> bool:
        return self.resource.get("resourceType") in RUNNING

    @property
    def identity(self) -> str:
        """What it is known by when it comes again: its identifier, else the whole of what it says."""
        named = sorted(f"{system}|{value}" for system, value in _identifiers(self.resource) if value)
        if named:
            return "\n".join(named)
        return orjson.dumps(dict(self.resource), option=orjson.OPT_SORT_KEYS).decode()


def resources(document: Resource) -> list[Found]:
    """Everything that a document holds, in its order; Patients and Medications stand with what refers to them."""
    if document.get("resourceType") != "Bundle":
        return [Found(0, document, _about(document, {}))]
    entries = [one for one in _list(document.get("entry")) if isinstance(one, Mapping)]
    held = [(one, resource) for one in entries if isinstance(resource := one.get("resource"), Mapping)]
    by_address = {address: resource for entry, resource in held for address in _addresses(entry, resource)}
    return [
        Found(place, _whole(resource, by_address), _about(resource, by_address))
        for place, (_, resource) in enumerate(held)
    ]


def _whole(resource: Resource, by_address: Mapping[str, Resource]) -> Resource:
    """A resource with the Medication that it refers to, where that stands beside it."""
    wanted = [_reference(resource.get("medicationReference")), _reference(_within(resource, "medication", "reference"))]
    medications = [{**by_address[one], "id": one} for one in wanted if one in by_address]
    if not medications:
        return resource
    return {**resource, "contained": [*_list(resource.get("contained")), *medications]}


def _about(resource: Resource, by_address: Mapping[str, Resource]) -> frozenset[str]:
    """The NHS numbers of its subject: said with it, or with the Patient that it refers to."""
    subject = resource.get("subject")
    if not isinstance(subject, Mapping):
        return frozenset()
    reference = _reference(subject)
    contained = {f"#{one.get('id')}": one for one in _list(resource.get("contained")) if isinstance(one, Mapping)}
    patient = contained.get(reference) or by_address.get(reference) or {}
    said = [*_identifiers(subject), *_identifiers(patient)]
    return frozenset(re.sub(r"\D", "", value) for system, value in said if system == NHS_NUMBER)


def _identifiers(resource: Resource) -> Iterator[tuple[str, str]]:
    raw = resource.get("identifier")
    for one in [raw] if isinstance(raw, Mapping) else _list(raw):
        if isinstance(one, Mapping):
            yield str(one.get("system") or ""), str(one.get("value") or "")


def _addresses(entry: Resource, resource: Resource) -> list[str]:
    return [str(entry.get("fullUrl") or ""), f"{resource.get('resourceType')}/{resource.get('id')}"]


def _within(resource: Resource, *names: str) -> object:
    found: object = resource
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _reference(value: object) -> str:
    return str(value.get("reference") or "") if isinstance(value, Mapping) else ""


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()
