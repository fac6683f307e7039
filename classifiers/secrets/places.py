"""Secrets by place: what stands behind the name of a header, cookie, parameter or member."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

import re2

from classifiers.secrets.claims import Found
from classifiers.secrets.cookies import (
    MIN_COOKIE_CHARS,
    cookie_label,
    cookie_pairs,
    is_cookie,
    is_cookie_header,
)
from classifiers.secrets.patterns import place
from classifiers.secrets.values import label_of, looks_random, sentence_label

_ASSIGNMENTS = ("sure_assignment", "likely_assignment", "loose_assignment")
_NAMED = (("member", 1, 2), ("value_first", 2, 1))  # pattern, group of the name, of the value
_ATTRIBUTE = re.compile(rb"([\w:-]{1,40})\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)")
_SCHEME = re.compile(rb"([A-Za-z][\w.-]{2,30}) +([^\s,]{6,})")
_PARAMETER = re.compile(rb"[a-z_]{2,30}=[^=]")  # `realm=` or `error=` of a challenge
_PROSE = re.compile(rb"[:|\t]")
_DIGIT = re.compile(rb"\d")


def place_secrets(text: bytes) -> Iterator[Found]:
    """Find the secrets that a name announces."""
    yield from _cookies(text)
    yield from _credentials(text)
    for rule in _ASSIGNMENTS:
        yield from assigned(text, rule)
    yield from _listed(text)
    yield from _marked_up(text)
    yield from _members(text)


def _cookies(text: bytes) -> Iterator[Found]:
    for rule in ("cookie_header", "cookie_option"):
        yield from _cookie_headers(text, rule)
    for cookie in place("cookie").finditer(text):
        yield Found(cookie_label(cookie.group(1)), *cookie.span(2))
    for region in place("cookies").finditer(text):
        for rule, name, value in _NAMED:
            for pair in place(rule).finditer(text, *region.span()):
                yield Found(cookie_label(pair.group(name)), *_inside(pair, value))


def _cookie_headers(text: bytes, rule: str) -> Iterator[Found]:
    done = 0
    for header in place(rule).finditer(text):
        if header.start(2) >= done:
            for found in cookie_pairs(text, header.start(2), joined=bool(header.group(1))):
                done = found.end
                yield found


def _credentials(text: bytes) -> Iterator[Found]:
    for header in place("authorization").finditer(text):
        if _is_credential(header.group(2)):
            yield Found(_scheme_label(header.group(1)), *header.span(2))
    for found in place("basic").finditer(text):
        if b":" in _decoded(found.group(1)):
            yield Found(b"basic_credentials", *found.span(1))
    for found in place("bearer").finditer(text):
        if _is_credential(found.group(1)):
            yield Found(b"bearer_token", *found.span(1))
    yield from _users(text)


def _users(text: bytes) -> Iterator[Found]:
    for found in place("user_info").finditer(text):
        yield Found(b"password", *found.span(2))
    if b"curl" in text:
        for found in place("curl_user").finditer(text):
            yield Found(b"password", *found.span(2 if found.group(2) else 1))


def _is_credential(value: bytes) -> bool:
    if _PARAMETER.match(value):
        return False
    return _DIGIT.search(value) is not None or looks_random(value)


def _scheme_label(scheme: bytes) -> bytes:
    labels = {b"bearer": b"bearer_token", b"basic": b"basic_credentials"}
    return labels.get(scheme.lower(), b"credential")


def _decoded(run: bytes) -> bytes:
    try:
        return base64.b64decode(run + b"=" * (-len(run) % 4))
    except binascii.Error:
        return b""


def assigned(text: bytes, rule: str) -> Iterator[Found]:
    """Find the secrets behind `name=` and its kin, by one of the three assignment patterns."""
    for found in place(rule).finditer(text):
        between = found.group(2) or b"="
        start, end = _inside(found, 3)
        quoted = start != found.start(3)
        while not quoted and end > start + 1 and text[end - 1 : end] in b",.)]}":
            end -= 1
        in_prose = _PROSE.search(between) is not None and b'"' not in between and not quoted
        if label := label_of(found.group(1), text[start:end], in_prose=in_prose):
            yield Found(label, start, end)


def _inside(found: re2._Match, group: int) -> tuple[int, int]:
    """The span of a group without its quotes."""
    return _unquoted(found.group(group), *found.span(group))


def _unquoted(value: bytes, start: int, end: int) -> tuple[int, int]:
    if value[:1] in (b'"', b"'"):
        return start + 1, end - (len(value) > 1 and value[-1:] == value[:1])
    return start, end


def _listed(text: bytes) -> Iterator[Found]:
    for rule in ("pair", "option"):
        for found in place(rule).finditer(text):
            start, end = _inside(found, 2)
            if found.group(2)[:1] == b"-":
                continue  # the next option: this one is a switch
            if label := label_of(found.group(1), text[start:end], in_prose=rule == "option"):
                yield Found(label, start, end)
    for found in place("sentence").finditer(text):
        value = found.group(2).rstrip(b".:!?")
        if label := sentence_label(found.group(1), value):
            yield Found(label, found.start(2), found.start(2) + len(value))
    for found in place("secure_string").finditer(text):
        yield Found(b"password", *_inside(found, 1))


def _marked_up(text: bytes) -> Iterator[Found]:
    for found in place("element").finditer(text):
        group = 2 if found.group(2) else 3
        if label := label_of(found.group(1), found.group(group).strip()):
            yield Found(label, *found.span(group))
    for found in place("setting").finditer(text):
        if label := label_of(found.group(1), found.group(2).strip()):
            yield Found(label, *found.span(2))
    for found in place("tag").finditer(text):
        yield from _attribute_value(found.group(), found.start())


def _attribute_value(tag: bytes, offset: int) -> Iterator[Found]:
    spans = {each.group(1).lower(): each.span(2) for each in _ATTRIBUTE.finditer(tag)}
    if (at := spans.get(b"value")) is None:
        return
    start, end = _unquoted(tag[slice(*at)], *at)
    told = [tag[slice(*spans[key])].strip(b"\"'") for key in _TELLING if key in spans]
    for name in told:
        if label := label_of(name, tag[start:end]):
            yield Found(label, offset + start, offset + end)
            return


_TELLING = (b"name", b"key", b"id", b"type")  # `type="password"` tells as well


def _members(text: bytes) -> Iterator[Found]:
    for rule, name, value in _NAMED:
        for pair in place(rule).finditer(text):
            yield from named_value(pair.group(name), text, _inside(pair, value))


def named_value(name: bytes, text: bytes, span: tuple[int, int] | None = None) -> Iterator[Found]:
    """Find the secrets in the value of a header, cookie, parameter or member."""
    start, end = span or (0, len(text))
    value = text[start:end]
    if is_cookie_header(name):
        yield from cookie_pairs(text[:end], start, joined=True)
    elif scheme := _names_authorization(name) and _SCHEME.fullmatch(value):
        yield Found(_scheme_label(scheme.group(1)), start + scheme.start(2), end)
    elif is_cookie(name) and len(value) >= MIN_COOKIE_CHARS:
        yield Found(cookie_label(name), start, end)
    elif label := label_of(name, value):
        yield Found(label, start, end)


def _names_authorization(name: bytes) -> bool:
    return name.lower().endswith((b"authorization", b"authorization-auxiliary"))
