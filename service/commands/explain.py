"""`triage365 signatures explain`: one entry of the signature book, or one code."""

import sys
import textwrap
from collections.abc import Iterator

from classifiers.portrait import Gallery, Portrait, Shown, UnknownEntryError
from classifiers.signatures.book import load_book
from corpus.codebook import load_codes
from corpus.labelled import load_messages
from corpus.terms import KnowledgeError
from service.commands.failures import WRONG_USE, CommandError

AROUND_CHARS = 120  # of an example, on either side of what matches
NEAR_MISS_CHARS = 300
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")
_INVERSE, _PLAIN = "\033[7m", "\033[0m"


def explain(name: str) -> int:
    """Print what an entry or a code looks for, says, and finds in our own messages."""
    try:
        portrait = Gallery(load_book(), load_codes(), load_messages()).portrait(name)
    except KnowledgeError as error:
        raise CommandError(str(error)) from error
    except UnknownEntryError as error:
        raise CommandError(str(error), WRONG_USE) from error
    print("\n".join(_lines(portrait, colour=sys.stdout.isatty())))
    return 0


def _lines(portrait: Portrait, *, colour: bool) -> Iterator[str]:
    yield portrait.id
    for name, value in portrait.members:
        yield f"  {name:20} {value}"
    for role, source in portrait.patterns:
        yield f"\n{role[0].upper()}{role[1:]}"
        yield textwrap.indent(textwrap.dedent(source).strip("\n"), "  ")
    yield from _list("Examples", [_marked(shown, colour=colour) for shown in portrait.examples])
    yield from _list("Near misses", [_line(text, NEAR_MISS_CHARS) for text in portrait.near_misses])
    yield from _list("Refines", portrait.refines)
    yield from _list("Is refined by", portrait.refined_by)
    yield f"\nTakes {portrait.taken.total()} of our labelled messages"
    for label, n in sorted(portrait.taken.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"  {label:28} {n:>4}"


def _list(title: str, lines: "list[str] | tuple[str, ...]") -> Iterator[str]:
    if lines:
        yield f"\n{title}"
        yield from (f"  - {line}" for line in lines)


def _marked(shown: Shown, *, colour: bool) -> str:
    """An example with the words that match between marks."""
    if shown.place is None:
        return _line(shown.text, 2 * AROUND_CHARS)
    start, end = shown.place
    left, right = (_INVERSE, _PLAIN) if colour else ("»", "«")
    before = shown.text[max(0, start - AROUND_CHARS) : start]
    after = shown.text[end : end + AROUND_CHARS]
    head = "… " if start > AROUND_CHARS else ""
    tail = " …" if len(shown.text) > end + AROUND_CHARS else ""
    found = _flat(shown.text[start:end])
    return f"{head}{_flat(before)}{left}{found}{right}{_flat(after)}{tail}"


def _line(text: str, chars: int) -> str:
    return _flat(text[:chars]) + (" …" if len(text) > chars else "")


def _flat(text: str) -> str:
    """On one line, without what would steer a terminal."""
    return text.translate(_CONTROLS)
