"""The API of teams: teams with their roles, and the people of an organisation."""

from app.teams.routes import people, running

ALL = (running.routes, people.routes)
