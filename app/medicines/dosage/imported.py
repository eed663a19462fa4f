"""A FHIR MedicationRequest or MedicationStatement (R4, and R5 where it moved) as a medicine with its schedules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from app.medicines.dosage import fhir, snomed
from app.medicines.dosage.fhir import Planned
from app.medicines.dosage.problems import Node, Problem
from app.medicines.patterns import AsDirected

SYSTEMS: Final = frozenset({"http://snomed.info/sct", "https://dmd.nhs.uk"})
LEVELS: Final = frozenset({"VTM", "VMP", "AMP", "VMPP", "AMPP"})
RUNNING: Final = {"MedicationRequest": {"active"}, "MedicationStatement": {"active", "recorded"}}
# Somebody's idea of a prescription is not one.
ORDERS: Final = frozenset({"", "order", "original-order", "reflex-order", "filler-order", "instance-order"})


@dataclass(frozen=True, slots=True)
class DmdCode:
    """A code of the NHS dictionary of medicines and devices; `level` None: nobody said which of the five it is."""

    code: str
    display: str
    level: str | None


@dataclass(frozen=True, slots=True)
class Imported:
    """A medicine as it came. With problems there are no reminders; without a name there is no medicine."""

    name: str
    code: DmdCode | None
    reason: str
    status: str
    text: str
    planned: tuple[Planned, ...]
    problems: tuple[Problem, ...] = ()


def read(resource: object, first_at: datetime, level: str | None = None) -> Imported:
    """One resource; unknown fields are passed over, what could change the meaning and is not known never is."""
    problems: list[Problem] = []
    node = Node(resource if isinstance(resource, Mapping) else {}, "", problems)
    kind = node.words("resourceType")
    if kind not in RUNNING:
        node.problem("This is neither a MedicationRequest nor a MedicationStatement.", "resourceType")
    for name in ("modifierExtension", "implicitRules"):
        if node.has(name):
            node.problem("Something changes what this means, and Kith does not know it.", name)
    name, code = _medicine(node, level)
    dosages = "dosageInstruction" if kind == "MedicationRequest" else "dosage"
    reading = fhir.read(node.raw.get(dosages), first_at, f"/{dosages}")
    status = _in_force(node, kind)
    problems += reading.problems
    planned = reading.planned
    if problems:
        why = " ".join(dict.fromkeys(problem.says for problem in problems))
        planned = (Planned(AsDirected(why), reading.text),)
    return Imported(name, code, _reason(node), status, reading.text, planned, tuple(problems))


def _in_force(node: Node, kind: str) -> str:
    """The status; only what is in force, ordered and not forbidden may be reminded of."""
    status = node.words("status")
    if kind in RUNNING and status not in RUNNING[kind]:
        node.problem(f"Its status is “{status or 'not said'}”: it is kept as a record only.", "status")
    if kind == "MedicationRequest" and node.words("intent") not in ORDERS:
        node.problem("It is a proposal or a plan, not an order.", "intent")
    if node.raw.get("doNotPerform") not in (None, False):
        node.problem("It says that this is not to be taken.", "doNotPerform")
    return status


def _medicine(node: Node, level: str | None) -> tuple[str, DmdCode | None]:
    """The name as it came and the dm+d code, from a concept, a contained Medication, or R5's reference to both."""
    concept, display = _concept(node)
    codings = concept.all_within("coding")
    code = next((found for coding in codings if (found := _code(coding, level))), None)
    displays = [coding.words("display") for coding in codings]
    name = next((words for words in (concept.words("text"), *displays, display) if words), "")
    if not name:
        node.problem("The medicine has no name.", "medicationCodeableConcept")
    return name, code


def _concept(node: Node) -> tuple[Node, str]:
    if node.has("medicationCodeableConcept"):
        return node.within("medicationCodeableConcept"), ""
    new = node.within("medication")
    if new.has("concept"):
        return new.within("concept"), ""
    reference = new.within("reference") if new.has("reference") else node.within("medicationReference")
    wanted = reference.words("reference").removeprefix("#")
    for contained in node.all_within("contained"):
        if wanted and contained.words("id") == wanted and contained.words("resourceType") == "Medication":
            return contained.within("code"), reference.words("display")
    return replace(reference, raw={}), reference.words("display")


def _code(coding: Node, level: str | None) -> DmdCode | None:
    if coding.words("system") not in SYSTEMS:
        return None
    code = coding.words("code")
    if not snomed.is_valid(code):
        coding.problem("This is no SNOMED CT code: its check digit is wrong.", "code")
        return None
    return DmdCode(code, coding.words("display"), _level(coding) or level)


def _level(coding: Node) -> str | None:
    """From an extension whose value is one of the five levels."""
    for extension in coding.all_within("extension"):
        for name in ("valueCode", "valueString"):
            if extension.words(name).upper() in LEVELS:
                return extension.words(name).upper()
    return None


def _reason(node: Node) -> str:
    """In words: R4 reasonCode, R5 reason.concept."""
    concepts = node.all_within("reasonCode") + [one.within("concept") for one in node.all_within("reason")]
    said: list[str] = []
    for concept in concepts:
        coded: list[Any] = [coding.words("display") for coding in concept.all_within("coding")]
        said.append(concept.words("text") or next((words for words in coded if words), ""))
    return "; ".join(words for words in said if words)
