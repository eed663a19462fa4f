"""Reads of the demo: is there anything yet, and what its replay came to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.db import db


@dataclass(frozen=True, slots=True)
class Kind:
    """Alerts of one kind: the rule of the worst finding, and the worst severity they reached."""

    rule: str
    severity: str
    alerts: int
    on_worklist: int


_KINDS = text("""
    select rule, severity, count(*) as alerts, count(*) filter (where state <> 'resolved') as on_worklist
    from (select distinct on (a.id) f.rule, a.severity, a.state
            from alert a join finding f on f.alert_id = a.id
            order by a.id, f.severity = a.severity desc, f.measured_at, f.rule) worst
    group by rule, severity
    order by array_position(array['emergency', 'red', 'amber', 'note'], severity), rule
""")


def alerts_by_kind() -> list[Kind]:
    """Every alert there has been, counted by rule and severity, worst first."""
    return [Kind(*row) for row in db.session.execute(_KINDS)]


def is_empty() -> bool:
    """Whether nobody is here yet."""
    return not db.session.scalar(text("select exists (select from organisation)"))


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is."""

    patients: int
    readings: int
    copies: int
    alerts: int
    open_alerts: int
    texts: int


_TOTALS = text("""
    select (select count(*) from patient) as patients, (select count(*) from reading) as readings,
        (select count(*) from reading where copy_of is not null) as copies, (select count(*) from alert) as alerts,
        (select count(*) from alert where state <> 'resolved') as open_alerts,
        (select count(*) from sandbox_message) as texts
""")


def totals() -> Totals:
    """How much there is of everything that the demo brings."""
    return Totals(*db.session.execute(_TOTALS).one())
