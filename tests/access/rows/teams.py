"""Organisations, teams, the people who work there, and their caseload as a whole."""

from __future__ import annotations

from tests.access.rows.row import LEAD, SOMEBODY, Of, Row

_TEAM = "/api/teams/<uuid:team_id>"
_HERE = "/api/organisations/<uuid:organisation_id>"
_PAGES, _PAGE_OF_TEAM = "/admin/organisations/<uuid:organisation_id>", "/admin/teams/<uuid:team_id>"
_ROLE = SOMEBODY | {"role": "clinician"}
_HAND_OVER = {"from_id": "$priya", "to_id": "$second_coordinator"}
_TEAM_FORM = {
    "name": "Renamed Team",
    "zone": "Europe/London",
    "out_of_hours_sentence": "Call 111, or 999 in an emergency.",
    "out_of_hours_number": "111",
    "mon_from": "08:00",
    "mon_to": "18:00",
    "minutes_red": "15",
    "minutes_amber": "60",
    "minutes_emergency": "5",
    "version": "2",
}
_INVITED = f"{_TEAM}/invitations"
_WAITING, _ACCEPTED = {"invitation_id": "$into_team"}, {"invitation_id": "$accepted_into_team"}
_REASON = {"reason": "Lost the phone; seen in person with a passport."}

_LICENCE = {
    "code": "harbour",
    "holder": "Riverside Care",
    "number": "H-1",
    "approval": "Letter of 1 November",
    "expires_on": "2027-11-01",
}

ROWS: dict[str, Row] = {
    "GET /api/teams": Row(),
    "POST /api/teams": Row(body={"name": "New Team"}),
    f"GET {_TEAM}": Row(of=Of.ORGANISATION),
    f"PATCH {_TEAM}": Row(of=Of.RUN, body={"name": "Renamed Team"}, version="2"),
    f"GET {_TEAM}/members": Row(of=Of.ORGANISATION),
    f"POST {_TEAM}/members": Row(of=Of.RUN, body=_ROLE),
    f"DELETE {_TEAM}/members/<uuid:membership_id>": Row(of=Of.RUN),
    f"GET {_TEAM}/patients": Row(of=Of.RUN),
    f"POST {_TEAM}/patients": Row(of=Of.RUN, body=SOMEBODY | {"coordinator_id": "$priya"}),
    f"POST {_TEAM}/patients/import": Row(
        of=Of.RUN, body={"csv": "given_name,family_name,phone\nNina,New,07700900990\n", "coordinator_id": "$priya"}
    ),
    f"GET {_TEAM}/shared-patients": Row(of=Of.RUN),
    f"GET {_TEAM}/caseloads": Row(of=Of.RUN),
    f"POST {_TEAM}/hand-over": Row(of=Of.RUN, body=_HAND_OVER),
    f"GET {_INVITED}": Row(of=Of.RUN),
    f"POST {_INVITED}": Row(of=Of.RUN, body={"role": "clinician", "email": "$email"}),
    f"DELETE {_INVITED}/<uuid:invitation_id>": Row(of=Of.RUN, ids=_WAITING),
    f"POST {_INVITED}/<uuid:invitation_id>/resend": Row(of=Of.RUN, ids=_WAITING, asked_by=LEAD),
    f"POST {_INVITED}/<uuid:invitation_id>/confirm": Row(of=Of.RUN, ids=_ACCEPTED, asked_by=LEAD),
    f"POST {_INVITED}/<uuid:invitation_id>/decline": Row(of=Of.RUN, ids=_ACCEPTED),
    f"GET {_HERE}/people": Row(of=Of.ORGANISATION),
    f"GET {_HERE}/people/<uuid:person_id>": Row(of=Of.COLLEAGUE),
    f"POST {_HERE}/people/<uuid:person_id>/lock": Row(of=Of.COLLEAGUE),
    f"POST {_HERE}/people/<uuid:person_id>/unlock": Row(of=Of.COLLEAGUE),
    f"POST {_HERE}/people/<uuid:person_id>/sign-out": Row(of=Of.COLLEAGUE),
    f"POST {_HERE}/admins": Row(of=Of.ORGANISATION, body=SOMEBODY),
    f"DELETE {_HERE}/admins/<uuid:membership_id>": Row(of=Of.ORGANISATION, ids={"membership_id": "$admin_membership"}),
    "POST /api/people/<uuid:person_id>/second-factor/reset": Row(of=Of.COLLEAGUE, body=_REASON),
    # pages
    "GET /admin/": Row(),
    f"GET {_PAGES}": Row(of=Of.ORGANISATION),
    f"GET {_PAGES}/teams/new": Row(of=Of.ORGANISATION),
    f"POST {_PAGES}/teams/new": Row(of=Of.ORGANISATION, body=_TEAM_FORM),
    f"GET {_PAGES}/admins/new": Row(of=Of.ORGANISATION),
    f"POST {_PAGES}/admins": Row(of=Of.ORGANISATION, body=SOMEBODY),
    f"POST {_PAGES}/admins/<uuid:membership_id>/end": Row(
        of=Of.ORGANISATION, ids={"membership_id": "$admin_membership"}
    ),
    f"GET {_PAGES}/people/<uuid:person_id>": Row(of=Of.COLLEAGUE),
    f"POST {_PAGES}/people/<uuid:person_id>/lock": Row(of=Of.COLLEAGUE),
    f"POST {_PAGES}/people/<uuid:person_id>/unlock": Row(of=Of.COLLEAGUE),
    f"POST {_PAGES}/people/<uuid:person_id>/sign-out": Row(of=Of.COLLEAGUE),
    f"GET {_PAGE_OF_TEAM}": Row(of=Of.RUN),
    f"GET {_PAGE_OF_TEAM}/change": Row(of=Of.RUN),
    f"POST {_PAGE_OF_TEAM}/change": Row(of=Of.RUN, body=_TEAM_FORM),
    f"POST {_PAGE_OF_TEAM}/roles": Row(of=Of.RUN, body=_ROLE),
    f"POST {_PAGE_OF_TEAM}/roles/<uuid:membership_id>/end": Row(of=Of.RUN),
    f"POST {_PAGE_OF_TEAM}/invitations": Row(of=Of.RUN, body={"invited_role": "clinician", "contact": "$email"}),
    f"POST {_PAGE_OF_TEAM}/invitations/<uuid:invitation_id>/revoke": Row(of=Of.RUN, ids=_WAITING),
    f"POST {_PAGE_OF_TEAM}/invitations/<uuid:invitation_id>/resend": Row(of=Of.RUN, ids=_WAITING, asked_by=LEAD),
    f"POST {_PAGE_OF_TEAM}/invitations/<uuid:invitation_id>/confirm": Row(of=Of.RUN, ids=_ACCEPTED, asked_by=LEAD),
    f"POST {_PAGE_OF_TEAM}/invitations/<uuid:invitation_id>/decline": Row(of=Of.RUN, ids=_ACCEPTED),
    f"POST {_PAGES}/people/<uuid:person_id>/second-factor": Row(of=Of.COLLEAGUE, body=_REASON),
    f"POST {_PAGE_OF_TEAM}/hand-over": Row(of=Of.RUN, body=_HAND_OVER),
    f"GET {_HERE}/people/<uuid:person_id>/acts": Row(of=Of.COLLEAGUE, query="?day=2026-11-18"),
    f"GET {_PAGES}/audit": Row(of=Of.ORGANISATION),
    f"GET {_PAGES}/keeping": Row(of=Of.ORGANISATION),
    f"POST {_PAGES}/keeping/holds": Row(
        of=Of.ORGANISATION, body={"covers": "all", "reason": "A claim was made in November."}
    ),
    f"POST {_PAGES}/keeping/holds/<uuid:hold_id>/lift": Row(of=Of.ORGANISATION),
    f"GET {_PAGES}/instruments": Row(of=Of.ORGANISATION),
    f"POST {_PAGES}/instruments": Row(of=Of.ORGANISATION, body=_LICENCE),
    f"POST {_PAGES}/instruments/licences/<uuid:licence_id>/end": Row(of=Of.ORGANISATION),
    "GET /console/shared": Row(),
}
