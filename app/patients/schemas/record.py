"""What a patient's record takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from app.core.schemas import Instant, Schema, Text, page_of
from app.identity import introductions
from app.patients.enrolment import Applicant, NewPatient

LANGUAGE = validate.Regexp(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?\Z", error="Not a language code such as en or ur.")
OF_PERSON = ("given_name", "family_name", "phone", "email", "language")


class YesNo(fields.Boolean):
    """true or false and nothing that only looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Not true or false.")
        return value


class PatientChange(Schema):
    """What can be changed of a record; what is left out stays, null empties it."""

    given_name = Text(longest=100)
    family_name = Text(longest=100)
    phone = Text(longest=30, allow_none=True)
    email = Text(longest=254, allow_none=True)
    language = fields.String(validate=LANGUAGE)
    zone = Text(longest=60)
    nhs_number = Text(longest=20, allow_none=True)
    born_on = fields.Date(allow_none=True)
    is_pregnant = YesNo()
    communication_needs = Text(longest=2000, allow_none=True)
    allergies = Text(longest=2000, allow_none=True)
    conditions = fields.List(Text(longest=200), validate=validate.Length(max=50))
    team_id = fields.UUID()
    coordinator_id = fields.UUID()


class Enrolment(Schema):
    """Somebody to enrol: found again, or made, by NHS number, phone or e-mail."""

    given_name = Text(required=True, longest=100)
    family_name = Text(required=True, longest=100)
    phone = Text(load_default=None, longest=30, allow_none=True)
    email = Text(load_default=None, longest=254, allow_none=True)
    language = fields.String(load_default="en", validate=LANGUAGE)
    coordinator_id = fields.UUID(required=True)
    zone = Text(load_default="Europe/London", longest=60)
    nhs_number = Text(load_default=None, longest=20, allow_none=True)
    born_on = fields.Date(load_default=None, allow_none=True)
    is_pregnant = YesNo(load_default=False)
    communication_needs = Text(load_default=None, longest=2000, allow_none=True)
    allergies = Text(load_default=None, longest=2000, allow_none=True)
    conditions = fields.List(Text(longest=200), load_default=list, validate=validate.Length(max=50))

    @post_load
    def _applicant(self, data: dict[str, Any], **_: Any) -> Applicant:
        who = introductions.introduced(**{name: data.pop(name) for name in OF_PERSON})
        return Applicant(who, NewPatient(**data))


class ContactOf(Schema):
    """A person by name, with the phone to tap."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)


class TeamOf(Schema):
    """A team by name."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class Patient(Schema):
    """A patient's record."""

    id = fields.UUID(required=True, attribute="record.id")
    organisation_id = fields.UUID(required=True, attribute="record.organisation_id")
    given_name = fields.String(required=True, attribute="person.given_name")
    family_name = fields.String(required=True, attribute="person.family_name")
    phone = fields.String(required=True, allow_none=True, attribute="person.phone")
    email = fields.String(required=True, allow_none=True, attribute="person.email")
    language = fields.String(required=True, attribute="person.language")
    team = fields.Nested(TeamOf, required=True)
    coordinator = fields.Nested(ContactOf, required=True)
    zone = fields.String(required=True, attribute="record.zone")
    nhs_number = fields.String(required=True, allow_none=True, attribute="record.nhs_number")
    born_on = fields.Date(required=True, allow_none=True, attribute="record.born_on")
    is_pregnant = fields.Boolean(required=True, attribute="record.is_pregnant")
    communication_needs = fields.String(required=True, allow_none=True, attribute="record.communication_needs")
    allergies = fields.String(required=True, allow_none=True, attribute="record.allergies")
    conditions = fields.List(fields.String(), required=True, attribute="record.conditions")
    enrolled_at = Instant(required=True, attribute="record.enrolled_at")
    ended_at = Instant(required=True, allow_none=True, attribute="record.ended_at")
    ended_reason = fields.String(required=True, allow_none=True, attribute="record.ended_reason")
    version = fields.Integer(required=True)


class PatientInList(Schema):
    """A patient in a team's list."""

    id = fields.UUID(required=True, attribute="record.id")
    given_name = fields.String(required=True, attribute="person.given_name")
    family_name = fields.String(required=True, attribute="person.family_name")
    born_on = fields.Date(required=True, allow_none=True, attribute="record.born_on")
    coordinator = fields.Nested(ContactOf, required=True)
    enrolled_at = Instant(required=True, attribute="record.enrolled_at")


Patients = page_of(PatientInList, "Patients")


class EndOfCare(Schema):
    """Why care ends."""

    reason = fields.String(required=True, validate=validate.OneOf(("died", "moved", "discharged", "declined")))


class ImportQuery(Schema):
    """Whether only to report."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "Report the same and store nothing."})


class EnrolmentList(Schema):
    """A list of people to enrol, as the text of a CSV file; its columns are in the documentation."""

    csv = Text(required=True, longest=1_000_000)
    coordinator_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "For rows naming none."})


class RowFault(Schema):
    """What is wrong with one row; the heading is row 1, and no column means the whole row."""

    row = fields.Integer(required=True)
    column = fields.String(required=True)
    detail = fields.String(required=True)


class ImportReport(Schema):
    """What became of a list: good rows are enrolled (or would be, in a dry run), bad ones are listed."""

    is_dry_run = fields.Boolean(required=True)
    rows = fields.Integer(required=True)
    enrolled = fields.Integer(required=True)
    known = fields.Integer(required=True, metadata={"description": "Enrolled before, left as they are."})
    errors = fields.List(fields.Nested(RowFault), required=True)
