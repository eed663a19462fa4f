"""What alerts do about readings."""

from __future__ import annotations

from app.alerts.service import judging, passing_on, withdrawing
from app.core.events import Handler

JUDGE = Handler(
    "judge readings", judging.consider, judging.act, failed=judging.could_not, recovered=judging.judged_after_all
)
PASS_ON = Handler("pass alerts on", passing_on.consider, passing_on.act)
WITHDRAW = Handler("withdraw findings", withdrawing.consider, withdrawing.act)
