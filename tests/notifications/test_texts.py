"""What an SMS may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications import segments, texts
from app.patients import consents

LINK = "https://kith.example.nhs.uk/alerts/0198f0c2-7b1e-7c3a-9d55-3f1a2b4c5d6e"
PRIYA = {"reader": "Priya", "severity": "red", "patient": "Mary O.", "by": "10:45", "link": LINK}
LONGEST = {
    "reader": "Wolfeschlegelsteinhausenberg",
    "severity": "amber",
    "patient": texts.name_with_initial("Uvuvwevwevweonyetenyevwe", "Ossas"),
    "by": "Wed 10:45",
    "link": "https://" + "a" * 46 + "/" + "b" * 35,
    "code": "048151",
    "invitation": "7ZK9Q-0M4XA",
    "inviter": "Wolfeschlegelsteinhausenberg",
    "joiner": "Wolfeschlegelsteinhausenberg",
    "member": "Wolfeschlegelsteinhausenberg",
    "day": "28 September",
    "doses": "12 doses",
    "summary": "Wolfeschlegelstei B.: 12 posts, 3 requests for help; Wolfeschl K.: 999 messages, 12 visits; and more",
    "says": "Could somebody drive me to the clinic on Thursday at ten, and wait there for an hour or two, "
    + "please " * 9,
    "thing": "look_in",
    "measures": "blood_pressure weight pulse oxygen_saturation glucose",
    "number": "123",
    "choices": "MARYWOLFESCHLEGEL, SAMWOLFESCHLEGELST, IMRANWOLFESCHLEG or TOMWOLFESCHLEGELST",
    "advice": "Sit down and rest for half an hour, then measure again on the other arm and text us what it says. " * 2,
    "of": "12",
    "question": ("How sure are you of what to do about your health, and whom to ask? " * 3)[:190],
    "consent": consents.current(consents.TEXTS).whole,
    "text": "Kith: hello. Not for emergencies: 999 or 111.",
}
TEMPLATES = sorted(texts.templates()["en"].items())
EMAILS = sorted(texts.emails()["en"].items())


def _filled(template: str, text: str, values: dict[str, str]) -> str:
    return texts.render(template, "en", **{name: values[name] for name in texts.variables_of(text)})


def test_the_coordinator_is_told_who_what_by_when_and_where() -> None:
    assert texts.render("alert_opened", "en", **PRIYA) == (
        f"Kith: Priya, a RED alert for Mary O. is waiting for you. Please open it by 10:45: {LINK} "
        "Not for emergencies: 999 or 111."
    )


@pytest.mark.parametrize(("template", "text"), TEMPLATES)
def test_every_text_fits_two_parts_with_the_longest_values_and_names_emergencies(template: str, text: str) -> None:
    rendered = _filled(template, text, LONGEST)
    size = segments.count(rendered)
    assert (size.encoding, size.segments <= texts.MOST_SEGMENTS) == ("GSM-7", True)
    assert "Not for emergencies" in rendered
    assert "999" in rendered
    assert "111" in rendered


@pytest.mark.parametrize(("template", "text"), EMAILS)
def test_every_email_has_a_subject_fills_its_body_and_names_emergencies(template: str, text: str) -> None:
    rendered = texts.render_email(template, "en", **{name: LONGEST[name] for name in texts.variables_of(text)})
    subject, empty, *body = rendered.split("\n")
    assert 10 < len(subject) < 80
    assert empty == ""
    assert "Not for emergencies: call 999, or 111" in body[-2]
    assert "{" not in rendered


@pytest.mark.parametrize(("template", "text"), TEMPLATES + EMAILS)
def test_no_template_asks_for_what_may_not_be_sent(template: str, text: str) -> None:
    assert texts.variables_of(text) <= texts.ALLOWED.keys()


INVITED = {"inviter": "Mary", "link": "https://kith.example/join", "invitation": "7ZK9Q-0M4XA"}


NAMES = {
    "as it is": ("Mary", "Okafor", "Mary O."),
    "Zoë": ("Zoë", "Élan", "Zoe É."),
    "two given names": ("Mary Jane", "Okafor", "Mary O."),
    "a particle": ("Jan", "van der Berg", "Jan V."),
    "hyphen and apostrophe": ("Anne-Marie", "O’Brien", "Anne-Marie O."),
    "long": ("Wolfeschlegelsteinhausen", "Berg", "Wolfeschlegelstei B."),
    "cut at a hyphen": ("Wolfeschlegelste-Anna", "Berg", "Wolfeschlegelste B."),
    "no Latin letters": ("李", "王", ""),
    "no Latin letters in the surname": ("Mary", "王", "Mary"),
    "half Latin": ("Δημήτρης", "K", ""),
    "a link": ("evil.com/x", "Y", "evil Y."),
    "a number": ("943 476 5919", "Mary", ""),
    "a line break": ("Mary\nRING 0900", "Okafor", "Mary O."),
    "an emoji": ("Mary😀", "Okafor", "Mary O."),
    "an initial of two capitals": ("Jan", "ßen", "Jan S."),
    "an initial whose capital is not in GSM-7": ("Lea", "àgoston", "Lea A."),
    "nothing": ("", "", ""),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_carries_a_first_name_and_an_initial_at_most(name: str) -> None:
    given_name, family, expected = NAMES[name]
    assert texts.name_with_initial(given_name, family) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_name_gives_a_text_that_leaves(given_name: str, family: str) -> None:
    values = PRIYA | {"reader": given_name, "patient": texts.name_with_initial(given_name, family)}
    rendered = texts.render("alert_opened", "en", **values)
    assert segments.count(rendered).encoding == "GSM-7"
    assert "://" not in rendered.replace(LINK, "")


def test_a_name_without_latin_letters_does_not_stop_the_text() -> None:
    rendered = texts.render("alert_opened", "en", **PRIYA | {"reader": "Ольга", "patient": ""})
    assert rendered.startswith("Kith: hello, a RED alert for a patient is waiting")


def test_an_inviter_is_a_first_name() -> None:
    assert texts.render("invitation", "en", **INVITED | {"inviter": "Mary Okafor"}).startswith("Kith: Mary invites you")


REFUSED = {
    "an unknown template": ("birthday", PRIYA),
    "a missing variable": ("alert_opened", {name: PRIYA[name] for name in PRIYA if name != "by"}),
    "one too many": ("alert_opened", PRIYA | {"reading": "88 %"}),
    "a surname": ("alert_opened", PRIYA | {"patient": "Mary Okafor"}),
    "a number as the patient": ("alert_opened", PRIYA | {"patient": "943 476 5919"}),
    "a severity that is none": ("alert_opened", PRIYA | {"severity": "heart failure"}),
    "a time that is none": ("alert_opened", PRIYA | {"by": "88 % at ten"}),
    "no time": ("alert_opened", PRIYA | {"by": ""}),
    "a secret in the link": ("alert_opened", PRIYA | {"link": "https://kith.example/a?token=1"}),
    "a fragment in the link": ("alert_opened", PRIYA | {"link": "https://kith.example/a#1"}),
    "a long link": ("alert_opened", PRIYA | {"link": "https://kith.example/" + "a" * 90}),
    "a long code": ("sign_in_code", {"code": "1234567"}),
    "a code in other digits": ("sign_in_code", {"code": "١٢٣٤٥٦"}),
    "words for a code": ("sign_in_code", {"code": "Okafor"}),
    "an invitation that is none": ("invitation", INVITED | {"invitation": "943476-5919"}),
    "letters nobody can tell apart": ("invitation", INVITED | {"invitation": "OIL0U-00000"}),
    "a question on two lines": ("text_rating_ask", {"number": "1", "of": "8", "question": "Okafor\n88"}),
    "a question with an address": ("text_rating_ask", {"number": "1", "of": "8", "question": "mail@88"}),
    "a question in letters that English has not": ("text_rating_ask", {"number": "1", "of": "8", "question": "جسم؟"}),
    "words nobody agrees to": ("text_ask_agree", {"reader": "Mary", "consent": "Okafor agrees."}),
    "a script as link": ("alert_opened", PRIYA | {"link": "javascript:alert(1)"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_be_sent_is_refused_without_repeating_it(name: str) -> None:
    template, values = REFUSED[name]
    with pytest.raises(texts.TextRefused) as refused:
        texts.render(template, "en", **values)
    assert not any(word in str(refused.value) for word in ("Okafor", "943", "88", "token=1"))


@pytest.mark.parametrize("language", ["en", "en-GB", "EN", "fr", "xx", ""])
def test_a_language_without_texts_gets_english_rather_than_nothing(language: str) -> None:
    assert texts.render("alert_opened", language, **PRIYA).startswith("Kith: Priya,")
