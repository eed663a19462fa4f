"""What can be granted to whom: a device sends and reads nothing, people may be given anything. Pure."""

from __future__ import annotations

from typing import Final

from app.access.permissions import Category, Right
from app.access.roles import Role

_SENT_BY_DEVICES: Final = frozenset({(Category.READINGS, Right.ACT), (Category.MEDICINES, Right.ACT)})


def fault(role: Role, category: Category, right: Right) -> str | None:
    """Why a member in this role cannot be given this; None if they can."""
    if role is Role.SERVICE and (category, right) not in _SENT_BY_DEVICES:
        return "A device can only send readings or record doses."
    return None
