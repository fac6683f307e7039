"""`signatures explain` shows what an entry looks for, says, and finds in our own messages."""

import pytest

from classifiers.evidence import Context, Failure
from classifiers.gather import Gatherer
from classifiers.portrait import Gallery, Portrait
from classifiers.redact import redact_text
from classifiers.signatures.book import Book, Signature, book_of, load_book
from corpus.codebook import load_codes
from corpus.labelled import load_messages
from service.cli import main

HEAD = {
    "provider": {"name": "Fabrikam Pay", "pattern": "fabrikam pay", "matches": ["Fabrikam Pay"]},
    "finder": {
        "pay-code": {
            "pattern": r"pay code (?P<code>\w+)",
            "matches": [{"text": "pay code AADSTS50055", "code": "AADSTS50055"}],
            "codes": "entra",
        }
    },
    "signature": {
        "pay-refused": {
            "cause": "provider_authorization",
            "pattern": r"key (?:was )?refused",
            "also": ["fabrikam"],
            "absent": ["retry"],
            "matches": [{"text": "fabrikam says: key was\n refused at once"}],
            "rejects": ["fabrikam says: key refused, retry"],
            "refines": ["pay-wide"],
            "identity": {"user": "environment_access"},
            "source": "https://fabrikam.example/errors",
            "bare": True,
        },
        "pay-wide": {
            "cause": "undetermined_permissions",
            "pattern": "refused",
            "matches": [{"text": "refused"}],
        },
    },
}


@pytest.fixture(scope="module")
def book() -> Book:
    return book_of([("pay", HEAD)])


@pytest.fixture(scope="module")
def portrait(book: Book) -> Portrait:
    return Gallery(book, load_codes(), load_messages()).portrait("signature:pay-refused")


def test_a_portrait_holds_every_part_of_the_pattern(portrait):
    assert portrait.patterns == (
        ("must match", r"key (?:was )?refused"),
        ("and", "fabrikam"),
        ("and not", "retry"),
    )


def test_a_portrait_says_what_the_entry_means(portrait):
    members = dict(portrait.members)

    assert members["cause"] == "provider_authorization"
    assert members["for user"] == "environment_access"
    assert members["source"] == "https://fabrikam.example/errors"
    assert "bare" in members


def test_examples_show_the_place_that_matches(portrait):
    (example,) = portrait.examples

    start, end = example.place
    assert example.text[start:end] == "key was\n refused"


def test_refinement_is_shown_from_both_sides(book, portrait):
    wide = Gallery(book, load_codes(), ()).portrait("pay-wide")

    assert portrait.refines == ("pay-wide",)
    assert wide.refined_by == ("pay-refused",)


def test_finders_and_providers_have_portraits_too(book):
    gallery = Gallery(book, load_codes(), ())

    assert ("codes", "codes/entra.toml") in gallery.portrait("pay-code").members
    assert ("provider", "Fabrikam Pay") in gallery.portrait("pay-named").members


def test_messages_are_counted_as_the_whole_book_finds_them():
    """Alone in its book, an entry takes what it takes among all the others."""
    book, codes = load_book(), load_codes()
    messages = load_messages()[::10]
    entry = book.entry("dataverse-privilege-name")
    assert isinstance(entry, Signature)

    taken = Gallery(book, codes, messages).portrait(entry.id).taken.total()

    gatherer = Gatherer(book, codes)
    failures = (Failure(redact_text(m.text), Context.of(m.context)) for m in messages)
    found = [[piece.origin for piece in gatherer.gather(failure)] for failure in failures]
    assert taken == sum(f"signature:{entry.id}" in origins for origins in found)
    assert taken


def test_a_signature_is_explained(capsys):
    assert main(["signatures", "explain", "dataverse-privilege-name"]) == 0

    shown = capsys.readouterr().out
    for words in (
        "Must match",
        "Examples",
        "»",
        "Near misses",
        "missing_security_role",
        "https://",
    ):
        assert words in shown
    assert "of our labelled messages" in shown


@pytest.mark.parametrize("name", ["code:entra:AADSTS50055", "AADSTS50055", "aadsts50055", "50055"])
def test_a_code_is_explained_however_it_is_written(capsys, name):
    assert main(["signatures", "explain", name]) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("code:entra:AADSTS50055\n")
    assert "password_expired" in shown
    assert "service_account_password " in shown.rpartition("of our labelled messages")[2]


def test_a_decimal_code_is_found_in_hex(capsys):
    assert main(["signatures", "explain", "-2147220960"]) == 0
    assert capsys.readouterr().out.startswith("code:dataverse:0x80040220\n")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("dataverse-privilege-nam", "dataverse-privilege-name", id="a signature"),
        pytest.param("AADSTS500", "code:entra:AADSTS", id="a code"),
        pytest.param("code:entra:AADSTS9999999", "code:entra:", id="a code with its system"),
    ],
)
def test_an_unknown_id_gets_one_line_with_the_three_closest(capsys, name, words):
    assert main(["signatures", "explain", name]) == 2

    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert words in complaint
    assert complaint.count(",") == 2


def test_a_code_of_several_systems_asks_which(capsys):
    assert main(["signatures", "explain", "invalid_grant"]) == 2
    assert "name one of code:" in capsys.readouterr().err
