"""Licensed instruments: which there are, and whose licence lets them be used."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core.errors import NotFound
from app.core.http import Routes
from app.ratings.models import InstrumentLicence
from app.ratings.queries import instruments as queries
from app.ratings.schemas import planning as schemas
from app.ratings.service import licensing

routes = Routes("licences", __name__, url_prefix="/api", description="Instruments and their licences")
P: Final = Permission.CHANGE_LICENCES
ADMIN: Final = guards.on_caseload(P)


@routes.get("/instruments", access=ADMIN, gives={200: schemas.LoadedInstruments})
def instruments(caller: Caller) -> dict[str, Any]:
    """Every instrument whose file is there."""
    return {"items": list(queries.registry().values())}


@routes.get("/instrument-licences", access=ADMIN, gives={200: schemas.Licences})
def licences(caller: Caller) -> dict[str, Any]:
    """Every licence that the caller's organisations recorded."""
    return {"items": [one for each in caller.organisations(P) for one in queries.licences(each)]}


@routes.post("/instrument-licences", access=ADMIN, takes=schemas.NewLicence(), gives={201: schemas.Licence})
def record(caller: Caller, body: dict[str, Any]) -> InstrumentLicence:
    """Record a licence, in the place of the one before."""
    if body["organisation_id"] not in caller.organisations(P):
        raise NotFound
    return licensing.record(**body, by=caller.person_id)


@routes.post(
    "/instrument-licences/<uuid:licence_id>/end",
    access=ADMIN,
    keyed=False,
    gives={200: schemas.Licence},
)
def end(caller: Caller, licence_id: UUID) -> InstrumentLicence:
    """End a licence: no new rating from now on."""
    known = queries.recorded(licence_id, caller.organisations(P))
    return licensing.end(known.organisation_id, known.id, caller.person_id)
