"""Pages of those who run teams: the organisation, its teams and people, what is kept, who did what, shared patients."""

from app.web.admin import (
    audit_pages,
    instrument_pages,
    invitation_pages,
    keeping_pages,
    pages,
    person_pages,
    shared_pages,
    team_pages,
)

ALL = (
    pages.pages,
    team_pages.pages,
    invitation_pages.pages,
    person_pages.pages,
    keeping_pages.pages,
    instrument_pages.pages,
    audit_pages.pages,
    shared_pages.pages,
)
