"""The code book finds a code in every way it is written."""

import pytest

from classifiers.signatures.book import load_book
from corpus.codebook import load_codes
from corpus.labelled import load_messages

BOOK = load_codes()


@pytest.mark.parametrize(
    "written", ["0x80040220", "0X80040220", "80040220", "-2147220960", "2147746336"]
)
def test_hex_and_decimal_are_one_code(written):
    code = BOOK.find("dataverse", written)

    assert code is not None
    assert code.cause == "missing_security_role"


FINDERS = load_book().finders


@pytest.mark.parametrize("finder", FINDERS, ids=lambda finder: finder.id)
def test_what_a_finder_takes_is_a_known_code(finder):
    unknown = [
        example.groups["code"]
        for example in finder.matches
        if BOOK.find(finder.codes, example.groups["code"]) is None
    ]

    assert unknown == []


def test_an_unknown_code_is_not_guessed():
    assert BOOK.find("dataverse", "0x8004ffff") is None
    assert BOOK.find("no-such-system", "0x80040220") is None


def test_message_ids_are_distinct():
    ids = [message.id for message in load_messages()]

    assert len(ids) == len(set(ids))


def test_each_label_has_eighty_messages_and_the_corpus_twelve_hundred():
    messages = load_messages()
    labels = [message.label for message in messages]

    assert len(messages) >= 1200
    assert min(labels.count(label) for label in set(labels)) >= 80
    assert all(message.label in message.acceptable for message in messages)
    assert all(message.source for message in messages)
