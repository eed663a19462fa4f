"""Every page renders with what it asks for, stands on its own and breaks no promise to the browser or the reader."""

import functools
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import pytest

from app.web import assets
from tests.web import samples

WEB = Path(__file__).resolve().parents[2] / "app" / "web"


@functools.cache
def environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.FileSystemLoader(WEB / "templates"), jinja2.PackageLoader("nhsuk_frontend_jinja")]
        ),
        undefined=jinja2.ChainableUndefined,
        autoescape=True,
    )


class Page(HTMLParser):
    """What a browser would find: elements with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def render(name: str, **changes: Any) -> str:
    template, context = samples.PAGES[name]
    return environment().get_template(template).render(context | changes)


every_page = pytest.mark.parametrize("name", samples.PAGES)


@every_page
def test_page_has_language_title_and_one_heading(name: str) -> None:
    html = render(name)
    page = Page(html)
    assert page.all("html")[0]["lang"] == "en"
    assert re.search(r"<title>(Error: )?\w.* – Kith</title>", html)
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert "Not for emergencies." in html
    assert "Draft protocols: demonstration only" in html


@every_page
def test_page_keeps_the_content_policy(name: str) -> None:
    for tag, attributes in Page(render(name)).found:
        assert "style" not in attributes, f"<{tag}> carries its own style"
        assert not [key for key in attributes if key.startswith("on")], f"<{tag}> carries its own script"
        if tag == "script":
            assert attributes.get("src"), "a script stands in the page"
            assert attributes["nonce"] == "nonce-of-this-answer"
        assert tag != "style"
        for key in ("src", "href", "action", "hx-get", "hx-post"):
            assert not (attributes.get(key) or "").startswith(("http", "//")), f"<{tag}> leaves the service"


@every_page
def test_ids_are_unique_and_references_meet_them(name: str) -> None:
    found = Page(render(name)).found
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in found:
        for key in ("aria-labelledby", "aria-describedby", "for"):
            for target in (attributes.get(key) or "").split():
                assert target in ids, f"{key}={target}"
        if (href := attributes.get("href") or "").startswith("#"):
            assert href[1:] in ids


@every_page
def test_forms_carry_the_token(name: str) -> None:
    html = render(name)
    for form in re.findall(r"<form.*?</form>", html, re.DOTALL):
        assert 'method="get"' in form or 'name="csrf_token" value="token"' in form


@every_page
def test_what_people_wrote_is_never_markup(name: str) -> None:
    template, context = samples.PAGES[name]
    html = environment().get_template(template).render(poisoned(context))
    assert "<script>alert" not in html
    assert "<img" not in html


def poisoned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: poisoned(one) for key, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one) for one in value]
    return value + "<script>alert(1)</script><img src=x>" if isinstance(value, str) else value


@every_page
def test_nothing_a_page_shows_is_missing_from_what_it_was_given(name: str) -> None:
    """ChainableUndefined prints nothing for a mistyped name: our own templates are read with a strict one."""
    template, context = samples.PAGES[name]
    strict = environment().overlay(undefined=Strict)
    assert strict.get_template(template).render(context)


class Strict(jinja2.ChainableUndefined):
    """Undefined that may be asked for, as the components do, but printed or looped over by nobody."""

    def __str__(self) -> str:
        raise jinja2.UndefinedError(f"{self._undefined_name} was printed but never given")

    def __iter__(self) -> Any:
        raise jinja2.UndefinedError(f"{self._undefined_name} was looped over but never given")


def test_brand_is_a_setting() -> None:
    html = render("today", brand={"name": "Wandle Care", "accent": "#5b2245"})
    assert " – Wandle Care</title>" in html
    assert "Kith" not in html.replace("kith", "")
    assert '<style nonce="nonce-of-this-answer">:root { --kith-accent: #5b2245; }</style>' in html


def test_severity_is_a_word_and_a_shape() -> None:
    html = render("worklist")
    for severity, word in [
        ("emergency", "Emergency"),
        ("red", "Red"),
        ("not_judged", "Not judged"),
        ("amber", "Amber"),
    ]:
        assert re.search(rf'severity--{severity}"><svg.*?</svg><span>{word}</span>', html, re.DOTALL)


def test_worklist_answers_htmx_with_the_list_alone() -> None:
    _, context = samples.PAGES["worklist"]
    html = environment().get_template("coordinator/worklist_list.html").render(context)
    assert html.lstrip().startswith('<section class="worklist" id="worklist"')
    assert html.count('class="row row--') == len(samples.console.WORKLIST["rows"])
    assert 'data-etag="&#34;a1b2&#34;"' in html


def test_htmx_is_kept_on_a_short_lead() -> None:
    (config,) = [meta["content"] for meta in Page(render("worklist")).all("meta") if meta.get("name") == "htmx-config"]
    settings = json.loads(config or "")
    assert settings["allowEval"] is False
    assert settings["selfRequestsOnly"] is True
    assert settings["historyCacheSize"] == 0
    assert settings["responseHandling"][0] == {"code": "304", "swap": False}


def test_emergency_reply_offers_the_call_and_drops_the_small_print_above_it() -> None:
    html = render("reply-emergency")
    assert '<a class="kith-button kith-button--call" href="tel:999">Call 999</a>' in html
    assert html.index("Call 999 now</h1>") < html.index("What you sent")


def test_charts_come_with_words_and_a_table() -> None:
    html = render("numbers")
    for measure in (samples.measures.saturation(), samples.measures.pressure(), samples.measures.glucose()):
        assert f"<figcaption>{measure['summary']}</figcaption>" in html
        assert f'<desc id="trend-{measure["key"]}-desc">{measure["summary"]}</desc>' in html
        assert f"{measure['title']} as a table" in html


def test_no_red_word_for_the_person_it_is_about() -> None:
    table = render("numbers").split("Oxygen level as a table")[1].split("</table>")[0]
    assert "Far past a limit" in table
    assert "Red" not in table


def test_components_come_without_the_licensed_font_or_another_host() -> None:
    css = assets.own_css(
        "@font-face{font-family:Frutiger W01;src:url(https://assets.example/f.woff2)}"
        "html{font-family:Frutiger W01,arial,sans-serif}a{color:#005eb8;background:url(/assets/images/tick.svg)}"
        "/*# sourceMappingURL=nhsuk.css.map */"
    )
    assert css == "html{font-family:var(--kith-font)}a{color:var(--kith-accent);background:url(icons/tick.svg)}"


@pytest.mark.parametrize("left", ["a{font:1em Frutiger}", "a{background:url(https://example.org/a.png)}"])
def test_a_changed_stylesheet_is_refused(left: str) -> None:
    with pytest.raises(ValueError, match="nhsuk-frontend changed"):
        assets.own_css(left)


def test_lock_names_no_host() -> None:
    assert "http" not in (assets.ROOT / "package-lock.json").read_text()


def test_own_styles_and_scripts_stay_at_home() -> None:
    for path in [*WEB.glob("static/*.css"), *WEB.glob("static/*.js"), WEB / "static" / "manifest.webmanifest"]:
        assert not re.search(r"https?://|url\(//", path.read_text()), path.name
