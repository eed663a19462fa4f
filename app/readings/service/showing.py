"""One measure over some days as a chart needs it, and the note that it was looked at, in one statement.

PostgreSQL writes the JSON: a chart is asked for often, and nothing in Kith needs its points one by one.
"""

from __future__ import annotations

from datetime import datetime

import orjson

from app.core import audit
from app.core.db import HotStatement
from app.core.errors import NotFound
from app.patients.admission import AdmittedPatient
from app.readings import catalogue
from app.readings.queries.visible import SHOWN_SQL

MOST = 5000  # points; a chart shows no more, newest first when there are

# Both ends of the time are named: with one, PostgreSQL would plan anew for each chart, which costs more than the chart.
_SERIES = f"""
    with audited as ({audit.INSERT_FROM_JSON}), newest as (
        select r.id, r.measured_at, r.value, r.value_2, r.comparator, r.code, r.copy_of is not null as is_copy
        from reading r
        where r.patient_id = :patient_id and r.measure = :measure and r.measured_at between :since and 'infinity'
            and not exists (select from reading_correction c where c.patient_id = r.patient_id and c.reading_id = r.id)
            {{also}}
        order by r.measured_at desc limit {MOST}
    )
    select cast(json_build_object('measure', cast(:measure as text), 'units', cast(:units as jsonb),
        'points', coalesce(json_agg(newest order by measured_at), '[]')) as text) as series
    from newest
"""  # noqa: S608  built from constants
_FOR_ALL, _FOR_CIRCLE = HotStatement(_SERIES.format(also="")), HotStatement(_SERIES.format(also=f"and {SHOWN_SQL}"))


def series(patient: AdmittedPatient, measure: str, since: datetime) -> str:
    """The points of a measure since an instant, oldest first, as JSON; what was entered in error is left out."""
    known = catalogue.find(measure)
    if known is None:
        raise NotFound
    values = {
        "patient_id": patient.id,
        "measure": measure,
        "since": since,
        "units": orjson.dumps([scale.unit for scale in known.scales]).decode(),
        "audit": audit.take(),
    }
    statement = _FOR_CIRCLE if patient.is_for_circle else _FOR_ALL
    found: str = statement.rows(values)[0]["series"]
    return found
