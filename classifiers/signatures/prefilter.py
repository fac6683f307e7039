"""Which patterns can match a text at all: by the words that stand wherever a pattern matches.

A word is a run of ASCII characters in lower case. What is derived here is a promise about every
text, so anything that is not understood counts as "may match": then the pattern is searched for.
"""

import re._parser as parser  # type: ignore[import-not-found] # typeshed leaves it out
from collections.abc import Iterable, Iterator
from typing import Any

import regex

MIN_CHARS = 3  # shorter words stand in every text

# What ignoring case holds for equal to an ASCII letter beside its capital:
# https://www.unicode.org/Public/UCD/latest/ucd/CaseFolding.txt
_FOLDED = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"})

_NAME = regex.compile(r"\(\?P<\w+>")  # the standard library knows no name that is given twice
_FUZZY = regex.compile(r"\{[\d<=]*[deis](?:[\d<=,+:]|\})")  # nor approximate matches
_NOT_ASCII = 128
_REPEATS = frozenset({parser.MAX_REPEAT, parser.MIN_REPEAT, parser.POSSESSIVE_REPEAT})


_Words = frozenset[str]
_Node = tuple[object, Any]  # as the standard library's parser makes them: kind and content


def fold(text: str) -> str:
    """The text as `words` count it.

    >>> fold("Access \u212aEY")
    'access key'
    """
    return (text if text.isascii() else text.translate(_FOLDED)).lower()


def present(words: frozenset[str], text: str) -> frozenset[str]:
    """Those of some words that stand in a text."""
    folded = fold(text)
    starts = {folded[at : at + MIN_CHARS] for at in range(len(folded))}
    return frozenset(word for word in words if word[:MIN_CHARS] in starts and word in folded)


def words(source: str) -> _Words | None:
    """Words of which every text that a pattern matches holds one; None where none are sure.

    >>> sorted(words("(?:Invalid|Expired) [A-Z]{1,9} ?key") or ())
    ['expired', 'invalid']
    >>> words("[0-9]+") is None
    True
    """
    if _FUZZY.search(source):
        return None
    try:
        nodes = parser.parse(_NAME.sub("(?:", source), parser.SRE_FLAG_IGNORECASE)
    except parser.error:
        return None
    return _best(_of_sequence(nodes))


def _of_sequence(nodes: Iterable[_Node]) -> Iterator[_Words]:
    """Sets of words; where the sequence matches, a word of each set stands."""
    run = ""
    for kind, content in _flat(nodes):
        if kind is parser.LITERAL and content < _NOT_ASCII:
            run += chr(content).lower()
        elif kind is not parser.AT:  # a place between two characters cuts no word
            yield frozenset({run})
            run = ""
            yield from _of_node(kind, content)
    yield frozenset({run})


def _flat(nodes: Iterable[_Node]) -> Iterator[_Node]:
    for kind, content in nodes:
        if kind is parser.SUBPATTERN:
            yield from _flat(content[-1])
        elif kind is parser.ATOMIC_GROUP:
            yield from _flat(content)
        else:
            yield kind, content


def _of_node(kind: object, content: Any) -> Iterator[_Words]:
    if kind in _REPEATS:
        least, _, repeated = content
        if least > 0:
            yield from _of_sequence(repeated)
    elif kind is parser.ASSERT:  # stands around the match, not in it, but in the text
        yield from _of_sequence(content[1])
    elif kind is parser.BRANCH:
        branches = [_best(_of_sequence(branch)) for branch in content[1]]
        known = [branch for branch in branches if branch is not None]
        if len(known) == len(branches):
            yield frozenset().union(*known)


def _best(sets: Iterable[_Words]) -> _Words | None:
    """The set that the fewest texts will meet: its shortest word is the longest."""
    usable = [(min(map(len, words)), -len(words), sorted(words)) for words in sets]
    length, _, best = max(usable, default=(0, 0, []))
    return frozenset(best) if length >= MIN_CHARS else None
