"""`triage365 signatures list` and `test`."""

from classifiers.examples import broken_examples
from classifiers.signatures.book import load_book
from corpus.terms import KnowledgeError
from service.commands.failures import CommandError


def print_signatures() -> int:
    """Every signature with its cause and variant."""
    for signature in load_book().signatures:
        bare = " (bare)" if signature.bare else ""
        print(f"{signature.id:56} {signature.cause:26} {signature.variant or ''}{bare}")
    return 0


def test_signatures() -> int:
    """Run the examples of every entry; fail if one is broken."""
    try:
        book = load_book()
    except KnowledgeError as error:
        raise CommandError(str(error)) from error
    broken = broken_examples(book)
    for line in broken:
        print(line)
    counted = sum(len(e.matches) + len(e.rejects) for e in book.entries)
    print(f"{len(book.signatures)} signatures, {counted} examples, {len(broken)} broken")
    if broken:
        raise CommandError("examples are broken; see the lines above")
    return 0
