"""A reading: the text as a person would read it, with the way back to the text that was sent.

Escapes of JSON, URLs and HTML are undone, quoting and log prefixes taken away, white space
collapsed. Signatures and the model read readings; offsets in answers count the text itself.
"""

import html
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import regex

MAX_ROUNDS = 8  # Storage Explorer logs escape up to eight times
MAX_CHARS = 200_000  # of a longer text both ends are unwrapped: logs end with the failure
READ_CHARS = 24_000  # of what is left then: a mail of 200 kB holds some kilobytes of words

_HTML_TAG = regex.compile(
    r"<!--.{0,400}?-->|<style\b[^<>]{0,300}>[^<]*+</style>|</?(?:a|abbr|address|article|b|big|blockquote|body|br|button|center|code|"
    r"dd|div|dl|dt|em|fieldset|font|footer|form|h[1-6]|head|header|hr|html|i|img|input|label|li|"
    r"link|main|meta|nav|ol|p|pre|script|section|small|span|strong|style|sub|sup|table|tbody|td|"
    r"th|thead|title|tr|tt|u|ul|!doctype)(?:\s[^<>]{0,600})?/?>",
    regex.I | regex.S,
)
_ENTITY = regex.compile(
    r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|amp|lt|gt|quot|apos|nbsp|[lr][sd]quo);", regex.I
)
_UNICODE_ESCAPE = regex.compile(r"\\+u([0-9a-fA-F]{4})")
_BREAK_ESCAPE = regex.compile(r"(?:\\+r)?\\+n|\\+r(?![a-z])|\\+t(?![a-z])|`r`n|_x000[dD]_")
_QUOTE_ESCAPE = regex.compile(r"\\+([\"'/])")
_PERCENT = regex.compile(r"(?:%[0-9a-fA-F]{2})+")
_PLUS = regex.compile(r"(?<=[\w.,:;'\"()\-])\+(?=[\w'\"(\[{])")
_DOUBLED = regex.compile(r'""(?=[^\s",:}\]])|(?<=[^\s",:{\[])""')
_LINE_QUOTE = regex.compile(r"(?m)^[ \t]*(?:[>|│┃║╷╵][ \t]?)+")
_LINE_PREFIX = regex.compile(
    r"(?m)^[ \t]*[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d|\d\d?[./-]\d\d?[./-]\d{2,4})"
    r"[T ,]+\d\d?:\d\d(?::\d\d)?(?:[.,]\d{1,9})?"
    r"(?: ?(?:Z|UTC|[AP]M|[+-]\d\d:?\d\d))?[\])]?[ \t]*(?:[-|:][ \t]*)?"
    r"(?:\[?(?:TRACE|DEBUG|INFO(?:RMATION)?|WARN(?:ING)?|ERR(?:OR)?|FATAL|CRITICAL|SEVERE|"
    r"inf|wrn|fail|fatl)\]?[ \t:|-]*)?"
    r"(?:\[[\w.:#/-]{1,60}\][ \t:|-]*){0,3}",
    regex.I,
)
_STRAIGHT = {
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2013": "-", "\u2014": "-", "\u00a0": " ", "\u202f": " ", "\u200b": "", "\ufeff": "",
    "â€™": "'", "â€˜": "'", "â€œ": '"', "â€\x9d": '"', "ï¿½": "'", "\ufffd": "'",
}  # fmt: skip
_CURLY = regex.compile("|".join(_STRAIGHT))
_SPACE = regex.compile(r"\s+")
_WRAP = regex.compile(r"\r?\n[ \t]*(?:[|│][ \t]*)?")


@dataclass(frozen=True, slots=True)
class Reading:
    """Readable text and, for each of its characters, the index in the text that was sent.

    `origins` has one entry more than `text` has characters: the length of the sent text.
    """

    text: str
    origins: "array[int]"

    @classmethod
    def of(cls, text: str) -> "Reading":
        """The text as it stands; of a very long one, its start and its end."""
        if len(text) <= MAX_CHARS:
            return cls(text, array("I", range(len(text) + 1)))
        half = MAX_CHARS // 2
        origins = array("I", (*range(half + 1), *range(len(text) - half, len(text) + 1)))
        return cls(f"{text[:half]}\n{text[-half:]}", origins)

    def ends(self, chars: int) -> "Reading":
        """The start and the end, where the reading is longer than so many characters."""
        if len(self.text) <= chars:
            return self
        half = chars // 2
        origins = self.origins[: half + 1] + self.origins[-half - 1 :]
        return Reading(f"{self.text[:half]}\n{self.text[-half:]}", origins)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the sent text from which characters start … end were read.

        >>> unwrap("a &quot;b&quot;").span(2, 5)
        (2, 15)
        """
        return self.origins[start], self.origins[end]

    def replace(
        self, pattern: "regex.Pattern[str]", new: "Callable[[str], str] | str"
    ) -> "Reading":
        """The reading with every match replaced; unchanged readings are returned as they are."""
        parts: list[str] = []
        origins = array("I")
        done = 0
        for match in pattern.finditer(self.text):
            start, end = match.span()
            text = new if isinstance(new, str) else new(match.group())
            parts += (self.text[done:start], text)
            origins += self.origins[done:start]
            origins += array("I", [self.origins[start]]) * len(text)
            done = end
        if not parts:
            return self
        return Reading("".join((*parts, self.text[done:])), origins + self.origins[done:])


def unwrap(text: str) -> Reading:
    r"""Undo every wrapping that the text shows.

    >>> unwrap('{"m": "{\\\\\\"code\\\\\\":\\\\r\\\\n AADSTS50055%3a+The+password"}').text
    '{"m": "{"code": AADSTS50055: The password"}'
    """
    reading = _unescaped(Reading.of(text))
    return _spaced(_unprefixed(reading)).ends(READ_CHARS)


def readings(text: str) -> Iterator[Reading]:
    """The readings in the order in which they are tried.

    First the unwrapped one. Where lines were cut at a fixed width, words may be split: then a
    second one in which the cuts are closed.
    """
    yield unwrap(text)
    if _is_cut(text):
        closed = Reading.of(text).replace(_WRAP, "")
        yield _spaced(_unprefixed(_unescaped(closed))).ends(READ_CHARS)


def _unescaped(reading: Reading) -> Reading:
    for _ in range(MAX_ROUNDS):
        before = reading
        for step in (_without_html, _without_escapes, _without_percent):
            reading = step(reading)
        if reading is before:
            break
    return reading.replace(_DOUBLED, '"')


def _without_html(reading: Reading) -> Reading:
    if "<" in reading.text:
        reading = reading.replace(_HTML_TAG, " ")
    if "&" in reading.text:
        reading = reading.replace(_ENTITY, html.unescape)
    return reading


def _without_escapes(reading: Reading) -> Reading:
    if "\\" not in reading.text and "`r`n" not in reading.text and "_x000" not in reading.text:
        return reading
    reading = reading.replace(_UNICODE_ESCAPE, lambda escape: _character(escape[-4:]))
    reading = reading.replace(_BREAK_ESCAPE, "\n")
    return reading.replace(_QUOTE_ESCAPE, lambda escape: escape[-1])


def _character(digits: str) -> str:
    character = chr(int(digits, 16))
    return "\ufffd" if 0xD800 <= ord(character) <= 0xDFFF else character  # noqa: PLR2004 -- surrogates


def _without_percent(reading: Reading) -> Reading:
    escapes = len(_PERCENT.findall(reading.text[:20_000]))
    if not escapes:
        return reading
    reading = reading.replace(_PERCENT, _decoded)
    # Form encoding writes blanks as plus signs; a plus in prose or base64 stays where no
    # percent escapes stand beside it.
    return reading.replace(_PLUS, " ")


def _decoded(escapes: str) -> str:
    decoded = unquote_to_bytes(escapes).decode("utf-8", "replace")
    return decoded.replace("\x00", "\ufffd")


def _unprefixed(reading: Reading) -> Reading:
    if any(mark in reading.text for mark in ">|│┃║"):
        reading = reading.replace(_LINE_QUOTE, "")
    return reading.replace(_LINE_PREFIX, "")


def _spaced(reading: Reading) -> Reading:
    return reading.replace(_CURLY, lambda sign: _STRAIGHT[sign]).replace(_SPACE, " ")


def _is_cut(text: str) -> bool:
    """Whether most lines but the last end at one width, so that cuts may have split words."""
    lines = text.splitlines()
    if len(lines) < 2:  # noqa: PLR2004 -- one line has no cut
        return False
    width = max(len(line) for line in lines)
    full = sum(len(line) >= width - 1 for line in lines[:-1])
    return width >= 40 and full * 2 >= len(lines) - 1  # noqa: PLR2004 -- narrower than any terminal
