"""Healthy traffic, jobs that succeeded, help texts and settings: nothing is found in them."""

import pytest

from classifiers.examples import broken_examples, mistakes
from classifiers.gather import Gatherer
from classifiers.signatures.book import book_of, load_book
from corpus.codebook import load_codes
from corpus.labelled import LabelledMessage, load_healthy

GATHERER = Gatherer(load_book(), load_codes())
HEALTHY = load_healthy()


@pytest.mark.parametrize("healthy", HEALTHY, ids=lambda h: h.id)
def test_nothing_is_found_in_a_healthy_text(healthy: LabelledMessage):
    assert list(mistakes(GATHERER, healthy)) == []


def test_there_are_many_healthy_texts_and_no_two_are_alike():
    texts = {message.text for message in HEALTHY}

    assert len(texts) == len(HEALTHY) >= 400


def test_a_signature_that_takes_healthy_texts_is_reported():
    entry = {"cause": "workflow_owner", "pattern": "owner", "matches": ["owner"]}
    book = book_of([("sample", {"signature": {"sample-owner": entry}})])

    broken = broken_examples(book)

    assert any("signature:sample-owner (workflow_owner) takes a healthy" in line for line in broken)
