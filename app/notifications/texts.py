"""What a text or an e-mail says: templates per language, and the only things that may be put into them."""

import dataclasses
import re
import typing
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from app import config
from app.notifications import given_words, languages, segments
from app.notifications.languages import Words, variables_of

LONGEST_NAME = 20
MOST_SEGMENTS = 2
LANGUAGE_OF_LAST_RESORT = languages.ENGLISH
_ENGLISH = languages.ALL[LANGUAGE_OF_LAST_RESORT]

_NOT_IN_A_NAME = re.compile(r"[^\w '\-]|[\d_]")
_NAME_AND_INITIAL = re.compile(r"(?P<given>[^ .]+)(?: (?P<initial>\w)\.)?")
_CLOCK_TIME = re.compile(r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:[01]\d|2[0-3]):[0-5]\d")
# No query and no fragment: a link leads to sign-in and holds no secret.
_LINK = re.compile(r"https?://[A-Za-z0-9.\-]+(?::\d{1,5})?(?:/[A-Za-z0-9\-_.~/]*)?")
_LONGEST_LINK = 90
_CODE = re.compile(r"\d{6}", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,2}", re.ASCII)
_INVITATION = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DOSES = re.compile(r"1 dose|(?:[2-9]|[1-9]\d) doses", re.ASCII)
_DAY = re.compile(rf"[1-9]\d? (?:{_MONTHS})", re.ASCII)
_THINGS = r"(?:[1-9]\d{0,2} (?:posts?|messages?|visits?|requests? for help|other things?))"
_OF_ONE = rf"[^\d:;]{{1,25}}: {_THINGS}(?:, {_THINGS})*"
_SUMMARY = re.compile(rf"{_OF_ONE}(?:; {_OF_ONE})*(?:; and more)?", re.ASCII)
_JOINERS = "\u200c\u200d"  # within words of Urdu, Punjabi and Bengali
_ADDRESS = re.compile(r"(?:https?:|www\.)\S*|\S+\.(?:com|org|net|uk|co|info|link|ly|me|io|app)\b\S*", re.IGNORECASE)
LONGEST_SAYS = 80
MOST_CHOICES = 6
MOST_MEASURES = 5
_CHOICE = "(?:(?:OK|PASS) )?[A-Z]{2,20}"
_CHOICES = re.compile(f"{_CHOICE}(?:, {_CHOICE}){{0,4}}(?: or {_CHOICE})?", re.ASCII)
_ADVICE = re.compile(r"[A-Za-z0-9 ,.;:'()?!&/\-]{1,220}", re.ASCII)
MEASURES = "measures"  # what somebody is to measure and text, each with an example, in the words of their language
SAYS = "says"  # what somebody of the circle wrote
GIVEN = frozenset({"consent", "question"})  # words of other files
THING = "thing"  # one of a few things that the circle is asked for, in the words of the reader's language
_SEVERITIES = frozenset({"RED", "AMBER"})
_NAMES = frozenset({"reader", "patient", "member", "inviter", "joiner"})


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """How long names, a summary and somebody's own words may be, in characters."""

    name: int
    summary: int
    says: int


# A language whose letters are not in GSM-7 has less than half the room: what is long is written shorter, then.
ROOMS = (Room(LONGEST_NAME, 120, LONGEST_SAYS), Room(12, 38, 30))


class TextRefused(ValueError):
    """A text that must not be sent: its message names the template and the variable, never the value."""


def first_name(given: str) -> str:
    """The first word of a given name, in GSM-7 and at most 20 characters; empty if it has no Latin form."""
    return _first_word(given, LONGEST_NAME)


def name_with_initial(given: str, family: str) -> str:
    """First name and initial, `Mary O.`; never the surname."""
    first = _first_word(given, LONGEST_NAME - 3)
    initial = segments.fold(_first_word(family, 1).upper())[:1]  # a capital may be two letters (ß) or outside GSM-7 (À)
    return f"{first} {initial}." if first and initial else first


def render(template: str, language: str, **variables: str) -> str:
    """Fill a template in the reader's language; in English where it is not translated, not approved or has no room."""
    if template not in _ENGLISH.templates:
        raise TextRefused(f"{template}: no such text")
    _have_all(template, _ENGLISH.templates[template], variables)
    words = _words(language)
    theirs = _fitting(template, words, variables) if template in words.templates else None
    rendered = theirs or _fitting(template, _ENGLISH, variables)
    if rendered is None:
        raise TextRefused(f"{template}: more than {MOST_SEGMENTS} parts of GSM-7")
    return rendered


def render_known(template: str, language: str, known: Mapping[str, str]) -> str:
    """The same with those of the known variables that it names; the others are not its business."""
    text = _ENGLISH.templates.get(template, "")
    return render(template, language, **{name: known[name] for name in variables_of(text) if name in known})


def clock_time(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """An instant as a text says it: `10:45`, or `Wed 10:45` on another day."""
    here = at.astimezone(zone)
    return f"{here:%H:%M}" if here.date() == now.astimezone(zone).date() else f"{here:%a %H:%M}"


def choices(codes: Sequence[str]) -> str:
    """`MARY, SAM or IMRAN`, as far as a text goes."""
    some = list(codes[:MOST_CHOICES])
    return f"{', '.join(some[:-1])} or {some[-1]}" if len(some) > 1 else "".join(some)


def measures() -> frozenset[str]:
    """What somebody can be asked to measure and text."""
    return frozenset(_ENGLISH.measures)


def advice(words: str) -> str:
    """A plan's own advice in GSM-7; nothing where it is too long for a text."""
    folded = segments.fold(" ".join(words.split()))
    return folded if _ADVICE.fullmatch(folded) else ""


def fullest(template: str, language: str, name: str, ways: Sequence[str], **others: str) -> str | None:
    """The first of these ways to say a variable that the text has room for in this language; None for none of them."""
    words = _words(language)
    fits = (one for one in ways if template in words.templates and _fitting(template, words, {**others, name: one}))
    return next(fits, None)


def render_email(template: str, language: str, **variables: str) -> str:
    """The same for an e-mail: its subject, an empty line, its body."""
    words = _words(language)
    words = words if template in words.emails else _ENGLISH
    if template not in words.emails:
        raise TextRefused(f"{template}: no such e-mail")
    text = f"{words.emails[template]['subject']}\n\n{words.emails[template]['body']}"
    _have_all(template, text, variables)
    return _filled(template, text, variables, words, ROOMS[0])


def language_sent(language: str) -> str:
    """The language that this one is answered in: itself where its texts are approved, or where no patient is real."""
    code = language.partition("-")[0].lower()
    if code == LANGUAGE_OF_LAST_RESORT or code not in languages.ALL:
        return LANGUAGE_OF_LAST_RESORT
    return code if may_be_sent(code, is_approved=languages.ALL[code].is_approved) else LANGUAGE_OF_LAST_RESORT


def may_be_sent(code: str, *, is_approved: bool) -> bool:
    """Words of a language: somebody has signed them, it is approved as it comes, or no patient is real."""
    settings = config.current()
    return is_approved or code in settings.languages_approved or settings.drafts_may_run


def _words(language: str) -> Words:
    return languages.ALL[language_sent(language)]


def _have_all(template: str, text: str, variables: dict[str, str]) -> None:
    wanted = variables_of(text)
    if wanted != variables.keys():
        odd = ", ".join(sorted(wanted ^ variables.keys()))
        raise TextRefused(f"{template}: missing or not allowed: {odd}")


def _fitting(template: str, words: Words, variables: dict[str, str]) -> str | None:
    """The text with as much of what is long as there is room for; None where there is not enough."""
    for room in ROOMS:
        rendered = _filled(template, words.templates[template], variables, words, room)
        size = segments.count(rendered)
        if size.segments <= MOST_SEGMENTS and (words.in_own_letters or size.encoding == languages.GSM_7):
            return rendered
    return None


def _filled(template: str, text: str, variables: dict[str, str], words: Words, room: Room) -> str:
    return text.format(**{name: _checked(template, name, value, words, room) for name, value in variables.items()})


def templates() -> dict[str, dict[str, str]]:
    """Every template of a text by language and name."""
    return {language: dict(words.templates) for language, words in languages.ALL.items()}


def emails() -> dict[str, dict[str, str]]:
    """The same of e-mails: subject, empty line, body."""
    return {
        language: {name: f"{one['subject']}\n\n{one['body']}" for name, one in words.emails.items()}
        for language, words in languages.ALL.items()
    }


def _checked(template: str, name: str, value: str, words: Words, room: Room) -> str:
    if name == SAYS and words.in_own_letters:
        return _says_as_written(value, room.says) or words.instead_of[SAYS]
    checked = ALLOWED[name](value) if name in ALLOWED else None
    if checked is None:
        raise TextRefused(f"{template}: {name} is not what it may be")
    if name in GIVEN:
        return checked if words.in_own_letters else given_words.in_gsm_7(checked)
    if name == THING:
        return words.things[checked]
    if name == MEASURES:
        return "; ".join(words.measures[one] for one in checked.split())
    if checked and name in _NAMES:
        return _shorter(checked, room.name)
    return languages.said_in(words, name, checked, room.summary) or words.instead_of[name]


def _shorter(name: str, longest: int) -> str:
    """`Wolfeschl B.`: the initial stays."""
    given, _, initial = name.partition(" ")
    if not initial:
        return given[:longest].rstrip("'-")
    return f"{given[: longest - 3]} {initial}"


def _first_word(name: str, longest: int) -> str:
    """Letters, hyphens and apostrophes in GSM-7, so that a name can carry neither a link nor a number."""
    composed = unicodedata.normalize("NFC", name)
    if not composed.isascii() and not given_words.has_latin_form(composed):
        return ""
    words = (word.strip("'-") for word in _NOT_IN_A_NAME.sub(" ", segments.fold(composed)).split())
    return next(filter(None, words), "")[:longest].rstrip("'-")


def _patient(value: str) -> str | None:
    """Only what `name_with_initial` makes; a longer name could be a surname and is refused."""
    name = _NAME_AND_INITIAL.fullmatch(value)
    if value and name is None:
        return None
    return name_with_initial(name["given"], name["initial"] or "") if name else ""


def _matching(pattern: re.Pattern[str], longest: int) -> Callable[[str], str | None]:
    return lambda value: value if len(value) <= longest and pattern.fullmatch(value) else None


def _says(value: str) -> str:
    """What somebody of the circle wrote, as far as it goes, on one line and without addresses.

    Nothing where it has letters that GSM-7 has not: half of a sentence would say something else.
    """
    line = " ".join(_ADDRESS.sub("(address)", value).split())
    folded = segments.fold(line)
    if not given_words.has_latin_form(line):
        return ""
    whole = folded
    while segments.count(folded).units > LONGEST_SAYS:
        whole = whole[:-1]
        folded = f"{whole.rstrip()}..."
    return folded


def _says_as_written(value: str, longest: int) -> str:
    """The same for a text in letters of its own: nothing is left out but what nobody sees, save where words join."""
    line = " ".join(_ADDRESS.sub("(address)", unicodedata.normalize("NFC", value)).split())
    seen = "".join(one for one in line if one in _JOINERS or not unicodedata.category(one).startswith("C"))
    return seen if len(seen) <= longest else f"{seen[: longest - 3].rstrip()}..."


def _thing(value: str) -> str | None:
    return value if value in _ENGLISH.things else None


def _measures(value: str) -> str | None:
    """Names of the catalogue with a space between."""
    known, named = _ENGLISH.measures, value.split()
    return value if 0 < len(named) <= MOST_MEASURES and known.keys() >= set(named) else None


# The allow-list (security.md S21): a variable that is not here cannot reach a phone, whatever a template says.
# A check answers None for what must not be sent, and nothing ("") for a name to be written as `instead_of` says.
ALLOWED: typing.Final[dict[str, Callable[[str], str | None]]] = {
    "reader": first_name,
    "patient": _patient,
    "severity": lambda value: value.upper() if value.upper() in _SEVERITIES else None,
    "by": _matching(_CLOCK_TIME, 9),
    "link": _matching(_LINK, _LONGEST_LINK),
    "code": _matching(_CODE, 6),
    "invitation": _matching(_INVITATION, 11),
    "inviter": first_name,
    "joiner": first_name,
    "member": first_name,
    "day": _matching(_DAY, 12),
    "doses": _matching(_DOSES, 8),
    "summary": _matching(_SUMMARY, 120),
    SAYS: _says,
    THING: _thing,
    MEASURES: _measures,
    "number": _matching(_NUMBER, 3),
    "of": _matching(_NUMBER, 3),
    "choices": _matching(_CHOICES, 100),
    "advice": _matching(_ADVICE, 220),
    "question": given_words.question,
    "consent": given_words.consent,
    "text": lambda value: value,  # of an e-mail: a text that was rendered before
}
