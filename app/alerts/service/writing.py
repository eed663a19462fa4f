"""The one statement that writes what judging concluded: alerts, findings, history and deliveries together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from app import config
from app.alerts.episodes import Change, Key, key_of
from app.alerts.judging import FindingKey
from app.core import clock
from app.core.db import HotStatement, db
from app.core.ids import new_id
from app.notifications import service as notifications
from app.notifications import texts
from app.patients.admission import AdmittedPatient
from app.rules.findings import Finding

_WRITE = HotStatement(f"""
    with opened as (
        insert into alert (id, organisation_id, patient_id, team_id, owner_id, measure, direction, family, severity,
            state, why, opened_at, acknowledge_by, fresh_severity, previous_id, created_at, version)
        select id, :organisation_id, :patient_id, :team_id, :owner_id, measure, direction, family, severity, 'open',
            why, :now, look_by, fresh,
            (select p.id from alert p where p.patient_id = :patient_id and p.measure = o.measure
                and p.direction = o.direction and p.family = o.family and p.state = 'resolved'
                order by p.resolved_at desc limit 1), :now, 1
        from jsonb_to_recordset(cast(:changes as jsonb)) as o (id uuid, kind text, measure text, direction text,
            family text, severity text, why text, look_by timestamptz, fresh text)
        where kind = 'opened'
    ), changed as (
        update alert a set settled_at = null, version = a.version + 1,
            severity = c.severity, fresh_severity = c.fresh,
            why = case when c.kind = 'raised' then c.why else a.why end,
            state = case when c.kind = 'raised' then 'open' else a.state end,
            acknowledge_by = case when c.kind = 'raised' then c.look_by else a.acknowledge_by end,
            lead_told_at = case when c.is_texted then null else a.lead_told_at end
        from jsonb_to_recordset(cast(:changes as jsonb)) as c (id uuid, kind text, severity text, why text,
            look_by timestamptz, fresh text, is_texted bool)
        where a.patient_id = :patient_id and a.id = c.id and c.kind <> 'opened'
    ), found as (
        insert into finding as f (id, created_at, organisation_id, patient_id, reading_id, alert_id, protocol, version,
            rule, measure, direction, family, severity, measured_at, value, value_2, comparator, "limit", limit_name,
            limit_origin, why, means, "do", look_by, repeat_until, is_confirmed, is_prompt, is_late)
        select id, :now, :organisation_id, :patient_id, reading_id, alert_id, protocol, version, rule, measure,
            direction, family, severity, measured_at, value, value_2, comparator, "limit", limit_name, limit_origin,
            why, means, "do", look_by, repeat_until, is_confirmed, is_prompt, is_late
        from jsonb_to_recordset(cast(:findings as jsonb)) as r (id uuid, reading_id uuid, alert_id uuid, protocol text,
            version text, rule text, measure text, direction text, family text, severity text, measured_at timestamptz,
            value float8, value_2 float8, comparator text, "limit" float8, limit_name text, limit_origin text, why text,
            means text, "do" text, look_by timestamptz, repeat_until timestamptz, is_confirmed bool, is_prompt bool,
            is_late bool)
        on conflict (patient_id, reading_id, protocol, rule) do update set severity = excluded.severity,
            direction = excluded.direction, family = excluded.family, why = excluded.why, means = excluded.means,
            "do" = excluded."do", repeat_until = excluded.repeat_until, is_confirmed = excluded.is_confirmed,
            is_prompt = excluded.is_prompt, alert_id = coalesce(excluded.alert_id, f.alert_id), withdrawn_at = null
    ), noted as (
        insert into alert_event (id, created_at, organisation_id, patient_id, alert_id, kind, severity)
        select event_id, :now, :organisation_id, :patient_id, id, kind, severity
        from jsonb_to_recordset(cast(:changes as jsonb)) as e (id uuid, event_id uuid, kind text, severity text)
    ), told as (
        {notifications.INSERT_FROM_JSON}
    )
    select 1
""")  # noqa: S608  built from the constants of this code

_SETTLE = text("""
    with given as (
        select * from jsonb_to_recordset(cast(:settled as jsonb)) as s (alert_id uuid, event_id uuid)
    ), settled as (
        update alert a set settled_at = :now, version = a.version + 1 from given
        where a.id = given.alert_id and a.settled_at is null returning a.id, given.event_id
    )
    insert into alert_event (id, created_at, organisation_id, patient_id, alert_id, kind)
    select event_id, :now, :organisation_id, :patient_id, id, 'settled' from settled
""")
_WITHDRAW = text("""
    update finding f set withdrawn_at = :now
    from jsonb_to_recordset(cast(:keys as jsonb)) as k (reading_id uuid, protocol text, rule text)
    where f.patient_id = :patient_id and f.reading_id = k.reading_id and f.protocol = k.protocol and f.rule = k.rule
""")


def write(
    patient: AdmittedPatient,
    changes: Mapping[Key, Change],
    findings: Sequence[Finding] = (),
    measured_at: Mapping[UUID, datetime] | None = None,
    text_name: str | None = None,
) -> None:
    """Write changes of alerts with their history, findings, and one text for each change that is told."""
    now = clock.now()
    told = [_delivery(patient, one, text_name or f"alert_{one.kind}") for one in changes.values() if one.is_texted]
    rows = [_finding_row(one, changes.get(key_of(one)), measured_at or {}) for one in findings]
    _WRITE.rows(
        {
            **_whose(patient, now),
            "team_id": patient.team_id,
            "owner_id": patient.coordinator_id,
            "changes": _json([_change_row(one) for one in changes.values()]),
            "findings": _json(rows),
            "deliveries": _json(told),
        }
    )
    if told:
        notifications.wake_senders()


def settle(patient: AdmittedPatient, alert_ids: Sequence[UUID]) -> None:
    """Mark alerts as settled; only a person resolves them."""
    rows = [{"alert_id": one, "event_id": new_id()} for one in alert_ids]
    db.session.execute(_SETTLE, _whose(patient, clock.now()) | {"settled": _json(rows)})


def withdraw(patient: AdmittedPatient, keys: Sequence[FindingKey]) -> None:
    """Mark findings as no longer holding; their alerts stay for their owner."""
    rows = [{"reading_id": reading, "protocol": protocol, "rule": rule} for reading, protocol, rule in keys]
    db.session.execute(_WITHDRAW, {"now": clock.now(), "patient_id": patient.id, "keys": _json(rows)})


def _delivery(patient: AdmittedPatient, change: Change, name: str) -> dict[str, Any]:
    body = text_about(patient, name, change.alert_id, change.severity, change.look_by, patient.coordinator_given_name)
    return notifications.delivery_row(**about_alert(patient, change.alert_id, patient.coordinator_id, body))


def about_alert(patient: AdmittedPatient, alert_id: UUID, reader_id: UUID, body: str) -> dict[str, Any]:
    """The facts of a delivery about an alert, to one reader."""
    return {
        "organisation_id": patient.organisation_id,
        "patient_id": patient.id,
        "recipient_id": reader_id,
        "about": "alert",
        "about_id": alert_id,
        "kind": "alert",
        "body": body,
    }


def text_about(
    patient: AdmittedPatient, name: str, alert_id: UUID, severity: str, by: datetime | None, reader: str
) -> str:
    """The words of a text about an alert: who, what to do, by when, link; nothing clinical but its colour."""
    at = (by or clock.now()).astimezone(patient.team_zone)
    is_today = at.date() == clock.today(patient.team_zone)
    variables = {
        "reader": texts.first_name(reader),
        "patient": texts.name_with_initial(patient.given_name, patient.family_name),
        "by": f"{at:%H:%M}" if is_today else f"{at:%a %H:%M}",
        "link": f"{config.current().public_url}/a/{alert_id}",
    }
    if name != "not_judged":
        variables["severity"] = "AMBER" if severity in ("note", "amber") else "RED"
    return texts.render(name, "en", **variables)


def _change_row(change: Change) -> dict[str, Any]:
    measure, direction, family = change.key
    return {
        "id": change.alert_id,
        "event_id": new_id(),
        "kind": change.kind,
        "measure": measure,
        "direction": direction,
        "family": family,
        "severity": str(change.severity),
        "why": change.why,
        "look_by": change.look_by,
        "fresh": change.fresh and str(change.fresh),
        "is_texted": change.is_texted,
    }


def _finding_row(finding: Finding, change: Change | None, measured_at: Mapping[UUID, datetime]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "reading_id": finding.reading_id,
        "alert_id": change.alert_id if change and not finding.prompt else None,
        "protocol": finding.protocol,
        "version": finding.version,
        "rule": finding.rule,
        "measure": finding.measure,
        "direction": str(finding.direction),
        "family": str(finding.family),
        "severity": str(finding.severity),
        "measured_at": measured_at[finding.reading_id],
        "value": finding.value,
        "value_2": finding.value_2,
        "comparator": finding.comparator,
        "limit": finding.limit,
        "limit_name": finding.limit_name,
        "limit_origin": finding.limit_origin,
        "why": finding.why,
        "means": finding.means,
        "do": finding.do,
        "look_by": change.look_by if change else None,
        "repeat_until": finding.awaiting_repeat_until,
        "is_confirmed": finding.confirmed,
        "is_prompt": finding.prompt,
        "is_late": finding.late,
    }


def _whose(patient: AdmittedPatient, now: datetime) -> dict[str, Any]:
    return {"organisation_id": patient.organisation_id, "patient_id": patient.id, "now": now}


def _json(rows: Sequence[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
