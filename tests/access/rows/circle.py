"""A patient's record, circle and grants, who acts for them, and what is shared with teams elsewhere."""

from __future__ import annotations

from app.access.roles import Role
from tests.access.rows.row import MARY, SOMEBODY, Row

_PATIENT = "/api/patients/<uuid:patient_id>"
_MEMBER = f"{_PATIENT}/circle/<uuid:member_id>"
_GRANT = f"{_MEMBER}/grants/<uuid:grant_id>"
_ACTING = f"{_PATIENT}/acting"
_INVITED = f"{_PATIENT}/invitations"
_PAGES = "/my/<uuid:patient_id>/invitations"
_ACCEPTED = {"invitation_id": "$accepted_invitation"}
_SHARED = f"{_PATIENT}/shared-care"
_ACTOR = "acting for mary in everything"
_TEAM_OF_MARY = frozenset({Role.COORDINATOR, Role.LEAD})  # who cannot consent in her place
_AGREEMENT = {
    "organisation": "Hillside Care",
    "team": "Hillside Community Team",
    "ends_on": "2027-03-01",
    "agreement": "Agreed at home on Monday with Priya Shah present.",
}
_MY, _MY_MEMBER = "/my/<uuid:patient_id>", "/my/<uuid:patient_id>/circle/<uuid:member_id>"
_MY_GRANT, _MY_ACTING = f"{_MY_MEMBER}/grants/<uuid:grant_id>", f"{_MY}/acting/<uuid:acting_id>"
_GIVEN = {"category": "plan", "right": "see", "ends_on": "2027-03-01", "wording_version": "2", "confirmed": "yes"}
_ACTS = {"member_id": "$member_id", "basis": "consent", "scopes": "readings", "review_on": "2027-03-01"}
_PAGES_OF_CIRCLE = {
    f"GET {_MY}/circle": Row(),
    f"GET {_MY}/circle/history": Row(),
    f"GET {_MY_MEMBER}/change": Row(),
    f"POST {_MY_MEMBER}/change": Row(body={"relationship": "nephew", "role": "member", "version": "1"}),
    f"GET {_MY_MEMBER}/end": Row(),
    f"POST {_MY_MEMBER}/end": Row(),
    f"GET {_MY_MEMBER}/give": Row(),
    f"POST {_MY_MEMBER}/give": Row(body=_GIVEN, scope="plan"),
    f"GET {_MY_GRANT}/end": Row(),
    f"POST {_MY_GRANT}/end": Row(),
    f"GET {_MY}/acting/new": Row(),
    f"POST {_MY}/acting/new": Row(
        body=_ACTS | {"wording_version": "1", "confirmed": "yes"}, not_for=_TEAM_OF_MARY, not_theirs=422
    ),
    f"GET {_MY_ACTING}/review": Row(),
    f"POST {_MY_ACTING}/review": Row(body={"review_on": "2027-03-02", "note": "Still holds."}, not_for=_TEAM_OF_MARY),
    f"GET {_MY_ACTING}/end": Row(),
    f"POST {_MY_ACTING}/end": Row(),
    "GET /circle": Row(),
    "GET /circle/<uuid:member_id>/leave": Row(whose="tom"),
    "POST /circle/<uuid:member_id>/leave": Row(whose="tom"),
    "GET /circle/acting/<uuid:acting_id>/stop": Row(whose=_ACTOR),
    "POST /circle/acting/<uuid:acting_id>/stop": Row(whose=_ACTOR),
}

ROWS: dict[str, Row] = {
    f"GET {_PATIENT}": Row(),
    f"PATCH {_PATIENT}": Row(body={"allergies": "Nuts"}),
    f"POST {_PATIENT}/end": Row(body={"reason": "moved"}),
    f"POST {_PATIENT}/second-factor/reset": Row(body={"reason": "Lost the phone; seen in person with a passport."}),
    f"GET {_PATIENT}/circle": Row(),
    f"GET {_PATIENT}/circle/history": Row(),
    f"POST {_PATIENT}/circle": Row(body=SOMEBODY | {"role": "member", "relationship": "neighbour"}),
    f"GET {_MEMBER}": Row(),
    f"PATCH {_MEMBER}": Row(body={"relationship": "nephew", "role": "member", "keep": []}),
    f"DELETE {_MEMBER}": Row(),
    f"GET {_MEMBER}/withdrawal": Row(),
    f"GET {_MEMBER}/consents": Row(),
    f"POST {_MEMBER}/grants": Row(
        body={"category": "plan", "right": "see", "ends_on": "2027-03-01", "wording_version": 2}, scope="plan"
    ),
    f"DELETE {_GRANT}": Row(),
    f"GET {_GRANT}/withdrawal": Row(),
    f"GET {_ACTING}": Row(),
    f"POST {_ACTING}": Row(
        body={
            "member_id": "$member_id",
            "basis": "consent",
            "scopes": ["readings"],
            "review_on": "2027-03-01",
            "evidence": "Said so herself at the clinic on Monday.",
            "wording_version": 1,
        },
        not_for=_TEAM_OF_MARY,
        not_theirs=422,
    ),
    f"POST {_ACTING}/<uuid:acting_id>/review": Row(
        body={"review_on": "2027-03-02", "note": "Still holds: asked her myself."}, not_for=_TEAM_OF_MARY
    ),
    f"GET {_ACTING}/<uuid:acting_id>/withdrawal": Row(),
    f"DELETE {_ACTING}/<uuid:acting_id>": Row(),
    f"GET {_INVITED}": Row(),
    f"POST {_INVITED}": Row(body={"role": "member", "relationship": "neighbour", "email": "$email"}),
    f"DELETE {_INVITED}/<uuid:invitation_id>": Row(),
    f"POST {_INVITED}/<uuid:invitation_id>/resend": Row(asked_by=MARY),
    f"POST {_INVITED}/<uuid:invitation_id>/confirm": Row(asked_by=MARY, ids=_ACCEPTED),
    f"POST {_INVITED}/<uuid:invitation_id>/decline": Row(ids=_ACCEPTED),
    f"GET {_PAGES}": Row(),
    f"GET {_PAGES}/new": Row(),
    f"POST {_PAGES}/new": Row(body={"role": "member", "relationship": "neighbour", "contact": "$email"}),
    f"POST {_PAGES}/<uuid:invitation_id>/revoke": Row(),
    f"POST {_PAGES}/<uuid:invitation_id>/resend": Row(asked_by=MARY),
    f"POST {_PAGES}/<uuid:invitation_id>/confirm": Row(asked_by=MARY, ids=_ACCEPTED),
    f"POST {_PAGES}/<uuid:invitation_id>/decline": Row(ids=_ACCEPTED),
    **_PAGES_OF_CIRCLE,
    f"GET {_SHARED}": Row(),
    f"POST {_SHARED}": Row(body=_AGREEMENT),
    f"DELETE {_SHARED}/<uuid:agreement_id>": Row(),
    "GET /shared-care/<uuid:patient_id>": Row(),
    "POST /shared-care/<uuid:patient_id>": Row(body=_AGREEMENT),
    "POST /shared-care/<uuid:patient_id>/<uuid:agreement_id>/end": Row(),
}
