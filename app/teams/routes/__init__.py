"""The API of teams: teams with their roles, invitations into them, and the people of an organisation."""

from app.teams.routes import invitations, people, running

ALL = (running.routes, invitations.routes, people.routes)
