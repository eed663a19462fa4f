"""The API of goals."""

from app.goals.routes import goals, steps

ALL = (goals.routes, steps.routes)
