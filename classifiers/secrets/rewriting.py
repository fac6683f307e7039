"""A text without its secrets: every claim on it is replaced by a tag or a cleaned encoding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from classifiers.secrets.claims import Claim, Found, merged
from classifiers.secrets.decoding import View, base64_texts, encoded_like, escaped, folded, views
from classifiers.secrets import places as by_place
from classifiers.secrets import shapes as by_shape
from classifiers.secrets.tags import TAG, Tags

MAX_DEPTH = 5  # of base64 inside base64; deeper runs go as a whole
MIN_REPEATED_CHARS = 8

_EVIDENCE = re.compile(
    rb"(?i)error|fault|fail|denied|refused|reject|expired|invalid|forbidden|unauthori|not |aadsts"
    rb"|prv[a-z]|0x[0-9a-f]{8}|\b[1-5]\d\d\b|\d{4,}|[0-9a-f]{8}-[0-9a-f]{4}-|https?://|exit|kind|code|name|disabled|declined|missing|locked|debug"
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
    if not places and _is_plain(raw):
        return raw
    tags.reserve(raw)
    known = [Claim(f.start, f.end, f.label, raw[f.start : f.end]) for f in places]
    protected = [tag.span() for tag in TAG.finditer(raw)]
    claims = _outside(merged([*known, *_claims(raw, tags, depth)]), protected)
    pieces: list[bytes] = []
    done = 0
    for claim in claims:
        instead = claim.instead or tags.replace(claim.label, claim.secret)
        pieces += (raw[done : claim.start], instead)
        done = claim.end
    pieces.append(raw[done:])
    return b"".join(pieces)


def without_repeats(text: bytes, tags: Tags) -> bytes:
    """Replace what was recognised as a secret in one place wherever else it stands."""
    for secret, tag in tags.known().items():
        if len(secret) >= MIN_REPEATED_CHARS and secret in text and _REPEATABLE.fullmatch(secret):
            text = text.replace(secret, tag)
    return text


def _outside(claims: list[Claim], protected: list[tuple[int, int]]) -> list[Claim]:
    """Leave out claims that touch a tag: its secret went before."""
    if not protected:
        return claims
    return [c for c in claims if not any(a < c.end and c.start < b for a, b in protected)]


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
    if by_place.suspicious(text):
        yield from by_place.place_secrets(text)
    if by_shape.suspicious(text):
        yield from by_shape.shape_secrets(text)


def _is_plain(raw: bytes) -> bool:
    """Whether no rule finds anything, told without looking closer: the way of most texts."""
    return not (suspicious(raw) or escaped(raw) or _NOT_ASCII.search(raw))


def suspicious(text: bytes) -> bool:
    """Whether some rule could find something in the text as it is."""
    return (
        by_place.suspicious(text)
        or by_shape.suspicious(text)
        or next(base64_texts(text), None) is not None
    )


_NOT_ASCII = re.compile(rb"[\x80-\xff]")
