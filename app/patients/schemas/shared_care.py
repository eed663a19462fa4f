"""What shared care takes and gives, and the handing over of a coordinator's patients."""

from __future__ import annotations

from marshmallow import fields

from app.core.schemas import Instant, Schema, Text, page_of

SHORTEST = 20  # characters of how the patient agreed: a name or "yes" is no record of an agreement


class NewAgreement(Schema):
    """With which team of another organisation, until when at most a year ahead, and how the patient agreed."""

    organisation = Text(required=True, longest=200, metadata={"description": "Its name, exactly."})
    team = Text(required=True, longest=100, metadata={"description": "Its name, exactly."})
    ends_on = fields.Date(required=True)
    agreement = Text(
        required=True,
        shortest=SHORTEST,
        longest=1000,
        metadata={"description": "How and when the patient agreed, in words; kept."},
    )


class Agreement(Schema):
    """An agreement that a team of another organisation sees a record until a day."""

    id = fields.UUID(required=True, attribute="row.id")
    organisation = fields.String(required=True)
    team = fields.String(required=True)
    ends_on = fields.Date(required=True, attribute="row.ends_on")
    agreement = fields.String(required=True, attribute="row.agreement")
    agreed_by = fields.String(required=True)
    agreed_at = Instant(required=True, attribute="row.created_at")


class Agreements(Schema):
    """With whom a record is shared now, the last agreed first."""

    items = fields.List(fields.Nested(Agreement), required=True)


class SharedPatient(Schema):
    """A patient of another organisation whom a team sees until a day."""

    patient_id = fields.UUID(required=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    organisation = fields.String(required=True)
    team = fields.String(required=True)
    ends_on = fields.Date(required=True, attribute="agreement.ends_on")


SharedPatients = page_of(SharedPatient, "SharedPatients")


class Caseload(Schema):
    """How many running patients one coordinator has."""

    person_id = fields.UUID(required=True)
    patients = fields.Integer(required=True)


class Caseloads(Schema):
    """The coordinators of a team; 0 for whoever is named only where care has ended."""

    items = fields.List(fields.Nested(Caseload), required=True)


class HandOver(Schema):
    """Whose patients go to whom, both coordinators of this team."""

    from_id = fields.UUID(required=True)
    to_id = fields.UUID(required=True)


class HandedOver(Schema):
    """How many patients have a new named coordinator."""

    handed_over = fields.Integer(required=True)
