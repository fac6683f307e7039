"""Features of a message: hashed word and character n-grams of its masked text.

Training and serving call the same function, so they cannot drift apart.
"""

import zlib
from functools import lru_cache

import numpy as np
import regex
from numpy.typing import NDArray

from classifiers.evidence import Context

BUCKETS = 1 << 17
MAX_CHARS = 1500  # of a longer text its start and its end: the middle of a trace repeats frames
_CHAR_GRAMS = (3, 4, 5)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads neighbouring values
_SHIFT = np.uint64(64 - BUCKETS.bit_length() + 1)

_TIME = r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:z|[+-]\d\d:?\d\d)?"

# In this order: a GUID holds runs that look like hex and numbers.
_MASKS = (
    (regex.compile(r"[0-9a-f]{8}-(?:[0-9a-f*]{4}-){3}[0-9a-f*]{12}", regex.I), " guidmask "),
    (regex.compile(r"\[[a-z_]+(?::[^\]]{1,60})? #\d+\]"), " secretmask "),
    (regex.compile(_TIME, regex.I), " timemask "),
    (regex.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), " mailmask "),
    (regex.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,}\b", regex.I), " hexmask "),
    (regex.compile(r"\b(?=\w*\d)(?=\w*[a-z])[a-z0-9_]{24,}\b", regex.I), " idmask "),
    (regex.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), " ipmask "),
    (regex.compile(r"(?<=:line )\d+|(?<=:)\d+(?=[:)\s])"), "0"),
)  # fmt: skip
_WORD = regex.compile(r"[a-z_][a-z0-9_]*|\d+|0x[0-9a-f]+|[^\x00-\x7f]", regex.I)


def masked(text: str) -> str:
    """The text without what differs from case to case: ids, times, addresses.

    >>> masked("User 0b8f4d0c-1111-4c3e-9d1e-2f5a6b7c8d9e lacks prvReadInvoice")
    'User guidmask lacks prvReadInvoice'
    """
    text = _ends(text, MAX_CHARS * 4)
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return _ends(" ".join(text.split()), MAX_CHARS)


def described(text: str, context: Context) -> str:
    """The masked text with words for what the caller knows beside it."""
    parts = [masked(text)]
    if context.status is not None:
        parts.append(f"ctxstatus{context.status}")
    for name in ("identity", "provider", "operation", "error_code"):
        value = getattr(context, name)
        if value:
            parts.append(f"ctx{name} {value}")
    if context.host or context.url:
        parts.append(f"ctxhost {_host(context)}")
    return " ".join(parts)


def features(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Bucket numbers, ascending and distinct, and the sublinear count in each; both shape (k,)."""
    lowered = text.lower()
    hashes = np.concatenate([_words(lowered), *_grams(f" {lowered} ")])
    buckets, counts = np.unique(hashes, return_counts=True)
    return buckets, (1.0 + np.log(counts)).astype(np.float32)


def _ends(text: str, chars: int) -> str:
    """The start and the end of a text, where it is longer than so many characters."""
    if len(text) <= chars:
        return text
    return f"{text[: chars * 2 // 3]} {text[-chars // 3 :]}"


def _host(context: Context) -> str:
    address = context.host or context.url or ""
    return address.split("//")[-1].split("/")[0]


def _words(text: str) -> NDArray[np.int64]:
    single = np.array([_word_hash(w) for w in _WORD.findall(text)], dtype=np.uint64)
    if not single.size:
        return np.empty(0, dtype=np.int64)
    pairs = single[:-1] * np.uint64(31) + single[1:] + np.uint64(7)
    return _buckets(np.concatenate([single, pairs]))


@lru_cache(maxsize=50_000)  # words repeat: half of the time of a message without it
def _word_hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "replace")) + (1 << 40)


def _grams(text: str) -> list[NDArray[np.int64]]:
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    grams = []
    for size in _CHAR_GRAMS:
        if len(codes) < size:
            continue
        value = np.full(len(codes) - size + 1, size, dtype=np.uint64)
        for offset in range(size):
            value = value * np.uint64(1_000_003) + codes[offset : len(codes) - size + 1 + offset]
        grams.append(_buckets(value))
    return grams


def _buckets(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    return ((values * _MULTIPLIER) >> _SHIFT).astype(np.int64)
