"""The one gate: every text passes here before anything else reads it."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from classifiers.secrets.rewriting import MAX_LOOKS, rewritten, suspicious, without_repeats
from classifiers.secrets.shapes import SECRETS
from classifiers.secrets.tags import Tags
from classifiers.secrets.trace import NotJSONError, TraceRewriter, json_part

__all__ = [
    "SECRETS",
    "Redacted",
    "Redaction",
    "Tags",
    "receipt",
    "redact",
    "redact_text",
    "redact_trace",
]


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
    """Return the HAR with a tag in the place of every secret, and nothing else changed."""
    try:
        return _trace_rewritten(har.removeprefix(codecs.BOM_UTF8), Tags())
    except Exception:  # noqa: BLE001 - fails closed, whatever failed
        return b"[unredactable: %d characters]" % len(har)


def redact(text: str, tags: Tags | None = None) -> Redacted:
    """Replace every secret; if the rules fail, replace the whole text.

    Texts of one upload share `tags`, so that equal secrets get equal tags in all of them; then
    `redactions` counts what was removed from all texts so far.
    """
    tags = Tags() if tags is None else tags
    try:
        raw = text.encode("utf-8", "surrogatepass")
        plain = _rewritten(raw, tags)
    except Exception:  # noqa: BLE001 - fails closed, whatever failed
        return Redacted(f"[unredactable: {len(text)} characters]", failed=True)
    if plain == raw:
        return Redacted(text, receipt(tags))
    return Redacted(plain.decode("utf-8", "surrogatepass"), receipt(tags))


def receipt(tags: Tags) -> tuple[Redaction, ...]:
    """What was removed under some tags, by kind, sorted."""
    return tuple(Redaction(kind, count) for kind, count in sorted(tags.counts.items()))


def _rewritten(raw: bytes, tags: Tags) -> bytes:
    if not suspicious(raw):
        return without_repeats(raw, tags)
    clean = rewritten(raw, tags)
    for _ in range(MAX_LOOKS):
        unrepeated = without_repeats(clean, tags)
        if unrepeated == clean:
            break
        clean = rewritten(unrepeated, tags)
    return clean


def _trace_rewritten(har: bytes, tags: Tags) -> bytes:
    before, json_text, after = json_part(har)
    try:
        clean = TraceRewriter(json_text, tags).rewritten()
    except NotJSONError:
        return _rewritten(har, tags)
    return _rewritten(before, tags) + without_repeats(clean, tags) + _rewritten(after, tags)
