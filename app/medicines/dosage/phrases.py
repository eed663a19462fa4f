"""The phrases of dosage texts as a table: an expression over normalised words, and what it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal
from typing import Final

from app.medicines.dosage import harmless
from app.medicines.dosage.facts import Amount, Hours, Moment, Part, Period, Taper, Times
from app.medicines.dosage.items import Gap, Item, Lasting, Meals, MostAmount, MostTimes, Unread, Varies, Word
from app.medicines.dosage.words import FORMS, UNITS
from app.medicines.patterns import Days

Found = re.Match[str]
Maker = Callable[[Found], Item | tuple[Item, ...]]

_N = r"\d+(?:\.\d+)?"
_NAMES = "|".join(sorted((unit for unit in UNITS if unit in FORMS | {"dose", "unit", "mg", "mcg", "g", "ml"}), key=len))
UNIT = rf"(?:mg/kg|mg/m2|mcg/kg|%|{_NAMES})"
AMOUNT = rf"(?P<low>{_N})(?: ?(?:-|to|or) ?(?P<high>{_N}))?(?: (?P<unit>{UNIT}))?"
RANGE = r"(?P<low>\d+)(?: ?(?:-|to|or) ?(?P<high>\d+))?"
IN_A = r"(?:a|an|per|each|every|in a|in each|/)"
IN_24_HOURS = (
    r"(?:(?:in|per|within|during|over) ?(?:any|a|each|every|one)? ?24 hour(?: period)?|daily|"
    r"(?:a|per|each|in a|in 1|in any 1) day)"
)
NO_MORE = (
    r"(?:max(?:imim)? ?;?(?: dose)?(?: of)?|(?:up )?to a (?:max|maximim) of|maximim of|limit of|not to exceed|"
    r"(?:no|not|never) more than|(?:do not|don't) (?:take|use|exceed|give)(?: more than)?)"
)
DAYS_OF_WEEK = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?"
STRETCH = {"day": Period.DAY, "daily": Period.DAY, "24 hour": Period.DAY, "week": Period.WEEK, "weekly": Period.WEEK,
           "month": Period.MONTH, "monthly": Period.MONTH}  # fmt: skip
DAYS_IN = {"day": (1, 1), "week": (7, 7), "month": (28, 31), "/7": (1, 1), "/52": (7, 7), "/12": (28, 31)}
PARTS: dict[str, Part] = {
    r"(?:on )?(?:waking|rising|getting up)(?: up)?": Part.WAKING,
    r"morning|mane": Part.MORNING,
    r"breakfast(?: time)?": Part.BREAKFAST,
    r"midday|lunchtime|mid day": Part.MIDDAY,
    r"lunch": Part.LUNCH,
    r"afternoon": Part.AFTERNOON,
    r"evening meal|supper|teatime|tea time|tea": Part.EVENING_MEAL,
    r"evening": Part.EVENING,
    r"night time|night|bedtime|bed time|bed": Part.NIGHT,
}
_ANY_PART = "|".join(PARTS)
_AT = r"(?:in|on|at|every|each|with|during|before|after|of an|just before|upon)"


def _amount(found: Found) -> Amount:
    high = found["high"]
    return Amount(Decimal(found["low"]), Decimal(high) if high else None, found["unit"])


def _times(found: Found) -> Times:
    low, high = int(found["low"]), int(found["high"] or found["low"])
    return Times(low, high, STRETCH[found["stretch"]])


def _up_to(found: Found) -> MostTimes:
    return MostTimes(int(found["most"]))


def _span(number: str, unit: str) -> timedelta:
    return timedelta(**{f"{unit}s": float(number)})


def _hours(found: Found) -> Hours:
    unit = "minute" if "minute" in found[0] else "hour"
    return Hours(_span(found["low"], unit), _span(found["high"] or found["low"], unit))


def _every_days(found: Found) -> Days:
    return Days(every=int(found["n"]) * (7 if found["unit"] == "week" else 1))


def _lasting(found: Found) -> Item:
    number = 1 if found["n"] in {"a", "1"} else int(found["n"])
    least, most = DAYS_IN[found["unit"]]
    return Lasting(number * least, number * most)


def _weekdays(found: Found) -> Days:
    return Days(weekdays=frozenset({_weekday(found["day"])}))


def _weekday(name: str) -> int:
    return ["mo", "tu", "we", "th", "fr", "sa", "su"].index(name[:2]) + 1


def _weekday_range(found: Found) -> Days:
    first, last = _weekday(found["first"]), _weekday(found["last"])
    length = (last - first) % 7 + 1
    return Days(weekdays=frozenset((first + step - 1) % 7 + 1 for step in range(length)))


def _cycle(found: Found) -> Days:
    scale = 7 if found["unit"] == "week" else 1
    return Days(on=int(found["on"]) * scale, off=int(found["off"]) * (7 if found["unit2"] == "week" else 1))


def _taper(found: Found) -> Item | tuple[Item, ...]:
    every = {"daily": 1, "weekly": 7}.get(found["each"] or "")
    if every is None:
        every = int(found["n"] or 1) * (7 if found["unit2"] == "week" else 1)
    if found["until"] is None and found["stop"] is None:
        return Unread(found[0], "It says that the dose goes down, and not where it ends.")
    return Taper(Amount(Decimal(found["low"]), None, found["unit"]), every, Decimal(found["until"] or 0))


def _moment(found: Found) -> Moment:
    words = re.sub(rf"^(?:{_AT} )?(?:the )?", "", found[0])
    part = next(part for names, part in PARTS.items() if re.fullmatch(names, words) or re.fullmatch(names, found[0]))
    return Moment(part)


def _moment_with_offset(found: Found) -> Moment:
    span = _span("1" if found["n"] in {"a", "an"} else found["n"], found["unit"])
    part = next(part for names, part in PARTS.items() if re.fullmatch(names, found["part"]))
    return Moment(part, offset=-span if found["side"] == "before" else span)


def _on_the_clock(found: Found) -> Moment:
    return Moment(at=time.fromisoformat(found["at"]))


def _latin(per_day: int) -> Maker:
    return lambda _: Times(per_day, per_day, Period.DAY)


def _always(*items: Item) -> Maker:
    return lambda _: items


_BARE_DAY, _BARE_WEEK = Times(1, 1, Period.DAY, bare=True), Times(1, 1, Period.WEEK, bare=True)
_OTHER_DAY = r"(?:every other|alternate|every alternate|on alternate|each alternate|every 2nd|every 2)"

TABLE: Final[tuple[tuple[str, Maker], ...]] = (
    # limits
    (rf"{NO_MORE} {AMOUNT} ?(?:{IN_24_HOURS})", lambda found: MostAmount(_amount(found))),
    (rf"{NO_MORE} (?P<most>\d+) (?:time|dose) ?(?:{IN_24_HOURS})", _up_to),
    (rf"up to (?P<most>\d+) (?:time|x|dose) ?(?:{IN_24_HOURS})", _up_to),
    (rf"{NO_MORE} (?P<most>\d+) ?(?:x|/) ?(?:a |per )?(?:day|daily)", _up_to),
    (rf"up to {AMOUNT} ?(?:{IN_24_HOURS})", lambda found: MostAmount(_amount(found))),
    (
        r"(?:not|no) more (?:often |frequently )?than (?:(?:1 time )?every (?P<n>\d+) hour|(?P<m>\d+) hourly)",
        lambda found: Gap(_span(found["n"] or found["m"], "hour")),
    ),
    (
        r"(?:with |leave |wait |minimum )?(?:at least )?(?:a )?(?P<n>\d+) hour(?: gap)? "
        r"(?:between(?: each| any 2)? dose|between|apart)",
        lambda found: Gap(_span(found["n"], "hour")),
    ),
    # so many hours
    (rf"every {RANGE} ?(?:hour|hourly|minute)", _hours),
    (rf"(?:at )?{RANGE} hourly", _hours),
    (r"every hour|hourly", lambda _: Hours(timedelta(hours=1), timedelta(hours=1))),
    # days
    (rf"(?:on )?{_OTHER_DAY} day", _always(Days(every=2))),
    (
        rf"(?:on )?{_OTHER_DAY} (?P<part>morning|night|evening)s?",
        lambda found: (Days(every=2), Moment(Part(found["part"]))),
    ),
    (r"eod|qod", _always(Days(every=2))),
    (r"every (?P<n>\d+)(?:st|nd|rd|th)? (?P<unit>day|week)", _every_days),
    (r"(?:1 time )?every (?P<n>\d+) (?P<unit>day|week)", _every_days),
    (rf"{_OTHER_DAY} week|fortnightly|every fortnight|1 time (?:a|every) fortnight", _always(Days(every=14))),
    (rf"(?:on )?(?:a |every |each )?(?P<day>{DAYS_OF_WEEK})(?:(?: of)? (?:each|every) week)?", _weekdays),
    (
        rf"(?:on )?{_OTHER_DAY} (?P<day>{DAYS_OF_WEEK})",
        lambda found: Days(weekdays=frozenset({_weekday(found["day"])}), every_weeks=2),
    ),
    (rf"(?:on |from )?(?P<first>{DAYS_OF_WEEK}) ?(?:-|to|until) ?(?P<last>{DAYS_OF_WEEK})", _weekday_range),
    (r"(?:on )?weekdays|(?:on )?week day", _always(Days(weekdays=frozenset({1, 2, 3, 4, 5})))),
    (r"(?:at |on )?(?:the )?weekends?", _always(Days(weekdays=frozenset({6, 7})))),
    (
        r"(?:for )?(?P<on>\d+) (?P<unit>day|week) (?:on ?(?:;|and|then|followed by)?|;? ?(?:then|followed by)(?: a)?) ?"
        r"(?P<off>\d+) (?P<unit2>day|week) (?:off|break|rest|gap)",
        _cycle,
    ),
    # so often
    (rf"{RANGE} ?(?:time|x) ?(?:{IN_A} ?)?(?P<stretch>day|daily|24 hour|week|weekly|month|monthly)", _times),
    (rf"1 (?:(?:{_NAMES}) )?(?:a|per|each|every) day", _always(Amount(Decimal(1)), Times(1, 1, Period.DAY))),
    (r"every (?P<n>\d+) month", lambda found: Times(1, 1, Period.MONTH, every=int(found["n"]))),
    (r"daily|every day|each day|per day|a day|everyday", _always(_BARE_DAY)),
    (r"weekly|every week|each week|per week|a week", _always(_BARE_WEEK)),
    (r"monthly|every month|each month|a month", lambda _: Times(1, 1, Period.MONTH, bare=True)),
    (r"(?:at )?(?:about )?the same time (?:each|every) day", _always(_BARE_DAY)),
    (r"od|qd|o d", _latin(1)),
    (r"bd|bid|bds|b d", _latin(2)),
    (r"tds|tid|t d s", _latin(3)),
    (r"qds|qid|quater die", _latin(4)),
    # moments
    (rf"(?:{_AT} )?(?:the )?(?:{_ANY_PART})", _moment),
    (r"nightly|(?:on )?nocte|hs|last thing at night|before (?:going to )?bed", _always(Moment(Part.NIGHT))),
    (r"(?:(?<=\d )|(?<=mg )|(?<=tablet )|(?<=capsule ))on(?=$| ;| and| for)", _always(Moment(Part.NIGHT))),
    (r"om|qam|mane", _always(Moment(Part.MORNING))),
    (r"first thing(?: in the morning)?", _always(Moment(Part.WAKING))),
    (
        rf"(?P<n>{_N}|an|a) (?P<unit>hour|minute) (?P<side>before|after) (?:the )?(?P<part>{_ANY_PART})",
        _moment_with_offset,
    ),
    (r"(?:at )?@(?P<at>\d\d:\d\d)", _on_the_clock),
    (r"(?:with|at) (?:your |each |every |all )?(?:main )?(?:meal|mealtime)|with (?:each|every) meal", _always(Meals())),
    (r"(?:before|after|before or after) (?:your |each |every )?(?:main )?meal", _always(Meals())),
    # how long
    (
        r"(?:for|x|over)(?: the next| a further| a total of)? ?(?P<n>\d+|a) (?P<unit>day|week|month)(?: course)?",
        _lasting,
    ),
    (r"(?:for |x ?)(?P<n>\d+) ?(?P<unit>/7|/52|/12)", _lasting),
    (r"(?P<n>\d+) (?P<unit>day|week) course", _lasting),
    (r"until (?:all )?(?:gone|(?:the (?:course|pack) is )?(?:finished|complete))", _always(Word.FINISH)),
    (r"(?:(?:and )?then |and )stop(?:ped)?", _always(Word.FINISH)),
    # tapers and doses that change
    (
        rf"(?:then )?(?:reduc\w+|decreas\w+|tapering|coming down)(?: the dose)? by (?P<low>{_N})(?: (?P<unit>{UNIT}))? "
        r"(?:(?P<each>daily|weekly)|(?:every|each) ?(?P<n>\d+)?(?:st|nd|rd|th)? ?(?P<unit2>day|week))"
        r"(?: ?;? ?(?:and |until |down to |to |then )+"
        rf"(?:(?P<until>{_N})(?: {UNIT})?|(?P<stop>stop\w*|finish\w*|off|none)))?",
        _taper,
    ),
    *((words, lambda found: Varies(found[0])) for words in harmless.CHANGING),
    # how much
    (AMOUNT, _amount),
    (
        r"(?P<number>\d+)(?: x)? (?P<each>\d+(?:\.\d+)?) ml spoonful",
        lambda found: Amount(Decimal(found["number"]) * Decimal(found["each"]), None, "ml"),
    ),
    (
        rf"(?P<low>{_N})(?: x)? {_N} (?:mg|mcg|g|ml) (?P<unit>{_NAMES})(?P<high>)",
        lambda found: Amount(Decimal(found["low"]), None, found["unit"]),
    ),
    # words of their own
    (
        r"(?:only )?(?:as|when|if|as and when) (?:required|needed|necessary|req)|as and when|prn|sos",
        _always(Word.AS_NEEDED),
    ),
    *((words, _always(Word.AS_DIRECTED)) for words in harmless.DIRECTED),
    (r"then|followed by|thereafter|after that|and then", _always(Word.THEN)),
    (r"and|plus|;", _always(Word.AND)),
    *((words, _always(Word.HARMLESS)) for words in harmless.HARMLESS),
)
PHRASES: Final = tuple((re.compile(rf"(?:{words})(?![\w@/%])"), maker) for words, maker in TABLE)


def items(normalised: str) -> list[Item]:
    """What stands in a normalised text, phrase by phrase, always the longest that fits."""
    found: list[Item] = []
    place = 0
    while place < len(normalised):
        if normalised[place] == " ":
            place += 1
            continue
        hits = [(hit, maker) for expression, maker in PHRASES if (hit := expression.match(normalised, place))]
        if not hits:
            word = re.compile(r"\S+").match(normalised, place)
            assert word is not None
            found.append(Unread(word[0]))
            place = word.end()
            continue
        hit, maker = max(hits, key=lambda pair: pair[0].end())
        made = maker(hit)
        found.extend(made if isinstance(made, tuple) else (made,))
        place = hit.end()
    return found
