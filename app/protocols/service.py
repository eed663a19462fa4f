"""Use cases of protocols: approve a version, start and end a plan, set a personal limit."""

from __future__ import annotations

import hashlib
import pathlib
from datetime import date
from uuid import UUID

from sqlalchemy import select

from app import config
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.protocols import applied, queries
from app.protocols.content import Protocol
from app.protocols.models import MonitoringPlan, PersonalLimit, ProtocolApproval

FILES = pathlib.Path(__file__).parent / "files"


def start_plan(patient: AdmittedPatient, protocol_id: str, *, by: UUID) -> MonitoringPlan:
    """Start a plan with the newest version of a protocol that may run here.

    Raises Invalid where the protocol is not for this person (age, pregnancy, conditions) and Conflict where it runs.
    """
    protocol = _may_run(protocol_id)
    record = patients.record(patient)
    today = clock.today(patient.zone)
    age = _age(record.born_on, today) if record.born_on else protocol.applies_to.age_from
    conditions = {condition.strip().lower().replace(" ", "_") for condition in record.conditions}
    against = applied.reasons_against(protocol.applies_to, age=age, pregnant=record.is_pregnant, conditions=conditions)
    if against:
        raise Invalid(" ".join(against))
    if any(plan.protocol == protocol_id for plan in queries.plans(patient)):
        raise Conflict("This plan is running already.")
    plan = MonitoringPlan(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        protocol=protocol.id,
        version=protocol.version,
        started_by=by,
    )
    db.session.add(plan)
    db.session.flush()
    return plan


def end_plan(patient: AdmittedPatient, plan_id: UUID, *, by: UUID) -> None:
    """End a plan from this commit on; raises NotFound."""
    plan = db.session.get(MonitoringPlan, plan_id)
    if plan is None or plan.patient_id != patient.id or plan.ended_at:
        raise NotFound
    plan.ended_at, plan.ended_by = clock.now(), by


def set_limit(
    patient: AdmittedPatient, name: str, value: float, *, reason: str, review_on: date, by: UUID
) -> PersonalLimit:
    """Set a limit for one patient; it holds in every plan. Raises Invalid for a red inside its amber."""
    running = queries.plans_as_applied(patient)
    names = {known for plan in running for known in applied.limit_names(plan.protocol)}
    if name not in names:
        raise Invalid("No running plan has a limit of this name.", errors=[_fault("name", ", ".join(sorted(names)))])
    if review_on <= clock.today(patient.zone):
        raise Invalid("A limit needs a review in the future.", errors=[_fault("review_on", "is not in the future")])
    for plan in running:
        values = {known: limit.value for known, limit in plan.limits.items()} | {name: value}
        if problems := applied.problems(plan.protocol, values):
            raise Invalid("These limits contradict each other.", errors=[_fault("value", one) for one in problems])
    return _replace(patient, name, value, reason, review_on, by)


def end_limit(patient: AdmittedPatient, limit_id: UUID) -> None:
    """End a personal limit: the protocol's own holds again."""
    limit = db.session.get(PersonalLimit, limit_id)
    if limit is None or limit.patient_id != patient.id or limit.ended_at:
        raise NotFound
    limit.ended_at = clock.now()


def approve(protocol_id: str, version: str, *, name: str, role: str) -> ProtocolApproval:
    """Record a clinical safety officer's approval of exactly this text; raises NotFound and Conflict."""
    key = f"{protocol_id}@{version}"
    if key not in queries.registry():
        raise NotFound(f"There is no protocol {key}.")
    if queries.approval(protocol_id, version):
        raise Conflict(f"{key} was approved before.")
    approval = ProtocolApproval(
        protocol=protocol_id,
        version=version,
        digest=digest(protocol_id),
        approved_by=name,
        approver_role=role,
        approved_on=clock.now().date(),
    )
    db.session.add(approval)
    return approval


def approval_fault() -> str | None:
    """What runs here without approval, or that nothing may run because nobody has approved it."""
    if config.current().drafts_may_run:
        return None
    approved = {f"{one.id}@{one.version}" for one in queries.registry().values() if _is_approved(one)}
    if wrong := sorted(queries.versions_running() - approved):
        return f"Plans run by protocols whose text nobody approved: {', '.join(wrong)}. See flask protocols list."
    return None if approved else "No protocol is approved, so no plan can start: flask protocols approve."


def _is_approved(protocol: Protocol) -> bool:
    approval = queries.approval(protocol.id, protocol.version)
    return approval is not None and approval.digest == digest(protocol.id)


def digest(protocol_id: str) -> str:
    """The fingerprint of a protocol's file: an approval is of these very words."""
    return hashlib.sha256((FILES / f"{protocol_id}.yaml").read_bytes()).hexdigest()


def _may_run(protocol_id: str) -> Protocol:
    versions = sorted(p.version for p in queries.registry().values() if p.id == protocol_id)
    if not versions:
        raise Invalid("There is no protocol of this name.", errors=[_fault("protocol", "unknown")])
    protocol = queries.registry()[f"{protocol_id}@{versions[-1]}"]
    if not config.current().drafts_may_run and not _is_approved(protocol):
        raise Invalid("A clinical safety officer has not approved this version: flask protocols approve.")
    return protocol


def _replace(
    patient: AdmittedPatient, name: str, value: float, reason: str, review_on: date, by: UUID
) -> PersonalLimit:
    where = (PersonalLimit.patient_id == patient.id, PersonalLimit.name == name, PersonalLimit.ended_at.is_(None))
    if before := db.session.scalar(select(PersonalLimit).where(*where)):
        before.ended_at = clock.now()
        db.session.flush()
    limit = PersonalLimit(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        name=name,
        value=value,
        author_id=by,
        review_on=review_on,
    )
    limit.reason = reason
    db.session.add(limit)
    db.session.flush()
    return limit


def _age(born_on: date, today: date) -> int:
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def _fault(field: str, detail: str) -> dict[str, str]:
    return {"pointer": f"/{field}", "detail": detail}
