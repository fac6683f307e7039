"""A reading undoes what programs do to texts, and knows the way back."""

import html
import json
import textwrap
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.reading import MAX_CHARS, READ_CHARS, readings, unwrap

SENTENCE = "AADSTS50055: The user's password is expired. They can't \"sign in\" until it is changed"


def escaped(text: str, times: int) -> str:
    for _ in range(times):
        text = json.dumps(text)
    return text


WRAPPINGS = {
    "JSON": lambda t: json.dumps({"message": t}),
    "JSON in JSON": lambda t: json.dumps({"m": json.dumps({"message": t})}),
    "eight times escaped": lambda t: escaped(t, 4),
    "HTML": lambda t: f"<html><body><pre>{html.escape(t)}</pre></body></html>",
    "HTML, block by block": lambda t: (
        "<p>" + html.escape(t).replace("until", "</p><p>until") + "</p>"
    ),
    "percent-encoded": quote,
    "form-encoded": lambda t: f"error_description={quote_plus(t)}",
    "quoted mail": lambda t: textwrap.indent(textwrap.fill(t, 40), "> "),
    "PowerShell gutter": lambda t: textwrap.indent(textwrap.fill(t, 40), "     | "),
    "log prefixes": lambda t: textwrap.indent(
        textwrap.fill(t, 40), "2026-11-16 08:00:00.123 ERROR [worker-2] "
    ),
    "hard wrap": lambda t: textwrap.fill(t, 50),
    "cut at a width": lambda t: "\n".join(t[i : i + 50] for i in range(0, len(t), 50)),
    "CSV cell": lambda t: '17,"' + t.replace('"', '""') + '",Failed',
    "curly quotes": lambda t: t.replace("'", "\u2019"),
    "mojibake": lambda t: t.replace("'", "â€™"),
}


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
def test_a_wrapped_sentence_is_read_as_it_was(wrap):
    found = [SENTENCE in reading.text for reading in readings(wrap(SENTENCE))]

    assert any(found), [reading.text for reading in readings(wrap(SENTENCE))]


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
def test_a_place_in_the_reading_leads_back_to_the_sent_text(wrap):
    sent = wrap(SENTENCE)
    reading = next(r for r in readings(sent) if "AADSTS50055" in r.text)
    at = reading.text.index("AADSTS50055")

    start, end = reading.span(at, at + len("AADSTS50055"))

    assert sent[start:end].replace("\n", "").replace(" ", "").startswith("AADSTS50055")


def test_unescaping_leaves_windows_names_alone():
    assert "CONTOSO\\Users" in unwrap("CONTOSO\\Users").text


@given(st.text(max_size=300))
def test_every_place_of_every_reading_is_inside_the_text(text):
    for reading in readings(text):
        assert len(reading.origins) == len(reading.text) + 1
        assert all(0 <= origin <= len(text) for origin in reading.origins)
        assert list(reading.origins) == sorted(reading.origins)


def test_a_long_page_is_stripped_before_its_ends_are_taken():
    style = f"<style type='text/css'>{'p { color: red }' * 3000}</style>"
    page = f"<html>{style}<body><p>{html.escape(SENTENCE)}</p></body>{style}</html>"

    assert len(style) > READ_CHARS
    assert SENTENCE in unwrap(page).text


def test_of_a_very_long_text_the_ends_are_read():
    text = "first " + "x " * MAX_CHARS + "last"

    reading = unwrap(text)

    assert reading.text.startswith("first ")
    assert reading.text.endswith("last")
    assert reading.span(len(reading.text) - 4, len(reading.text)) == (len(text) - 4, len(text))
