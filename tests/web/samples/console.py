"""What the coordinator's pages are given: Priya Shah, the same morning."""

from typing import Any

from tests.web.samples import frame, measures

PATIENT = {
    "name": "Mary Okafor",
    "age": "74 years",
    "born": "3 March 1952",
    "nhs_number": "943 476 5919",
    "href": "/patients/1",
    "coordinator": "Priya Shah",
    "team": "Riverside team",
    "local_time": None,
    "language": "English, Yoruba at home",
    "interpreter": False,
    "needs": ["Hard of hearing: speak slowly, or text first"],
    "phones": [{"label": "mobile", "number": "07700 900123", "href": "tel:+447700900123"}],
    "allergies": ["Penicillin (rash)"],
    "no_allergies": False,
    "conditions": ["COPD", "Heart failure"],
    "ended": None,
}


def row(severity: str, who: str, why: str, **more: Any) -> dict[str, Any]:
    plain = {
        "id": f"{severity}-{who.split()[0].lower()}",
        "severity": severity,
        "who": who,
        "who_detail": None,
        "patient_href": "/patients/1",
        "href": "/alerts/1",
        "why": why,
        "since": measures.moment("today 07:52", 12),
        "late": False,
        "settled": False,
        "withdrawn": False,
        "needs": [],
        "owner": {"name": "Priya Shah", "mine": True},
        "state": "not taken yet",
        "due": None,
        "take_url": "/alerts/1/acknowledge",
    }
    return plain | more


WORKLIST = {
    "url": "/worklist?team=riverside",
    "etag": '"a1b2"',
    "now": measures.NOW.isoformat(),
    "summary": "4 to acknowledge, 1 in hand, 2 to do",
    "more": "",
    "waiting": 4,
    "empty": "Nobody needs you just now. New alerts appear here by themselves.",
    "rows": [
        row(
            "emergency",
            "Amir Khan",
            "Glucose LO at 07:58; he was told to call 999",
            who_detail="61",
            due=measures.moment("Late by 2 min", 2) | {"state": "late"},
            owner={"name": "Jo Bell", "mine": False},
        ),
        row(
            "red",
            "Mary Okafor",
            "Oxygen 88 % on air, limit 93 % (protocol)",
            who_detail="74",
            due=measures.moment("3 min left", -3.5) | {"state": "soon"},
            needs=["Hard of hearing: text first"],
        ),
        row(
            "not_judged",
            "Log 14",
            "Glucose 17.2 mmol/L was saved but a rule failed; look at it now",
            due=measures.moment("11 min left", -11.5) | {"state": "ok"},
        ),
        row(
            "amber",
            "Samuel Adebayo",
            "Weight up 2.1 kg in 3 days, limit 2.0 kg (set by Dr Lind)",
            who_detail="68",
            due=measures.moment("7 h 55 min left", -475.5) | {"state": "ok"},
            late=True,
        ),
        row("amber", "Grace Lee", "Peak flow", who_detail="45", state="taken at 07:40", take_url=None, settled=True),
        row("note", "Log 20", "Pressure 152/94, three days above target", take_url=None, withdrawn=True),
        row("todo", "Mary Okafor", "Check the mobile number: two texts failed", owner=None, take_url=None),
    ],
}
ACTION = {
    "words": "Ring the surgery about the new inhaler",
    "who": "Tom Okafor, son",
    "is_open": True,
    "href": "/console/patients/1/actions/1",
    "act_url": "/console/patients/1/actions/1/act",
}

ALERTS = [
    {
        "id": "1",
        "severity": "red",
        "why": "Oxygen 88 % on air, limit 93 %",
        "href": "/alerts/1",
        "since": measures.moment("today 07:52"),
        "owner": {"name": "Priya Shah", "mine": True},
        "state": "not taken yet",
    }
]
ALERT = {
    "severity": "red",
    "heading": "Oxygen 88 % on air",
    "state": "open",
    "state_words": "Nobody has taken this yet",
    "due": measures.moment("3 min left", -3.5) | {"state": "soon"},
    "now": measures.NOW.isoformat(),
    "opened": measures.moment("today 07:52"),
    "owner": {"name": "Priya Shah", "mine": True},
    "finding": "Oxygen is 88 % on air, below the red limit of 93 %. Mary has no target of her own.",
    "value": "88 % on air",
    "value_when": measures.moment("today 07:52"),
    "limit": "Red below 93 %",
    "origin": "COPD oximetry 1.0, draft: from the protocol",
    "others": [{"words": "92 % on air, amber", "when": measures.moment("yesterday 08:10")}],
    "late": False,
    "settled": False,
    "withdrawn": False,
    "previous": {"words": "Amber alert of 2 November: advice given", "href": "/alerts/0"},
}

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "account": (
        "coordinator/account.html",
        frame.AS_PRIYA
        | {
            "name": "Mary Okafor",
            "first_name": "Mary",
            "said": None,
            "closed": None,
            "typed": "It was her.",
            "beside": "Write down how you made sure who it is, in 20 characters or more.",
            "errors": [{"text": "Write down how you made sure who it is.", "href": "#reason"}],
            "reset_action": "/console/patients/1/account/second-factor",
            "reopen_action": "/console/patients/1/account/reopening",
            "back_href": "/console/patients/1",
        },
    ),
    "worklist": (
        "coordinator/worklist.html",
        frame.AS_PRIYA
        | {
            "heading": "Worklist",
            "team": "Riverside team",
            "action": "/worklist",
            "message": None,
            "worklist": WORKLIST,
            "filters": [
                {
                    "name": "owner",
                    "label": "Who has it",
                    "options": [
                        {"value": "", "text": "Everybody", "selected": True},
                        {"value": "me", "text": "Me", "selected": False},
                    ],
                },
                {
                    "name": "severity",
                    "label": "Severity",
                    "options": [
                        {"value": "", "text": "All", "selected": True},
                        {"value": "red", "text": "Red and worse", "selected": False},
                    ],
                },
            ],
        },
    ),
    "worklist-empty": (
        "coordinator/worklist.html",
        frame.AS_PRIYA
        | {
            "heading": "Worklist",
            "team": "Riverside team",
            "action": "/worklist",
            "filters": [],
            "message": {"words": "Resolved: Mary Okafor, advice given.", "undo": False},
            "worklist": WORKLIST | {"rows": [], "summary": "Nothing open", "waiting": 0},
        },
    ),
    "patient": (
        "coordinator/patient.html",
        frame.AS_PRIYA
        | {
            "patient": PATIENT,
            "alerts": ALERTS,
            "todos": [
                {"why": "Check the mobile number: two texts failed", "due": "today", "done_url": "/todos/1/done"}
            ],
            "measures": [measures.saturation(), measures.pressure(), measures.glucose()],
            "ranges": [
                {"text": f"{days} days", "href": f"/patients/1?days={days}", "current": days == 30}
                for days in (7, 30, 90)
            ],
            "actions": {
                "open": [ACTION | {"chip": "Overdue", "is_overdue": True, "day": "was to be done by Monday"}],
                "ended": [ACTION | {"is_open": False, "chip": "Done", "ended": "Done by Tom Okafor, today at 08:00"}],
                "may_change": True,
                "said": "It is added to the care plan.",
                "add_href": "/console/patients/1/actions/add",
            },
            "plans": [{"name": "COPD oximetry", "version": "1.0", "draft": True, "since": "since 2 November"}],
            "circle": [
                {
                    "name": "Tom Okafor",
                    "relationship": "son",
                    "sees": "Told of reds, until 1 May 2027",
                    "phones": [{"label": None, "number": "07700 900456", "href": "tel:+447700900456"}],
                }
            ],
            "account_href": "/console/patients/1/account",
            "invitations": {"href": "/my/1/invitations", "came": 1},
            "contacts": [{"when": measures.moment("Friday 14:10"), "words": "Priya Shah called: slept badly"}],
            "back_href": "/worklist",
        },
    ),
    "alert": (
        "coordinator/alert.html",
        frame.AS_PRIYA
        | {
            "alert": ALERT,
            "patient": PATIENT,
            "measure": measures.saturation(),
            "told_patient": [
                "Your oxygen is low. Sit upright and rest, and measure again in 5 minutes.",
                "Priya Shah has been told now and will look by 08:07.",
            ],
            "told": [
                {
                    "who": "Priya Shah",
                    "how": "SMS",
                    "state": "Delivered",
                    "when": measures.moment("today 07:52"),
                    "failed": False,
                },
                {
                    "who": "Tom Okafor",
                    "how": "SMS",
                    "state": "Failed: unreachable",
                    "when": measures.moment("today 07:53"),
                    "failed": True,
                },
            ],
            "history": [
                {"who": "Kith", "what": "opened this alert", "when": measures.moment("today 07:52"), "note": None},
                {
                    "who": "Priya Shah",
                    "what": "added a note",
                    "when": measures.moment("today 07:58"),
                    "note": "No answer on the mobile, trying Tom.",
                },
            ],
            "acknowledge_url": "/alerts/1/acknowledge",
            "note_url": "/alerts/1/notes",
            "resolve_url": "/alerts/1/resolve",
            "version": "3",
            "outcomes": [{"value": "", "text": "Choose"}, {"value": "advice_given", "text": "Advice given"}],
            "values": {"note": None, "outcome": None, "resolve_note": None},
            "errors": [{"text": "Choose an outcome", "href": "#outcome"}],
            "back_href": "/worklist",
        },
    ),
}
