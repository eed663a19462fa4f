"""What the worker does for identity: send codes, forget those that ran out."""

from __future__ import annotations

from datetime import timedelta

from app.core.scheduler import Job
from app.identity.service import codes, federated, passkeys

JOBS = (
    Job("forget one-use codes", timedelta(hours=1), codes.forget_old),
    Job("forget passkey challenges", timedelta(hours=1), passkeys.forget_challenges),
    Job("forget sign-ins elsewhere", timedelta(hours=1), federated.forget_old),
)
TASKS = {codes.SEND: codes.send}
