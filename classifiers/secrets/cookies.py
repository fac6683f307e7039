"""Cookies: every value goes, every name and attribute stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifiers.secrets.claims import Found

MIN_COOKIE_CHARS = 4

# Cookies that tell who is signed in, wherever their name is followed by a value.
COOKIE = (
    r"ESTS[A-Z]*|buid|fpc|esctx[\w-]*|CrmOwinAuth\w*|FedAuth\w*|rtFa|\.AspNet(?:Core)?\.[\w.]+|"
    r"ASP\.NET_SessionId|\.ASPXAUTH|ARRAffinity(?:SameSite)?|SignInStateCookie|"
    r"OpenIdConnect\.nonce\.[^=\s;]+|XSRF-TOKEN|SPOIDCRL|MSISAuth\d?|MSPAuth|MSPProf|WLSSC|"
    r"RPSSecAuth|JSESSIONID|PHPSESSID|connect\.sid|AppServiceAuthSession|stsservicecookie|CCState|"
    r"ai_session|SSOCOOKIEPULLED"
)
_NAME = re.compile(COOKIE.encode())
_LABEL = re.compile(rb"[\w.+-]{1,40}")
_HEADERS = frozenset((b"cookie", b"set-cookie", b"cookie2"))
_PAIR = re.compile(rb"([^\s=;,\"'<>]{1,200})=([^\s;,\"'<>\\]*)")
_FLAGS = re.compile(rb"(?i)(?:;[ \t]*(?:secure|httponly|partitioned))*")
_NEXT = re.compile(rb"[;,][ \t]*|\"[ ]?,[ ]?\"")
_NEXT_LINE = re.compile(rb"\r?\n|[;,][ \t]*\r?\n?[ \t]*|\"[ ]?,[ ]?\"")
_ATTRIBUTES = frozenset(b"path domain expires max-age samesite version priority comment".split())


def is_cookie(name: bytes) -> bool:
    """Whether the name alone tells that it is a cookie."""
    return _NAME.fullmatch(name) is not None


def is_cookie_header(name: bytes) -> bool:
    """Whether the name is that of a header full of cookies."""
    return name.lower() in _HEADERS


def cookie_label(name: bytes) -> bytes:
    """The label of a cookie's value, with the name where the name is plain."""
    return b"cookie:" + name if _LABEL.fullmatch(name) else b"cookie"


def cookie_pairs(text: bytes, position: int, *, joined: bool) -> Iterator[Found]:
    """Read `name=value; name=value` from a position on, until something else comes.

    Args:
        text: Where they stand.
        position: Of the first name.
        joined: It is `Set-Cookie`, of which recorders join several by line breaks.
    """
    following = _NEXT_LINE if joined else _NEXT
    while pair := _PAIR.match(text, position):
        name, value = pair.groups()
        if name.lower() not in _ATTRIBUTES and len(value) >= MIN_COOKIE_CHARS:
            yield Found(cookie_label(name), *pair.span(2))
        flags = _FLAGS.match(text, pair.end())
        comes = following.match(text, flags.end() if flags else pair.end())
        if comes is None:
            return
        position = comes.end()
