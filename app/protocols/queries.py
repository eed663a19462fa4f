"""Reads of protocols: the registry, plans and limits of a patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app.core.db import db
from app.identity.models import Person
from app.patients.admission import AdmittedPatient
from app.protocols import applied
from app.protocols.applied import AppliedPlan, Limit
from app.protocols.content import Protocol
from app.protocols.models import MonitoringPlan, PersonalLimit, ProtocolApproval

# For a statement that reads a whole case at once: sub-selects over :patient_id that give JSON.
PLANS_JSON = """
    (select jsonb_agg(jsonb_build_array(mp.id, mp.protocol, mp.version)) from monitoring_plan mp
        where mp.patient_id = :patient_id and mp.ended_at is null)
"""
LIMITS_JSON = """
    (select jsonb_agg(jsonb_build_array(pl.name, pl.value, lp.given_name || ' ' || lp.family_name, pl.created_at))
        from personal_limit pl join person lp on lp.id = pl.author_id
        where pl.patient_id = :patient_id and pl.ended_at is null)
"""


def registry() -> Mapping[str, Protocol]:
    """Every loaded protocol by id@version."""
    protocols: Mapping[str, Protocol] = current_app.extensions["protocols"]
    return protocols


def applied_plans(plans: Sequence[Any] | None, limits: Sequence[Any] | None) -> list[AppliedPlan]:
    """The plans as rules see them, from what PLANS_JSON and LIMITS_JSON gave.

    Raises KeyError for a plan whose protocol file is gone: such a reading is not judged, and somebody is told.
    """
    personal = {name: Limit(value, "personal", who, _day(when)) for name, value, who, when in limits or ()}
    known = registry()
    return [applied.apply(UUID(i), known[f"{name}@{version}"], personal=personal) for i, name, version in plans or ()]


@lru_cache(maxsize=1000)
def _day(moment: str) -> str:
    """The day of an instant as people write it: 5 June 2026."""
    day = datetime.fromisoformat(moment)
    return f"{day.day} {day:%B %Y}"


def plans(patient: AdmittedPatient) -> Sequence[MonitoringPlan]:
    """The running plans of a patient."""
    where = (MonitoringPlan.patient_id == patient.id, MonitoringPlan.ended_at.is_(None))
    return db.session.scalars(
        select(MonitoringPlan).where(*where).order_by(MonitoringPlan.created_at, MonitoringPlan.id)
    ).all()


def limits(patient: AdmittedPatient) -> list[tuple[PersonalLimit, str]]:
    """The running personal limits of a patient, each with its author's name."""
    where = (PersonalLimit.patient_id == patient.id, PersonalLimit.ended_at.is_(None))
    both = select(PersonalLimit, Person).join(Person, Person.id == PersonalLimit.author_id).where(*where)
    return [(limit, author.name) for limit, author in db.session.execute(both.order_by(PersonalLimit.name))]


def limit_values(patient: AdmittedPatient, names: Collection[str]) -> dict[str, float]:
    """The running personal limits of these names."""
    where = (PersonalLimit.patient_id == patient.id, PersonalLimit.ended_at.is_(None), PersonalLimit.name.in_(names))
    found = db.session.execute(select(PersonalLimit.name, PersonalLimit.value).where(*where))
    return {row.name: row.value for row in found}


def plans_as_applied(patient: AdmittedPatient) -> list[AppliedPlan]:
    """The running plans of a patient as rules see them."""
    own = {
        limit.name: Limit(limit.value, "personal", author, _day(limit.created_at.isoformat()))
        for limit, author in limits(patient)
    }
    known = registry()
    return [applied.apply(plan.id, known[f"{plan.protocol}@{plan.version}"], personal=own) for plan in plans(patient)]


def watched_measures(patient: AdmittedPatient) -> set[str]:
    """The measures that running plans look at; a plan whose file is gone looks at nothing."""
    known = registry()
    running = (known.get(f"{plan.protocol}@{plan.version}") for plan in plans(patient))
    return {measure for protocol in running if protocol for measure in protocol.by_measure}


def approval(protocol: str, version: str) -> ProtocolApproval | None:
    """The approval of one version, if there is one."""
    where = (ProtocolApproval.protocol == protocol, ProtocolApproval.version == version)
    return db.session.scalar(select(ProtocolApproval).where(*where))


def versions_running() -> set[str]:
    """The versions, as id@version, that some running plan uses."""
    running = (
        select(MonitoringPlan.protocol, MonitoringPlan.version).where(MonitoringPlan.ended_at.is_(None)).distinct()
    )
    return {f"{protocol}@{version}" for protocol, version in db.session.execute(running)}
