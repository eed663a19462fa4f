"""What is said in other languages than English: as the English says it, within two parts, and only where approved."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import config
from app.config import Settings
from app.notifications import checks, languages, segments, texts
from app.patients import consents
from app.ratings import loader
from tests.conftest import SECRETS
from tests.notifications.test_texts import LONGEST

LINK = "https://kith.example/"
FOLDER = Path(languages.__file__).parent
ENGLISH = languages.ALL["en"]
OTHERS = sorted(languages.ALL.keys() - {"en"})
ASKED = sorted(ENGLISH.templates.keys() - ENGLISH.english_only)
# Beyond these a text in letters of its own is sent in English; PUBLIC_URL has 50 characters at most.
LONGEST_LINK = 51
LINKS = {"sign_in_code": "/sign-in/code/enter", "sign_in_changed": "/me/sign-in", "joined": "/sign-in"}
CHOICES = "MARY, SAM or IMRAN"
WHEEL = loader.load_all()["wheel"]
RATING = ("text_rating_ask", "text_rating_off")


def _settings(**values: str) -> Settings:
    return config.from_environment(SECRETS | values)


@pytest.fixture(autouse=True)
def told() -> Iterator[Flask]:
    """Settings as an app holds them; nothing here needs more of it."""
    app = Flask(__name__)
    app.config["KITH"] = _settings()
    with app.app_context():
        yield app


def _source(language: str) -> dict[str, object]:
    return tomllib.loads((FOLDER / f"texts_{language}.toml").read_text("utf-8"))


def _longest(language: str, template: str) -> dict[str, str]:
    values = {name: LONGEST[name] for name in texts.variables_of(ENGLISH.templates[template])}
    if template.startswith("text_ask_"):
        values["consent"] = _consent(language, template)
    if languages.ALL[language].in_own_letters:
        base = "https://" + "a" * (LONGEST_LINK - 9)
        given = {"link": base + LINKS.get(template, "/"), "choices": CHOICES}
        given |= {"number": "12", "question": "ن" * 70} if template in RATING else {}
        values |= {name: value for name, value in given.items() if name in values}
    return {name: value for name, value in values.items() if name in texts.variables_of(ENGLISH.templates[template])}


def _consent(language: str, template: str) -> str:
    """All of it where there is room, half of it in each of two texts among letters of their own."""
    words = consents.current(consents.TEXTS, language)
    halves = {"text_ask_words": words.will, "text_ask_agree": words.will_not}
    return halves.get(template, "") if languages.ALL[language].in_own_letters else words.whole


def test_there_is_a_file_for_each_language_that_is_understood() -> None:
    understood = {path.stem for path in (FOLDER.parent / "texting" / "content").glob("*.toml")}
    assert set(languages.ALL) == understood


@pytest.mark.parametrize("language", OTHERS)
def test_all_that_goes_to_patients_and_carers_is_translated_and_nothing_lags_behind(language: str) -> None:
    words = languages.ALL[language]
    assert sorted(words.templates) == ASKED
    assert words.lagging == frozenset()
    source = _source(language)
    for table in ("things", "measures", "instead_of"):
        assert source[table].keys() == getattr(ENGLISH, table).keys()  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_sent_in_its_language_within_two_parts_and_names_emergencies(language: str) -> None:
    assert [fault for template in ASKED for fault in _faults(language, template)] == []


def _faults(language: str, template: str) -> Iterator[str]:
    """What is wrong with a text that has its longest values."""
    values = _longest(language, template)
    rendered = texts.render(template, language, **values)
    size = segments.count(rendered)
    if size.segments > texts.MOST_SEGMENTS:
        yield f"{template}: {size.segments} parts"
    if rendered == texts.render(template, "en", **values | {one: LONGEST[one] for one in texts.GIVEN & values.keys()}):
        yield f"{template}: sent in English"
    if not ("999" in rendered and "111" in rendered):
        yield f"{template}: names no emergency number"
    if not languages.ALL[language].in_own_letters and size.encoding != "GSM-7":
        yield f"{template}: sent in {size.encoding}"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_variables_of_the_english(language: str) -> None:
    for template in ASKED:
        english = texts.variables_of(ENGLISH.templates[template])
        own = texts.variables_of(languages.ALL[language].templates[template])
        assert own <= english <= texts.ALLOWED.keys(), template
        assert english - own <= languages.MAY_BE_LEFT_OUT, template


@pytest.mark.parametrize("language", OTHERS)
def test_each_text_ends_with_the_same_about_emergencies_or_says_it_itself(language: str) -> None:
    ends = segments.fold(str(_source(language)["ends"])) if language in ("cy", "pl") else _source(language)["ends"]
    for template, text in languages.ALL[language].templates.items():
        own = str(_source(language)["templates"][template])  # type: ignore[index]
        assert text.endswith(str(ends)) or ("999" in own and "111" in own), template


@pytest.mark.parametrize("language", ["cy", "pl"])
def test_welsh_and_polish_are_sent_in_gsm_7_without_the_marks_it_has_not(language: str) -> None:
    assert all(segments.count(text).encoding == "GSM-7" for text in languages.ALL[language].templates.values())
    assert "zapisano, dziekujemy." in languages.ALL["pl"].templates["dose_recorded"]
    assert "wedi'i gadw" in languages.ALL["cy"].templates["text_saved"]


@pytest.mark.parametrize("language", ["ur", "pa", "bn"])
def test_the_others_are_sent_in_their_own_letters(language: str) -> None:
    in_latin = [name for name, text in languages.ALL[language].templates.items() if segments.fold(text) == text]
    assert in_latin == ["text_advice"]  # the advice is in English, and would have no room among letters of its own


def test_urdu_begins_with_the_mark_that_sets_its_direction() -> None:
    words = languages.ALL["ur"].templates
    assert {name for name, text in words.items() if not text.startswith("\u200f")} == {"text_advice"}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("area", [one.code for one in WHEEL.areas])
def test_each_part_of_the_wheel_is_asked_for_with_both_ends_of_its_scale(language: str, area: str) -> None:
    one = WHEEL.says[language].areas[area]
    ways = [f"{one.name}: {one.asks} (0: {one.low} - 10: {one.high})", f"{one.name}: {one.asks} (0 - 10)"]
    ask, off = (texts.fullest(template, language, "question", ways, number="8", of="8") for template in RATING)
    assert ask == ways[0]
    assert off is not None


@pytest.mark.parametrize("language", OTHERS)
def test_what_a_patient_agrees_to_is_in_their_language(language: str) -> None:
    words = consents.current(consents.TEXTS, language)
    assert words.language == language
    assert words.version == consents.current(consents.TEXTS).version


class TestWhoIsSentWhat:
    """The words of a language nobody has approved go to nobody real."""

    @pytest.mark.parametrize("language", OTHERS)
    def test_what_we_ship_is_not_approved(self, language: str) -> None:
        assert not languages.ALL[language].is_approved

    @pytest.mark.parametrize(
        ("kind", "approved", "sent"),
        [
            ("test", frozenset(), True),
            ("development", frozenset(), True),
            ("demo", frozenset(), True),
            ("production", frozenset(), False),
            ("production", frozenset({"pl"}), True),
            ("production", frozenset({"cy", "ur"}), False),
        ],
    )
    def test_a_language_without_an_approver_is_not_sent_in_production(
        self, told: Flask, kind: str, approved: frozenset[str], sent: bool
    ) -> None:
        told.config["KITH"] = dataclasses.replace(_settings(), kind=kind, languages_approved=approved)
        said = texts.render("text_saved", "pl-PL")
        assert said.startswith("Kith: dziekujemy, zapisano." if sent else "Kith: thank you, it is saved.")

    def test_words_of_other_files_have_an_approver_of_their_own(self, told: Flask) -> None:
        told.config["KITH"] = dataclasses.replace(_settings(), kind="production", languages_approved=frozenset({"cy"}))
        sent = [texts.may_be_sent("pl", is_approved=True), texts.may_be_sent("cy", is_approved=False)]
        assert sent == [True, True]
        assert not texts.may_be_sent("pl", is_approved=False)

    def test_a_file_that_names_its_approver_is_sent(self) -> None:
        assert _loaded(approved_by='"Anna Nowak"', approved_on="2026-11-23").is_approved
        assert not _loaded(approved_by='""', approved_on="2026-11-23").is_approved

    def test_what_was_changed_after_that_is_not_approved(self) -> None:
        assert not _loaded(approved_by='"Anna Nowak"', approved_on="2026-11-20").is_approved
        assert not _loaded(approved_by='"Anna Nowak"').is_approved

    def test_the_setting_is_codes_by_commas(self) -> None:
        assert _settings(LANGUAGES_APPROVED="pl, cy").languages_approved == {"pl", "cy"}
        with pytest.raises(config.Misconfigured, match="LANGUAGES_APPROVED"):
            _settings(LANGUAGES_APPROVED="Polish")


def _loaded(text: str | None = None, **changed: str) -> languages.Words:
    """Polish with some lines changed, as it would be loaded."""
    polish = text or (FOLDER / "texts_pl.toml").read_text("utf-8")
    if changed:
        polish = polish.replace('approved_by = ""', "\n".join(f"{name} = {value}" for name, value in changed.items()))
    english = (FOLDER / "texts_en.toml").read_text("utf-8")
    return languages.loaded({"en": english, "pl": polish})["pl"]


class TestFiles:
    """A translation that is not as the English is now is not used; a file that is none stops the start."""

    @pytest.mark.parametrize(
        ("line", "instead"),
        [
            ('text_saved = "dziękujemy, zapisano."', 'text_saved = "zapisano: {severity}"'),
            ("Obejrzy to {member}, do {by}", "Obejrzy to zespół, do {by}"),
            ('text_saved = "dziękujemy', 'text_of_old = "dziękujemy'),
        ],
    )
    def test_other_variables_than_the_english_or_no_english_at_all(self, line: str, instead: str) -> None:
        polish = (FOLDER / "texts_pl.toml").read_text("utf-8")
        assert line in polish
        words = _loaded(polish.replace(line, instead))
        assert len(words.lagging) == 1
        assert words.lagging.isdisjoint(words.templates)

    @pytest.mark.parametrize(
        ("line", "instead"),
        [
            ('alphabet = "GSM-7"', 'alphabet = "Latin-1"'),
            ("translated_on = 2026-11-22", 'translated_on = "yesterday"'),
            ('"listopada", "grudnia"', '"listopada"'),
            ('look_in = "zajrzeć"', 'look_around = "zajrzeć"'),
        ],
    )
    def test_a_file_that_is_none(self, line: str, instead: str) -> None:
        polish = (FOLDER / "texts_pl.toml").read_text("utf-8")
        assert line in polish
        with pytest.raises(languages.BadTexts, match="pl: "):
            _loaded(polish.replace(line, instead))

    def test_numbers_of_emergencies_cannot_be_left_out(self) -> None:
        polish = (FOLDER / "texts_pl.toml").read_text("utf-8").replace("999 lub 111", "112")
        assert "text_saved" in _loaded(polish).lagging


class TestForms:
    """What arrives in English is written as each language writes it."""

    def test_a_day_and_a_weekday(self) -> None:
        polish = texts.render("refill", "pl", day="28 September", link=LINK)
        assert "28 wrzesnia" in polish
        assert "do sr. 10:45" in texts.render("text_looked_at", "pl", member="Priya", by="Wed 10:45")
        assert "10:45" in texts.render("text_looked_at", "ur", member="Priya", by="10:45")

    @pytest.mark.parametrize(("doses", "number"), [("1 dose", "1"), ("12 doses", "12")])
    def test_doses_are_a_number(self, doses: str, number: str) -> None:
        said = texts.render("dose_reminder", "pl", doses=doses, by="08:00", link=LINK)
        assert f"liczba dawek: {number}." in said

    def test_one_of_several(self) -> None:
        assert "MARY, SAM lub IMRAN" in texts.render("text_who", "pl", choices=CHOICES)

    def test_a_summary_counts_in_the_readers_language(self) -> None:
        summary = "Mary O.: 3 posts, 1 request for help; a patient: 1 message, 2 other things; and more"
        said = texts.render("digest", "pl", reader="Tom", summary=summary, link=LINK)
        assert "Mary O.: wpisy 3, prosby o pomoc 1; pacjent: wiadomosci 1, inne 2; i inne." in said

    def test_a_summary_that_has_no_room_says_that_there_is_more(self) -> None:
        summary = "Mary O.: 3 posts, 1 visit; Imran K.: 12 messages; Samantha W.: 4 requests for help"
        link = "https://kith.example.nhs.uk/" + "a" * 20 + "/"
        said = texts.render("digest", "ur", reader="Tom", summary=summary, link=link)
        assert "Mary O.: پوسٹ 3, ملاقات 1" in said
        assert "اور بھی" in said
        assert "Samantha" not in said

    def test_a_name_is_shortened_only_where_there_is_no_room(self) -> None:
        said = texts.render("text_done", "ur", patient=LONGEST["patient"])
        assert LONGEST["patient"] in said
        said = texts.render("help_asked", "ur", **_longest("ur", "help_asked"))
        assert "Wolfeschlege " in said
        assert "Uvuvwevwe O." in said

    def test_a_name_without_latin_letters_is_somebody_in_the_readers_language(self) -> None:
        said = texts.render("text_done", "pl", patient="")
        assert "Dla kogo: pacjent" in said


class TestWordsOfPeople:
    """What somebody of the circle wrote, for those who live by texts alone."""

    def test_words_in_letters_of_their_own_arrive_in_a_text_of_such_letters(self) -> None:
        said = texts.render("feed_post_says", "ur", member="Sana", patient="Mary O.", says="کل میں آؤں گی", link=LINK)
        assert "کل میں آؤں گی" in said

    def test_in_gsm_7_they_are_named_and_not_halved(self) -> None:
        values = {"member": "Sana", "patient": "Mary O.", "says": "کل میں آؤں گی", "link": LINK}
        assert "(otworz Kith, aby przeczytac)" in texts.render("feed_post_says", "pl", **values)

    def test_neither_addresses_nor_what_nobody_sees(self) -> None:
        says = "دیکھو https://evil.example/x \u202eok\u2066\x07"
        values = {"member": "Sana", "patient": "Mary O.", "says": says, "link": LINK}
        said = texts.render("feed_post_says", "ur", **values)
        assert "evil" not in said
        assert said.count("\u202e") + said.count("\u2066") + said.count("\x07") == 0
        assert "دیکھو (address) ok" in said


class TestAdvice:
    """A plan's advice is approved in English: it is never translated here, and it is said that English follows."""

    @pytest.mark.parametrize(
        ("language", "before"),
        [("cy", "Saesneg"), ("pl", "angielsku"), ("ur", "angrezi"), ("pa", "angrezi"), ("bn", "English")],
    )
    def test_it_is_said_in_the_persons_language_that_english_follows(self, language: str, before: str) -> None:
        advice = "Sit down and rest for half an hour, then measure again."
        said = texts.render("text_advice", language, advice=advice)
        assert advice in said
        assert before in said[: said.index(advice)]

    def test_advice_that_leaves_no_room_for_that_comes_in_english_alone(self) -> None:
        advice = ("Sit down and rest, then measure again on the other arm. " * 4)[:220]
        assert len(advice) == 220
        for language in OTHERS:
            assert advice in texts.render("text_advice", language, advice=advice)


class TestDoctor:
    """Whoever runs Kith is told what does not reach people in their language."""

    def test_what_we_ship_lags_nowhere(self) -> None:
        assert checks.languages_fault() is None

    def test_a_language_that_has_no_texts_cannot_be_approved(self, told: Flask) -> None:
        told.config["KITH"] = _settings(LANGUAGES_APPROVED="pl,fr")
        assert checks.languages_fault() == "LANGUAGES_APPROVED names fr, and there are no texts in it."
