"""What the patient's pages are given: Mary Okafor, one Sunday morning."""

from typing import Any

from tests.web.samples import frame, measures

SENT = [{"label": "Oxygen level", "words": "88 % on air"}, {"label": "Symptoms", "words": "More breathless than usual"}]
OXYGEN_FORM: dict[str, Any] = {
    "action": "/readings/oxygen",
    "back_href": "/readings/new",
    "title": "Your oxygen level",
    "steps": ["Sit and rest for 5 minutes.", "Keep the probe on your finger for at least 1 minute."],
    "fields": [
        {
            "name": "value",
            "label": "Oxygen level",
            "unit": {"text": "%", "spoken": "per cent"},
            "inputmode": "numeric",
            "value": None,
            "error": None,
            "last": "92 %, yesterday at 08:10",
            "hint": None,
        }
    ],
    "choices": [
        {
            "name": "oxygen",
            "legend": "Were you breathing air or extra oxygen?",
            "hint": None,
            "options": [{"value": "air", "text": "Just air"}, {"value": "oxygen", "text": "Extra oxygen"}],
            "value": None,
            "error": None,
        }
    ],
    "symptoms": {
        "name": "symptoms",
        "legend": "Do you have any of these today?",
        "hint": "Tick all that you have",
        "options": [
            {"value": "breathless", "text": "More breathless than usual"},
            {"value": "confusion", "text": "New confusion"},
            {"value": "chest_pain", "text": "Chest pain"},
        ],
        "chosen": [],
        "none": {"value": "none", "text": "None of these"},
        "error": None,
    },
    "measured_at": {"value": "", "latest": "2026-11-22T08:04", "error": None, "open": False},
    "hidden": [("id", "01939a4e-0000-7000-8000-000000000001")],
    "switch": None,
    "confirm": None,
}
PRESSURE_FIELDS = [
    {
        "name": name,
        "label": label,
        "unit": {"text": unit, "spoken": spoken},
        "inputmode": "numeric",
        "value": value,
        "error": error,
        "last": last,
        "hint": hint,
    }
    for name, label, unit, spoken, value, error, last, hint in [
        (
            "systolic",
            "Top number",
            "mmHg",
            "millimetres of mercury",
            "14x",
            "Enter the top number in figures, like 142",
            "137, yesterday",
            "Systolic",
        ),
        ("diastolic", "Bottom number", "mmHg", "millimetres of mercury", "88", None, "83, yesterday", "Diastolic"),
        ("pulse", "Pulse", "a minute", "beats a minute", None, None, "72, yesterday", "If your monitor shows it"),
    ]
]
REPLY: dict[str, Any] = {
    "severity": "red",
    "headline": "Your oxygen is low",
    "sent": SENT,
    "sent_at": measures.moment("today at 07:52"),
    "meaning": "88 % on air is below 93 %, where your plan asks your team to act.",
    "steps": ["Sit upright and rest.", "Measure again in 5 minutes and send it.", "Keep your phone near you."],
    "who_looks": "Priya Shah has been told now and will look by 08:07.",
    "otherwise": "If you feel worse, or nobody has called by 08:20, call 999.",
    "seen_by": None,
    "call": None,
    "also": [],
    "next": [{"text": "Measure again", "href": "/readings/oxygen"}, {"text": "Back to today", "href": "/today"}],
}


PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "today": (
        "patient/today.html",
        frame.AS_MARY
        | {
            "greeting": "Good morning, Mary",
            "date_words": "Sunday 22 November",
            "due": [
                {
                    "title": "Oxygen level",
                    "detail": "Asked for each morning",
                    "href": "/readings/oxygen",
                    "action": "Add",
                },
                {
                    "title": "Blood pressure",
                    "detail": "Morning and evening, two readings",
                    "href": "/readings/bp",
                    "action": "Add",
                },
            ],
            "done": [{"title": "Weight", "detail": "62.3 kg at 07:40"}],
            "yesterday": "Yesterday you sent everything that was asked for.",
            "emergencies": [{"name": "Dr Anna Lind", "when": measures.moment("yesterday at 22:10")}],
            "log_href": "/who-looked",
            "doses": [{"time": "08:00", "names": "Furosemide 40 mg, Bisoprolol 2.5 mg"}],
            "medicines_href": "/my/medicines",
            "near": [{"words": "Tom sees your readings until 24 November.", "href": "/circle#member-1"}],
            "seen": [{"words": "Priya Shah saw your oxygen reading", "detail": "yesterday at 10:40"}],
            "add_href": "/readings/new",
            "numbers_href": "/numbers",
            "coordinator": {"name": "Priya Shah", "phone": "020 7946 0123", "phone_href": "tel:+442079460123"},
        },
    ),
    "add": (
        "patient/add_reading.html",
        frame.AS_MARY
        | {
            "back_href": "/today",
            "measures": [
                {"title": "Oxygen level", "hint": "Last: 92 %, yesterday", "href": "/readings/oxygen", "due": True},
                {"title": "Blood pressure", "hint": "Last: 137/83, yesterday", "href": "/readings/bp", "due": True},
            ],
            "others": [
                {"title": "Weight", "hint": "Last: 62.3 kg, today", "href": "/readings/weight", "due": False},
                {"title": "Temperature", "hint": None, "href": "/readings/temperature", "due": False},
            ],
        },
    ),
    "form": ("patient/reading_form.html", frame.AS_MARY | OXYGEN_FORM),
    "form-errors": (
        "patient/reading_form.html",
        frame.AS_MARY
        | OXYGEN_FORM
        | {
            "title": "Your blood pressure",
            "fields": PRESSURE_FIELDS,
            "choices": [],
            "symptoms": None,
            "errors": [{"text": "Enter the top number in figures, like 142", "href": "#systolic"}],
        },
    ),
    "confirm": (
        "patient/reading_form.html",
        frame.AS_MARY
        | OXYGEN_FORM
        | {
            "confirm": {
                "question": "Did it really say 88 %?",
                "why": "That is lower than usual for you. If it is what the meter says, send it now.",
                "sent": SENT,
                "hidden": [("value", "88"), ("oxygen", "air")],
            }
        },
    ),
    "reply": ("patient/reply.html", frame.AS_MARY | REPLY),
    "reply-emergency": (
        "patient/reply.html",
        frame.AS_MARY
        | REPLY
        | {
            "severity": "emergency",
            "headline": "Call 999 now",
            "meaning": "88 % with chest pain needs help straight away.",
            "steps": ["Call 999 and say what your oxygen is.", "Unlock your front door if you can."],
            "call": {"text": "Call 999", "href": "tel:999"},
            "otherwise": None,
        },
    ),
    "reply-fine": (
        "patient/reply.html",
        frame.AS_MARY
        | REPLY
        | {
            "severity": "fine",
            "headline": "Thank you. That is in your target",
            "meaning": "95 % is where your plan wants it.",
            "steps": [],
            "who_looks": "Nobody needs to act on this. Your team can see it.",
            "otherwise": None,
            "seen_by": {"words": "Seen by Priya Shah", "when": measures.moment("today 08:01")},
            "sent": [{"label": "Oxygen level", "words": "95 % on air"}],
        },
    ),
    "plan": (
        "patient/plan.html",
        frame.AS_MARY
        | {
            "whose": None,
            "actions": {
                "list": [
                    {
                        "words": "Ring the surgery about the new inhaler",
                        "who": "You",
                        "day": "by Friday",
                        "act": ("done", "Done"),
                        "act_url": "/plan/actions/1/act",
                        "goal_href": "/goals/add?tied_to=action&tie=1",
                    }
                ],
                "said": None,
            },
            "plans": [
                {
                    "title": "COPD oximetry at home",
                    "is_draft": True,
                    "measures": [
                        {
                            "title": "Oxygen level",
                            "when": ["Twice a day"],
                            "limits": "Inside the plan’s limits: 93% or more",
                            "origins": ["Limit for you, set by Dr Anna Lind, 12 October"],
                        }
                    ],
                }
            ],
        },
    ),
    "numbers": (
        "patient/numbers.html",
        frame.AS_MARY
        | {
            "whose": None,
            "days": 30,
            "ranges": [
                {"text": f"{days} days", "href": f"/numbers?days={days}", "current": days == 30} for days in (7, 30, 90)
            ],
            "measures": [measures.saturation(), measures.pressure(), measures.glucose()],
            "add_href": "/readings/new",
            "back_href": "/today",
        },
    ),
}
