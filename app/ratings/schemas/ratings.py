"""Ratings, what is being written, and how far somebody has come."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from app.core.pages import PageQuery
from app.core.schemas import Instant, Schema, Text, page_of
from app.ratings import voicing
from app.ratings.entering import LONGEST_NOTE, LONGEST_REASON, NewCorrection, NewRating, Said
from app.ratings.models import VOICES
from app.ratings.queries.drafts import Draft as OneDraft
from app.ratings.queries.shown import SideBySide as Both
from app.ratings.queries.shown import Travelled

MOST_AREAS = 12
_FEW = validate.Length(max=MOST_AREAS)


class Code(Text):
    """The code of an instrument or an area."""

    def __init__(self, **more: Any) -> None:
        super().__init__(longest=40, **more)


def _scores(**more: Any) -> fields.Dict:
    score = fields.Integer(strict=True, allow_none=True)
    return fields.Dict(keys=Code(), values=score, validate=_FEW, **more)


def _notes() -> fields.Dict:
    return fields.Dict(keys=Code(), values=Text(longest=LONGEST_NOTE), validate=_FEW, load_default=dict)


class RatingQuery(PageQuery):
    """Which ratings; without `corrected` those that stand."""

    code = Code(load_default=None)
    voice = Text(one_of=VOICES, load_default=None)
    corrected = fields.Boolean(load_default=False)


class OfInstrument(Schema):
    """Of which instrument."""

    code = Code(required=True)


class OfVoice(OfInstrument):
    """Of which instrument, in whose voice."""

    voice = Text(one_of=VOICES, load_default=voicing.PATIENT)


class NewRatingSchema(Schema):
    """A whole rating; the id is the sender's own, and a resend is the same rating. Areas may be left out, or null."""

    id = fields.UUID(required=True)
    code = Code(required=True)
    voice = Text(required=True, one_of=VOICES)
    scores = _scores(required=True)
    notes = _notes()
    rated_at = Instant(load_default=None, allow_none=True)
    version = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 10_000))
    on_paper = fields.Boolean(load_default=False)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewRating:
        return NewRating(**data)


class NewCorrectionSchema(Schema):
    """What is put in the place of a rating, whole, and why."""

    id = fields.UUID(required=True)
    scores = _scores(required=True)
    notes = _notes()
    reason = Text(required=True, longest=LONGEST_REASON)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewCorrection:
        return NewCorrection(**data)


class RatedArea(Schema):
    """One area of a rating; no score: it was left out."""

    area = fields.String(required=True, attribute="area.code")
    name = fields.String(required=True, attribute="area.name")
    score = fields.Integer(required=True, allow_none=True)
    stage = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class Rating(Schema):
    """A rating in the words of its version of the instrument; once `replaced_at` is set a correction stands for it."""

    id = fields.UUID(required=True)
    sent_as = fields.UUID(required=True, attribute="client_id")
    code = fields.String(required=True)
    version = fields.Integer(required=True, attribute="instrument.version")
    instrument = fields.String(required=True, attribute="instrument.name")
    attribution = fields.String(required=True, attribute="instrument.attribution")
    voice = Text(required=True, one_of=VOICES)
    occasion = fields.String(required=True, allow_none=True)
    rated_at = Instant(required=True)
    rated_by = fields.String(required=True, attribute="rated_by_name")
    rated_as = fields.String(required=True, attribute="rated_role")
    channel = fields.String(required=True)
    lowest = fields.Integer(required=True, attribute="instrument.lowest")
    highest = fields.Integer(required=True, attribute="instrument.highest")
    areas = fields.List(fields.Nested(RatedArea), required=True)
    mean = fields.Float(required=True, allow_none=True)
    corrects_id = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    replaced_at = Instant(required=True, allow_none=True)


Ratings = page_of(Rating, "Ratings")


class SaidSchema(Schema):
    """What somebody says of one area; no score: it is left out."""

    score = fields.Integer(strict=True, load_default=None, allow_none=True)
    note = Text(longest=LONGEST_NOTE, load_default=None, allow_none=True)

    @post_load
    def _said(self, data: dict[str, Any], **_: Any) -> Said:
        return Said(**data)


class DraftChange(Schema):
    """What was said of some areas; the others stay as they were said."""

    code = Code(required=True)
    voice = Text(required=True, one_of=VOICES)
    said = fields.Dict(keys=Code(), values=fields.Nested(SaidSchema), required=True, validate=_FEW)
    on_paper = fields.Boolean(load_default=False)


class SaidSoFar(Schema):
    """What was said of one area."""

    area = fields.String(required=True)
    score = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class Draft(Schema):
    """A rating of one's own that is being written; `next_area` is the first of which nothing was said yet."""

    id = fields.UUID(required=True, attribute="client_id")
    code = fields.String(required=True)
    version = fields.Integer(required=True, attribute="instrument.version")
    attribution = fields.String(required=True, attribute="instrument.attribution")
    voice = fields.String(required=True)
    touched_at = Instant(required=True)
    said = fields.List(fields.Nested(SaidSoFar), required=True)
    next_area = fields.String(required=True, allow_none=True)


class Drafts(Schema):
    """What one is writing."""

    items = fields.List(fields.Nested(Draft), required=True)


class MovedArea(Schema):
    """One area from the first rating that says it to the last."""

    area = fields.String(required=True)
    name = fields.String(required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    change = fields.Integer(required=True)
    first_at = Instant(required=True)
    last_at = Instant(required=True)


class DistanceTravelled(Schema):
    """How far somebody has come; areas that were said once have travelled nowhere yet, and are not here."""

    code = fields.String(required=True)
    voice = fields.String(required=True)
    ratings = fields.Integer(required=True)
    areas = fields.List(fields.Nested(MovedArea), required=True)
    raised = fields.Integer(required=True)
    kept = fields.Integer(required=True)
    fell = fields.Integer(required=True)
    overall = fields.Float(required=True, allow_none=True)
    attribution = fields.String(required=True)


class ApartArea(Schema):
    """An area that the patient and the team see differently."""

    area = fields.String(required=True)
    patient = fields.Integer(required=True)
    team = fields.Integer(required=True)


class SideBySide(Schema):
    """The newest rating of each voice that one may see, and where patient and team disagree."""

    code = fields.String(required=True)
    patient = fields.Nested(Rating, required=True, allow_none=True)
    together = fields.Nested(Rating, required=True, allow_none=True)
    team = fields.Nested(Rating, required=True, allow_none=True)
    apart = fields.List(fields.Nested(ApartArea), required=True)


def drafted(one: OneDraft) -> dict[str, Any]:
    """A draft as it is given."""
    said = [{"area": area, "score": each.score, "note": each.note} for area, each in one.said.items()]
    upcoming = one.next_area
    return {
        "client_id": one.row.client_id,
        "code": one.row.code,
        "instrument": one.instrument,
        "voice": one.row.voice,
        "touched_at": one.row.touched_at,
        "said": said,
        "next_area": upcoming.code if upcoming else None,
    }


def travelled(one: Travelled) -> dict[str, Any]:
    """Distance travelled as it is given; an area has its name of the last version that has it."""
    names = {area.code: area.name for area in one.instrument.areas} if one.instrument else {}
    areas = [
        {
            "area": each.area,
            "name": names.get(each.area, each.area),
            "first": each.first,
            "last": each.last,
            "change": each.change,
            "first_at": one.ratings[each.first_at].rated_at,
            "last_at": one.ratings[each.last_at].rated_at,
        }
        for each in one.distance.areas
    ]
    counts = {name: getattr(one.distance, name) for name in ("raised", "kept", "fell")}
    told = {"code": one.code, "voice": one.voice, "ratings": len(one.ratings), "areas": areas, "overall": one.overall}
    return told | counts | {"attribution": one.instrument.attribution if one.instrument else ""}


def side_by_side(one: Both) -> dict[str, Any]:
    """Voices side by side as they are given."""
    apart = [{"area": area, "patient": mine, "team": theirs} for area, (mine, theirs) in one.apart.items()]
    return {"code": one.code, **{voice: one.voices.get(voice) for voice in VOICES}, "apart": apart}
