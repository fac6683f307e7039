"""The one gate: every text passes here before anything else reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from classifiers.secrets.claims import Claim, merged
from classifiers.secrets.decoding import View, base64_texts, encoded_like, folded, views
from classifiers.secrets.places import place_secrets
from classifiers.secrets.shapes import SECRETS, shape_secrets
from classifiers.secrets.tags import TAG, Tags

__all__ = ["SECRETS", "Redacted", "Redaction", "redact", "redact_text", "redact_trace"]

_EVIDENCE = re.compile(
    rb"(?i)error|fault|fail|denied|refused|expired|invalid|forbidden|unauthori|not |aadsts|prv[a-z]"
    rb"|0x[0-9a-f]{8}|\b[1-5]\d\d\b|\d{4,}|[0-9a-f]{8}-[0-9a-f]{4}-|https?://"
)
MAX_DEPTH = 5  # of base64 inside base64


@dataclass(frozen=True, slots=True)
class Redaction:
    """How many places held a kind of secret."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text in which no secret is left.

    Attributes:
        text: What may be logged, stored and answered.
        redactions: What was removed, by kind, sorted.
        failed: The rules failed, so the whole text was removed.
    """

    text: str
    redactions: tuple[Redaction, ...] = ()
    failed: bool = False


def redact_text(text: str) -> str:
    """Return the text with a tag in the place of every secret."""
    return redact(text).text


def redact_trace(har: bytes) -> bytes:
    """Return the HAR with a tag in the place of every secret."""
    return redact_text(har.decode("utf-8-sig", "replace")).encode()


def redact(text: str) -> Redacted:
    """Replace every secret; if the rules fail, replace the whole text."""
    tags = Tags()
    try:
        plain = _redacted(text.encode("utf-8", "surrogatepass"), tags, MAX_DEPTH)
    except Exception:  # noqa: BLE001 - fails closed, whatever failed
        return Redacted(f"[unredactable: {len(text)} characters]", failed=True)
    counts = tuple(Redaction(kind, count) for kind, count in sorted(tags.counts.items()))
    return Redacted(plain.decode("utf-8", "surrogatepass"), counts)


def _redacted(raw: bytes, tags: Tags, depth: int) -> bytes:
    tags.reserve(raw)
    protected = [tag.span() for tag in TAG.finditer(raw)]
    claims = _without(merged(_claims(raw, tags, depth)), protected)
    pieces: list[bytes] = []
    done = 0
    for claim in claims:
        instead = claim.instead or tags.replace(claim.label, claim.secret)
        pieces += (raw[done : claim.start], instead)
        done = claim.end
    pieces.append(raw[done:])
    return b"".join(pieces)


def _without(claims: list[Claim], protected: list[tuple[int, int]]) -> list[Claim]:
    """Leave out claims that only touch a tag."""
    if not protected:
        return claims
    return [c for c in claims if not any(a < c.end and c.start < b for a, b in protected)]


def explains(plain: bytes) -> bool:
    """Whether a redacted text still says something about a failure."""
    return _EVIDENCE.search(TAG.sub(b"", plain)) is not None


def _claims(raw: bytes, tags: Tags, depth: int) -> Iterator[Claim]:
    deepest = None
    for view in views(raw):
        yield from _claims_in(view, tags, depth)
        deepest = view
    if deepest is not None and (alike := folded(deepest)) is not None:
        yield from _claims_in(alike, tags, depth)


def _claims_in(view: View, tags: Tags, depth: int) -> Iterator[Claim]:
    for found in (*place_secrets(view.text), *shape_secrets(view.text)):
        if found.start < found.end:
            start, end = view.raw_span(found.start, found.end)
            yield Claim(start, end, found.label, view.text[found.start : found.end])
    for start, end, content in base64_texts(view.text):
        plain = _redacted(content, tags, depth - 1) if depth else b"[encoded #1]"
        if plain != content:
            run = view.text[start:end]
            instead = encoded_like(plain, run) if explains(plain) else None
            yield Claim(*view.raw_span(start, end), b"encoded", run, instead)
