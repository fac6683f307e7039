"""A text without its secrets: every claim on it is replaced by a tag or a cleaned encoding."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache

import re2

from classifiers.secrets.claims import Claim, Found, merged
from classifiers.secrets.decoding import (
    BASE64_RUN,
    View,
    base64_texts,
    encoded_like,
    folded,
    may_escape,
    views,
)
from classifiers.secrets.linear import any_of
from classifiers.secrets.patterns import HINTS
from classifiers.secrets.places import assigned, place_secrets
from classifiers.secrets.private_keys import KEY_BEGIN
from classifiers.secrets.shapes import SECRETS, shape_secrets
from classifiers.secrets.tags import TAG, Tags

MAX_DEPTH = 5  # of base64 inside base64; deeper runs go as a whole
MAX_LOOKS = 3  # a tag may be the boundary that a neighbour's pattern was waiting for
MIN_REPEATED_CHARS = 8
MAX_QUICK_BYTES = 50_000
MAX_REPEAT_BYTES = 10**10  # secrets times length of the text: what looking for repeats may cost
LOOSE = "loose_assignment"  # its names are everywhere, so it runs on its own

_EVIDENCE = re.compile(
    rb"(?i)error|fault|fail|denied|refused|reject|expired|invalid|forbidden|unauthori|not |aadsts"
    rb"|prv[a-z]|0x[0-9a-f]{8}|\b[1-5]\d\d\b|\d{4,}|[0-9a-f]{8}-[0-9a-f]{4}-|https?://|exit|kind"
    rb"|code|name|disabled|declined|missing|locked|debug"
)
_REPEATABLE = re.compile(rb"(?i)[^\s]*(?:\d[^\s]*[a-z]|[a-z][^\s]*\d|[a-z][!#$%&*+=?@^~])[^\s]*")


def rewritten(
    raw: bytes, tags: Tags, depth: int = MAX_DEPTH, places: Iterable[Found] = ()
) -> bytes:
    """Replace every secret of a text.

    Args:
        raw: The text.
        tags: Gives equal secrets equal tags.
        depth: How many layers of base64 to open.
        places: Secrets that the caller knows from where the text stands.
    """
    known = [Claim(f.start, f.end, f.label, raw[f.start : f.end]) for f in places]
    clean = _replaced(raw, [*known, *_claims(raw, tags, depth)], tags)
    for _ in range(MAX_LOOKS):
        if clean == raw:
            break
        raw, clean = clean, _replaced(clean, list(_claims(clean, tags, depth)), tags)
    return clean


def _replaced(raw: bytes, claims: list[Claim], tags: Tags) -> bytes:
    if not claims:
        return raw
    tags.reserve(raw)
    pieces: list[bytes] = []
    done = 0
    for claim in _outside_tags(merged(claims), raw):
        instead = claim.instead or tags.replace(claim.label, claim.secret)
        pieces += (raw[done : claim.start], instead)
        done = claim.end
    pieces.append(raw[done:])
    return b"".join(pieces)


def _outside_tags(claims: list[Claim], raw: bytes) -> list[Claim]:
    """Leave out claims that touch a tag: its secret went before."""
    spans = [tag.span() for tag in TAG.finditer(raw)]
    ends = [end for _, end in spans]

    def touches(claim: Claim) -> bool:
        index = bisect_right(ends, claim.start)
        return index < len(spans) and spans[index][0] < claim.end

    return [claim for claim in claims if not touches(claim)]


def _claims(raw: bytes, tags: Tags, depth: int) -> Iterator[Claim]:
    view = View(raw)
    for view in views(raw):
        yield from _claims_in(view, tags, depth)
    if (alike := folded(view)) is not None:
        yield from _claims_in(alike, tags, depth)


def _claims_in(view: View, tags: Tags, depth: int) -> Iterator[Claim]:
    for found in _found(view.text):
        if found.start < found.end:
            secret = view.text[found.start : found.end]
            yield Claim(*view.raw_span(found.start, found.end), found.label, secret)
    for start, end, content in base64_texts(view.text):
        run = view.text[start:end]
        plain = rewritten(content, tags, depth - 1) if depth else b""
        if plain != content:
            instead = encoded_like(plain, run) if _EVIDENCE.search(TAG.sub(b"", plain)) else None
            yield Claim(*view.raw_span(start, end), b"encoded", run, instead)


def _found(text: bytes) -> Iterator[Found]:
    if _any_place().search(text) is not None:
        yield from place_secrets(text)
    else:
        yield from assigned(text, LOOSE)
    if _any_shape().search(text) is not None:
        yield from shape_secrets(text)


# One pass each that tells whether it is worth while to run the rules one by one. Both together in
# one automaton have so many states that it falls back to a way a hundred times slower.
@cache
def _any_place() -> re2._Regexp:
    return any_of(HINTS)


@cache
def _any_shape() -> re2._Regexp:
    return any_of((KEY_BEGIN.pattern.decode(), *(each.pattern for each in SECRETS)))


def suspicious(raw: bytes) -> bool:
    """Whether a closer look at the text or a decoded view of it could find something."""
    if len(raw) > MAX_QUICK_BYTES:
        return True  # the closer look alone is faster than both
    if not may_escape(raw):
        return _is_suspicious(raw)
    view = View(raw)
    for view in views(raw):
        if _is_suspicious(view.text):
            return True
    return (alike := folded(view)) is not None and _is_suspicious(alike.text)


def _is_suspicious(text: bytes) -> bool:
    if _any_place().search(text) is not None or next(assigned(text, LOOSE), None) is not None:
        return True
    if _any_shape_or_encoding().search(text) is None:
        return False
    return _any_shape().search(text) is not None or next(base64_texts(text), None) is not None


@cache
def _any_shape_or_encoding() -> re2._Regexp:
    return any_of((KEY_BEGIN.pattern.decode(), *(each.pattern for each in SECRETS), BASE64_RUN))


def without_repeats(text: bytes, tags: Tags) -> bytes:
    """Replace what was recognised as a secret in one place wherever else it stands."""
    if not tags.known():
        return text
    known = list(tags.known().items())[: 1 + MAX_REPEAT_BYTES // (len(text) + 1)]
    for secret, tag in known:
        if len(secret) >= MIN_REPEATED_CHARS and secret in text and _REPEATABLE.fullmatch(secret):
            text = text.replace(secret, tag)
    return text
