"""Pages of those who run teams: the organisation, its teams, its people, and patients shared between organisations."""

from app.web.admin import invitation_pages, pages, person_pages, shared_pages, team_pages

ALL = (pages.pages, team_pages.pages, invitation_pages.pages, person_pages.pages, shared_pages.pages)
