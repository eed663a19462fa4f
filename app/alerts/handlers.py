"""What alerts do about readings and doses."""

from __future__ import annotations

from app.alerts.service import judging, missing_doses, passing_on, undelivered, withdrawing
from app.core.events import Handler

JUDGE = Handler(
    "judge readings", judging.consider, judging.act, failed=judging.could_not, recovered=judging.judged_after_all
)
ESCALATE = Handler("escalate what was not delivered", undelivered.consider, undelivered.act)
PASS_ON = Handler("pass alerts on", passing_on.consider, passing_on.act)
WITHDRAW = Handler("withdraw findings", withdrawing.consider, withdrawing.act)
JUDGE_DOSES = Handler("judge doses", missing_doses.consider, missing_doses.act)
