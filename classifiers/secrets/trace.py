"""A trace without its secrets: strings are replaced in place, so that nothing else changes."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from classifiers.secrets.claims import Found
from classifiers.secrets.cookies import cookie_label
from classifiers.secrets.names import kind_of
from classifiers.secrets.places import named_value
from classifiers.secrets.rewriting import rewritten, suspicious
from classifiers.secrets.tags import Tags

MAX_OPEN = 1_000  # objects and lists inside each other
MAX_REMEMBERED_BYTES = 100  # names and short values; the rest seldom comes twice
_TOKEN = re.compile(
    rb'"[^"\\]*(?:\\.[^"\\]*)*"?'  # a string; the last one may be cut
    rb"|[{}\[\]:,]"
    rb'|[^\s{}\[\]:,"]+',
    re.DOTALL,
)
_SCALAR = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|true|false|null|NaN")


class NotJSONError(ValueError):
    """The trace is no JSON text."""


@dataclass(frozen=True, slots=True)
class _String:
    """A string of the trace, and the member that it is the value of."""

    start: int
    end: int
    member: bytes


@dataclass(slots=True)
class _Container:
    """An object or a list that is not closed yet."""

    name: bytes  # the member that it is the value of
    of_cookies: bool = False
    key: bytes = b""
    strings: list[_String] = field(default_factory=list)


@dataclass(slots=True)
class TraceRewriter:
    """Walks over the tokens of a JSON text and collects what to replace."""

    text: bytes
    tags: Tags
    _replacements: list[tuple[int, int, bytes]] = field(default_factory=list)
    _quiet: set[bytes] = field(default_factory=set)  # strings without anything to find
    _open: list[_Container] = field(default_factory=lambda: [_Container(b"")])

    def rewritten(self) -> bytes:
        """The text with its secrets replaced.

        Raises:
            NotJSONError: It is no JSON text.
        """
        self._walk()
        pieces: list[bytes] = []
        done = 0
        for start, end, instead in sorted(self._replacements):
            pieces += (self.text[done:start], instead)
            done = end
        pieces.append(self.text[done:])
        return b"".join(pieces)

    def _walk(self) -> None:
        last: re.Match[bytes] | None = None  # a string or scalar: member name or value?
        for token in _TOKEN.finditer(self.text):
            match token.group()[:1]:
                case b":" if last is not None:
                    self._name(last)
                    last = None
                case b"," | b"}" | b"]" | b"{" | b"[":
                    if last is not None:
                        self._value(last)
                        last = None
                    self._bracket(token.group())
                case _:
                    last = token
        if last is not None:
            self._value(last)
        while self._open:
            self._close()

    def _bracket(self, bracket: bytes) -> None:
        if bracket in b"{[":
            parent = self._open[-1]
            name = parent.key or parent.name
            of_cookies = name.lower() == b"cookies" or (parent.of_cookies and not parent.key)
            self._open.append(_Container(name, of_cookies))
            if len(self._open) > MAX_OPEN:
                raise NotJSONError
        elif bracket in b"}]" and len(self._open) > 1:
            self._close()
        self._open[-1].key = b""

    def _name(self, token: re.Match[bytes]) -> None:
        self._open[-1].key = token.group().strip(b'"')[:200]
        if self._is_suspicious(token.group()):
            self._rewrite(_String(*token.span(), b""), ())

    def _value(self, token: re.Match[bytes]) -> None:
        container = self._open[-1]
        string = _String(*token.span(), container.key or container.name)
        if token.group()[:1] == b'"':
            container.strings.append(string)
        elif not _SCALAR.fullmatch(token.group()):
            raise NotJSONError
        elif (kind := kind_of(string.member)) and kind[1] and token.group()[:1].isdigit():
            tag = self.tags.replace(kind[0].encode(), token.group())
            self._replacements.append((*token.span(), b'"%s"' % tag))

    def _close(self) -> None:
        container = self._open.pop()
        members = {string.member.lower(): string for string in container.strings}
        name, value = members.get(b"name"), members.get(b"value")
        named = self._inside(name) if name and value else b""
        encoded = members.get(b"encoding")
        is_base64 = encoded is not None and self._inside(encoded) == b"base64"
        for string in container.strings:
            if is_base64 and string.member == b"text":
                self._rewrite_base64(string)
            elif string is value and named:
                self._rewrite_named(string, named, of_cookies=container.of_cookies)
            else:
                self._rewrite_named(string, string.member, of_cookies=False)

    def _is_suspicious(self, text: bytes) -> bool:
        """As `suspicious`, asked once for each of the strings that come again and again."""
        if text in self._quiet:
            return False
        if suspicious(text):
            return True
        if len(text) <= MAX_REMEMBERED_BYTES:
            self._quiet.add(text)
        return False

    def _inside(self, string: _String) -> bytes:
        return self.text[string.start + 1 : string.end - 1]

    def _rewrite_named(self, string: _String, name: bytes, *, of_cookies: bool) -> None:
        inside = self._inside(string)
        if of_cookies:
            self._rewrite(string, (Found(cookie_label(name), 0, len(inside)),))
        elif places := tuple(named_value(name, inside)):
            plain = _plain(self.text[string.start : string.end])
            self._rewrite(string, tuple(named_value(name, plain)) or places)
        elif self._is_suspicious(inside):
            self._rewrite(string, ())

    def _rewrite(self, string: _String, places: tuple[Found, ...]) -> None:
        plain = _plain(self.text[string.start : string.end])
        clean = rewritten(plain, self.tags, places=places)
        if clean != plain:
            quoted = json.dumps(clean.decode("utf-8", "surrogatepass")).encode()
            self._replacements.append((string.start, string.end, quoted))

    def _rewrite_base64(self, string: _String) -> None:
        try:
            content = base64.b64decode(self._inside(string))
        except binascii.Error:
            self._rewrite(string, ())
            return
        clean = rewritten(content, self.tags)
        if clean != content:
            self._replacements.append((string.start, string.end, b'"%s"' % base64.b64encode(clean)))


def _plain(token: bytes) -> bytes:
    """The bytes that a JSON string stands for; as they are, if it is none."""
    try:
        return str(json.loads(token, strict=False)).encode("utf-8", "surrogatepass")
    except ValueError:
        return token.strip(b'"')


def json_part(text: bytes) -> Iterator[bytes]:
    """Split `callback({...});` into what comes before, the JSON text, and what comes after."""
    start = min((at for at in (text.find(b"{"), text.find(b"[")) if at >= 0), default=0)
    end = max(text.rfind(b"}"), text.rfind(b"]")) + 1 or len(text)
    yield from (text[:start], text[start:end], text[end:])
