"""Values: what looks like a secret under a name, and what is only a word, a code or an id."""

from __future__ import annotations

import re

from classifiers.secrets.names import ONE_TIME_CODE, kind_of
from classifiers.secrets.tags import TAG

MIN_RANDOM_CHARS = 16
MAX_RUN_CHARS = 3.6  # on average; random characters of base64 keep to one kind for about 2
MIN_RUNS = 3
CLASSES_OF_A_POLICY = 3
ONE_TIME_CODE_DIGITS = range(6, 9)

_STATUS_WORDS = frozenset(
    b"true false null none nil undefined expired required invalid incorrect wrong missing empty "
    b"unknown disabled enabled yes no not is was has the a an of for and or set unset hidden "
    b"redacted changed reset rejected string object ok failed n/a".split()
)
_PROGRAM = re.compile(
    rb"(?:process\.env|os\.environ|env|config|settings|System|String|\$[({\w]|[{%<*]|\w+\().*"
    rb"|[*.x_-]+",
    re.DOTALL,
)
_FAILURE_CODE = re.compile(r"(?i)AADSTS\d+|0x[0-9a-f]{8}|-214\d{7}|error|[45]\d\d")
# Ids, codes, numbers, times, versions, addresses: random perhaps, but no secrets.
_HARMLESS = re.compile(
    rb"[{(\[]?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}[})\]]?"
    rb"|-?\d{1,15}|0x[0-9a-f]{1,16}"
    rb"|\d{4}-\d\d-\d\d[T ]?[\d:.Z+-]*|v?\d+(?:\.\d+){1,4}[\w.-]{0,20}"
    rb"|https?://.*|(?:/[\w.-]{1,60})+/?"
    rb"|(?:W/)?\"[0-9A-Za-z]{1,20}\"?",
    re.IGNORECASE | re.DOTALL,
)
_MACHINE_MADE = frozenset(("access_token", "refresh_token", "session_id", "signature", "api_key"))
_PARAMETER = re.compile(rb"[A-Za-z_]{2,20}(?:\d*:[A-Za-z]{2,20})?=[^=]")
_SPACE = re.compile(rb"\s")
_RUN = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+|\d+")


def label_of(name: bytes, value: bytes, *, in_prose: bool = False) -> bytes | None:
    """The label of a value under this name, or None if the value is no secret.

    Args:
        name: What announces the value.
        value: The value without its quotes.
        in_prose: It stands behind a colon, where a word of the sentence may follow.
    """
    kind = kind_of(name)
    if kind is None or not value or TAG.fullmatch(value) or value.lower() in _STATUS_WORDS:
        return None
    label, always = kind
    if label == ONE_TIME_CODE:
        holds = len(value) in ONE_TIME_CODE_DIGITS and value.isdigit()
    elif always:
        holds = not (_is_no_value(name, value, label) or (in_prose and _goes_on(value)))
    else:
        holds = looks_random(value)
    return label.encode() if holds else None


def _is_no_value(name: bytes, value: bytes, label: str) -> bool:
    """Whether it is the name of a variable, or a sentence where a token should be."""
    if value.lower() == name.lower() or _PROGRAM.fullmatch(value):
        return True
    if label not in _MACHINE_MADE:
        return False
    return (is_words(value) and len(value) < 2 * MIN_RANDOM_CHARS) or bool(_SPACE.search(value))


def _goes_on(value: bytes) -> bool:
    word = value.decode("utf-8", "ignore").strip(".,:;!?()")
    return word.isalpha() or _FAILURE_CODE.fullmatch(word) is not None


def sentence_label(name: bytes, value: bytes) -> bytes | None:
    """The label of a value that follows a name in a sentence; it has to look like a secret."""
    kind = kind_of(name)
    if kind is None or not (looks_random(value) or (kind[0] == "password" and _is_chosen(value))):
        return None
    return kind[0].encode()


def _is_chosen(value: bytes) -> bool:
    """Whether a person may have made it up to please a password policy."""
    if _HARMLESS.fullmatch(value) or _FAILURE_CODE.fullmatch(value.decode("utf-8", "ignore")):
        return False
    classes = (rb"[a-z]", rb"[A-Z]", rb"\d", rb"[!#$%&*+=?@^~_-]")
    return sum(re.search(each, value) is not None for each in classes) >= CLASSES_OF_A_POLICY


def looks_random(value: bytes) -> bool:
    """Whether a value is long and mixed as only machines write."""
    if len(value) < MIN_RANDOM_CHARS or _SPACE.search(value) or _PARAMETER.match(value):
        return False
    return not (_HARMLESS.fullmatch(value) or is_words(value))


def is_words(value: bytes) -> bool:
    """Whether a value is made of words, perhaps in CamelCase."""
    runs = _RUN.findall(value)
    return len(runs) < MIN_RUNS or sum(map(len, runs)) > MAX_RUN_CHARS * len(runs)
