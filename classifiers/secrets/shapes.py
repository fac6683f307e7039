"""Secrets by shape: what a value looks like tells that it is one."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import re2

from classifiers.secrets.claims import Found
from classifiers.secrets.decoding import base64_text
from classifiers.secrets.linear import linear
from classifiers.secrets.values import looks_random


@dataclass(frozen=True, slots=True)
class Secret:
    """A kind of secret that its shape gives away.

    Attributes:
        kind: The word that stands in its tag.
        pattern: RE2 pattern; the first group, if there is one, is what goes.
        example: A text in which it must be found; invented.
        holds: Decides where the pattern alone cannot: bytes and the span of what was found.
    """

    kind: str
    pattern: str
    example: str
    holds: Callable[[bytes, int, int], bool] | None = None


def _is_jwt(text: bytes, start: int, end: int) -> bool:
    """Tell a token from the base64 form of any JSON text: its head names an algorithm."""
    head = text[start:end].split(b".")[0]
    content = base64_text(head[:400]) or b""
    return (
        re.search(rb'"(?:alg|typ|enc|kid|x5t|cty)"', content) is not None
        or b".eyJ" in text[start:end]
    )


def _luhn(text: bytes, start: int, end: int) -> bool:
    digits = [int(chr(each)) for each in text[start:end] if 48 <= each <= 57]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def _is_iban(text: bytes, start: int, end: int) -> bool:
    plain = text[start:end].replace(b" ", b"").decode()
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


_VERSION_BEFORE = re.compile(
    rb"(?i)(?:version|ver|v|sdk|crm|build|release|net|core|over|upgraded?|update|solution|assembly|"
    rb"runtime|framework|[a-z]+/|[a-z0-9.-]*[a-z]=)[\s:=v\"']*$"
)
_ADDRESS_BEFORE = re.compile(rb"(?i)(?:ip|ips|address|client|remote|host|peer|from|[@\[/])\W{0,4}$")


def _is_ipv4(text: bytes, start: int, end: int) -> bool:
    """Tell an address from a version number of four parts."""
    octets = text[start:end].split(b".")
    if any(int(each) > 255 or (len(each) > 1 and each[:1] == b"0") for each in octets):
        return False
    if octets[0] in (b"127", b"0") or text[end : end + 1] == b".":
        return False  # this machine, or a longer number
    if text[start - 1 : start] in (b".", b"%"):
        return False  # a longer number, or `%20` before a version
    before = text[max(0, start - 24) : start]
    if _ADDRESS_BEFORE.search(before):
        return True
    return int(octets[0]) >= 11 and not _VERSION_BEFORE.search(before)


def _is_ipv6(text: bytes, start: int, end: int) -> bool:
    value = text[start:end]
    if (value.count(b":") < 3 and b"::" not in value) or not re.search(rb"\d", value):
        return False
    if len([each for each in value.split(b":") if each]) < 3 and b"." not in value:
        return False
    try:
        ipaddress.IPv6Address(value.decode())
    except ValueError:
        return False
    return True


def _is_mail(text: bytes, start: int, end: int) -> bool:
    domain = text[start:end].lower().rpartition(b"@")[2]
    return not domain.startswith((b"odata.", b"microsoft.dynamics."))


def _is_binary(text: bytes, start: int, end: int) -> bool:
    return base64_text(text[start:end]) is None and looks_random(text[start:end])


def _is_pat(text: bytes, start: int, end: int) -> bool:
    return re.search(rb"\d", text[start:end]) is not None


_B = r"(?:^|[^A-Za-z0-9])"
SECRETS = (  # in this order: the first that claims a piece of the text names it
    Secret(
        "jwt",
        r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}",
        "eyJhbGciOiJub25lIn0.eyJFWEFNUExFIjoxfQ.EXAMPLE",
        _is_jwt,
    ),
    Secret(
        "refresh_token",
        r"\b[01]\.A[\w-]{20,}\.[\w.-]{10,}",
        "1.AEXAMPLEEXAMPLEEXAMPLEEX.AgABEXAMPLEEXAMPLE",
    ),
    Secret(
        "refresh_token",
        r"\bM\.[CR]\d[\w]{0,8}_[A-Z0-9]{2,6}\.[\w.!*$%-]{16,}",
        "M.C5EX_BAY.0.U.-EXAMPLE!EXAMPLE*EXAMPLE",
    ),
    Secret("access_token", r"\bEw[A-D][A-Za-z0-9+/]{80,}={0,2}", "EwA" + "EXAMPLE" * 12),
    Secret("refresh_token", r"\bRT1-\d{1,4}-[\w-]{10,}", "RT1-1-EXAMPLEEXAMPLE"),
    Secret("client_secret", r"[\w.~-]{3}\dQ~[\w.~-]{20,40}", "EXA8Q~" + "EXAMPLE" * 5),
    Secret("cookie", r"\bCfDJ8[\w-]{30,}", "CfDJ8" + "EXAMPLE" * 5),
    Secret("cookie", r"\b77u/[A-Za-z0-9+/]{40,}={0,2}", "77u/" + "EXAMPLE" * 6),
    Secret("api_key", r"\b[sr]k_(?:live|test)_([A-Za-z0-9]{8,})", "sk_test_EXAMPLEEXAMPLE"),
    Secret("api_key", r"\bwhsec_([A-Za-z0-9+/=]{8,})", "whsec_EXAMPLEEXAMPLE"),
    Secret("api_key", r"\b(?:gh[opsur]_|github_pat_)(\w{16,})", "ghp_EXAMPLEEXAMPLEEXAMPLE"),
    Secret("api_key", r"\bglpat-([\w-]{16,})", "glpat-EXAMPLEEXAMPLEEXAMPLE"),
    Secret(
        "api_key", r"\bSG\.([\w-]{16,}\.[\w-]{16,})", "SG.EXAMPLEEXAMPLEEXAM.EXAMPLEEXAMPLEEXAM"
    ),
    Secret("api_key", r"\bAIza([\w-]{30,})", "AIza" + "EXAMPLE" * 5),
    Secret(
        "api_key",
        r"\bsk-((?:proj-|ant-|svcacct-)?[\w-]{20,})",
        "sk-proj-EXAMPLEEXAMPLEEXAMPLE",
        _is_pat,
    ),
    Secret("api_key", r"\bxox[abeoprs]-([\w-]{10,})", "xoxb-EXAMPLE-EXAMPLE"),
    Secret("api_key", r"\b(?:AKIA|ASIA)([A-Z0-9]{16})\b", "AKIAEXAMPLEEXAMPLE12"),
    Secret(
        "api_key",
        r"\b(?:ya29\.|GOCSPX-|npm_|pypi-|shpat_|dop_v1_|ATATT3x|dapi|sq0csp-|key-)([\w-]{20,})",
        "GOCSPX-EXAMPLEEXAMPLEEXAMPLE",
    ),
    Secret("api_key", r"\b([a-z0-9]{52})\b", "example" * 7 + "exa", _is_pat),
    Secret("api_key", r"\b([A-Za-z0-9+/]{86}==)", "E1+XAMPLE/" * 8 + "EXAMPL==", _is_binary),
    Secret(
        "mail_address",
        r"[\w.%+#'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,6}\.[A-Za-z]{2,24}\b",
        "ada@contoso.example",
        _is_mail,
    ),
    Secret(
        "card_number",
        _B
        + r"(4\d{3}(?:[ -]?\d{4}){3}|(?:5[1-5]|2[2-7]|35|6[045])\d\d(?:[ -]?\d{4}){3}|3[47]\d\d[ -]?\d{6}[ -]?\d{5}|3[068]\d\d[ -]?\d{6}[ -]?\d{4})\b",
        "4111 1111 1111 1111",
        _luhn,
    ),
    Secret(
        "iban",
        r"\b([A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)\b",
        "GB82 WEST 1234 5698 7654 32",
        _is_iban,
    ),
    Secret("iban", r"\bIBAN\W{1,3}([A-Z]{2}\d\d[A-Z0-9]{10,30})", "IBAN XX00EXAMPLE0000000"),
    Secret(
        "social_security_number",
        r"(?i)\b(?:ssn|social security(?: number| no)?)\W{1,4}(\d{3}-?\d\d-?\d{4})\b",
        "SSN 900-00-0000",
    ),
    Secret(
        "phone_number",
        r"(?i)(?:phone|mobile|fax|\btel|tel(?:e|é)fono|t(?:e|é)l(?:e|é)phone|telefon|telefoon|handy|cell|телефон|电话|電話|전화)[\w]{0,12}\W{1,6}(\+?\(?\d[\d ().-]{5,18}\d)\b",
        "Phone: +44 20 7946 0000",
    ),
    Secret("ip_address", r"\b(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\b", "from 203.0.113.1", _is_ipv4),
    Secret(
        "ip_address",
        r"(?:^|[^\w:.])((?:[0-9A-Fa-f]{0,4}:){3,8}[0-9A-Fa-f.]{0,15})",
        "[2001:db8:0:1::1]",
        _is_ipv6,
    ),
    Secret(
        "user_name",
        r"(?i)(?:[a-z]:|\\)[\\/]{1,4}users[\\/]{1,4}([^\\/:*?\"'<>|\s]{1,64})[\\/]",
        "C:\\Users\\example\\AppData",
    ),
)


@cache
def _compiled(pattern: str) -> re2._Regexp:
    return linear(pattern)


def shape_secrets(text: bytes) -> Iterator[Found]:
    """Find the secrets that their shape gives away."""
    yield from _private_keys(text)
    for secret in SECRETS:
        pattern = _compiled(secret.pattern)
        group = min(1, pattern.groups)
        for found in pattern.finditer(text):
            start, end = found.span(group)
            if secret.holds is None or secret.holds(text, start, end):
                yield Found(secret.kind.encode(), start, end)


KEY_BEGIN = re.compile(rb"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = re.compile(rb"[^\n]{0,80}?([A-Za-z0-9+/]{16,}={0,2})[ \t\r\"\\]{0,4}(?:\n|$)")
MAX_KEY_BYTES = 20_000


def _private_keys(text: bytes) -> Iterator[Found]:
    done = 0
    for begin in KEY_BEGIN.finditer(text):
        if begin.start() >= done:
            done = _key_end(text, begin.end())
            yield Found(b"private_key", begin.start(), done)


def _key_end(text: bytes, position: int) -> int:
    """Where a private key ends: at its last line, or where its lines stop."""
    end = text.find(b"-----END", position, position + MAX_KEY_BYTES)
    if end >= 0 and b"-----BEGIN" not in text[position:end]:
        closing = text.find(b"-----", end + 8, end + 80)
        return closing + 5 if closing >= 0 else end
    newline = text.find(b"\n", position, position + 80)
    position = newline + 1 if newline >= 0 else position
    while line := _KEY_LINE.match(text, position):
        position = line.end(1)
        newline = text.find(b"\n", position, position + 4)
        if newline < 0:
            break
        position = newline + 1
    return position
