"""`triage365 signatures list` and `test`."""

from classifiers.examples import broken_examples
from classifiers.signatures.book import load_book
from classifiers.signatures.lint import faults
from corpus.terms import KnowledgeError
from service.commands.failures import CommandError


def print_signatures() -> int:
    """Every signature with its cause and variant."""
    for signature in load_book().signatures:
        bare = " (bare)" if signature.bare else ""
        print(f"{signature.id:56} {signature.cause:26} {signature.variant or ''}{bare}")
    return 0


def test_signatures() -> int:
    """Run the examples of every entry and the lint of the whole book; fail if one complains."""
    try:
        book = load_book()
    except KnowledgeError as error:
        raise CommandError(str(error)) from error
    broken = broken_examples(book)
    faulty = faults(book)
    for line in (*broken, *faulty):
        print(line)
    counted = sum(len(e.matches) + len(e.rejects) for e in book.entries)
    tested = f"{len(book.signatures)} signatures, {counted} examples"
    print(f"{tested}, {len(broken)} broken, {len(faulty)} faults")
    if broken or faulty:
        raise CommandError("the signature book is broken; see the lines above")
    return 0
