"""Secrets by shape: what a value looks like tells that it is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import re2

from classifiers.secrets.checks import (
    has_digit,
    is_card,
    is_iban,
    is_ipv4,
    is_ipv6,
    is_jwt,
    is_mail,
    is_storage_key,
)
from classifiers.secrets.claims import Found
from classifiers.secrets.linear import linear
from classifiers.secrets.private_keys import private_keys


@dataclass(frozen=True, slots=True)
class Secret:
    """A kind of secret that its shape gives away.

    Attributes:
        kind: The word that stands in its tag.
        pattern: RE2 pattern; the first group, if there is one, is what goes.
        example: A text in which it must be found; invented.
        holds: Decides where the pattern alone cannot: a text and the span of what was found.
    """

    kind: str
    pattern: str
    example: str
    holds: Callable[[bytes, int, int], bool] | None = None


_CARD = (  # Visa; Mastercard, JCB, Discover; American Express; Diners Club
    r"(?:^|[^\w-])(4\d{3}(?:[ -]?\d{4}){3}|(?:5[1-5]|2[2-7]|35|6[045])\d\d(?:[ -]?\d{4}){3}"
    r"|3[47]\d\d[ -]?\d{6}[ -]?\d{5}|3[068]\d\d[ -]?\d{6}[ -]?\d{4})\b"
)
_PHONE = (  # only behind a word that announces it
    r"(?i)(?:phone|mobile|fax|\btel|tel(?:e|é)fono|t(?:e|é)l(?:e|é)phone|telefon|telefoon|handy|"
    r"\bcell|телефон|电话|電話|전화)\w*\W{1,6}(\+?\(?\d[\d ().-]{5,18}\d)\b"
)
SECRETS = (  # in this order: the first that claims a piece of the text names it
    Secret(
        "jwt",
        r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}",
        "eyJhbGciOiJub25lIn0.eyJFWEFNUExFIjoxfQ.EXAMPLE",
        is_jwt,
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
    Secret("api_key", r"\b[sr]k_(?:live|test)_([A-Za-z0-9]{8,})", "sk_test_" + "EXAMPLE" * 2),
    Secret("api_key", r"\bwhsec_([A-Za-z0-9+/=]{8,})", "whsec_" + "EXAMPLE" * 2),
    Secret("api_key", r"\b(?:gh[opsur]_|github_pat_)(\w{16,})", "ghp_" + "EXAMPLE" * 3),
    Secret("api_key", r"\bglpat-([\w-]{16,})", "glpat-" + "EXAMPLE" * 3),
    Secret(
        "api_key", r"\bSG\.([\w-]{16,}\.[\w-]{16,})", "SG." + "EXAMPLE" * 3 + "." + "EXAMPLE" * 3
    ),
    Secret("api_key", r"\bAIza([\w-]{30,})", "AIza" + "EXAMPLE" * 5),
    Secret(
        "api_key",
        r"\bsk-((?:proj-|ant-|svcacct-)?[\w-]{20,})",
        "sk-proj-" + "EXAMPLE1" * 3,
        has_digit,
    ),
    Secret("api_key", r"\bxox[abeoprs]-([\w-]{10,})", "xoxb-" + "EXAMPLE" * 2),
    Secret("api_key", r"\b(?:AKIA|ASIA)([A-Z0-9]{16})\b", "AKIA" + "EXAMPLE" * 2 + "12"),
    Secret(
        "api_key",
        r"\b(?:ya29\.|GOCSPX-|npm_|pypi-|shpat_|dop_v1_|ATATT3x|dapi|sq0csp-|key-)([\w-]{20,})",
        "GOCSPX-" + "EXAMPLE" * 3,
    ),
    Secret("api_key", r"\b([a-z0-9]{52})\b", "example" * 7 + "123", has_digit),
    Secret("api_key", r"([A-Za-z0-9+/]+==)", "E1+XAMPLE/" * 8 + "EXAMPL==", is_storage_key),
    Secret(
        "mail_address",
        r"[\w.%+#'-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}\b",
        "ada@contoso.example",
        is_mail,
    ),
    Secret(
        "card_number",
        _CARD,
        "4111 1111 1111 1111",
        is_card,
    ),
    Secret(
        "iban",
        r"\b([A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)\b",
        "GB82 WEST 1234 5698 7654 32",
        is_iban,
    ),
    Secret("iban", r"\bIBAN\W{1,3}([A-Z]{2}\d\d[A-Z0-9]{10,30})", "IBAN XX00EXAMPLE0000000"),
    Secret(
        "social_security_number",
        r"(?i)\b(?:ssn|social security(?: number| no)?)\W{1,4}(\d{3}-?\d\d-?\d{4})\b",
        "SSN 900-00-0000",
    ),
    Secret(
        "phone_number",
        _PHONE,
        "Phone: +44 20 7946 0000",
    ),
    Secret("ip_address", r"\b(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\b", "from 203.0.113.1", is_ipv4),
    Secret(
        "ip_address",
        r"(?:^|[^\w:.])((?:[0-9A-Fa-f]{0,4}:){3,8}[0-9A-Fa-f.]{0,15})",
        "[2001:db8:0:1::1]",
        is_ipv6,
    ),
    Secret(
        "user_name",
        r"(?i)(?:[a-z]:|\\)[\\/]{1,4}users[\\/]{1,4}([^\\/:*?\"'<>|\s]+)[\\/]",
        "C:\\Users\\example\\AppData",
    ),
)


@cache
def _compiled(pattern: str) -> re2._Regexp:
    return linear(pattern)


def shape_secrets(text: bytes) -> Iterator[Found]:
    """Find the secrets that their shape gives away."""
    yield from private_keys(text)
    for secret in SECRETS:
        pattern = _compiled(secret.pattern)
        group = min(1, pattern.groups)
        for found in pattern.finditer(text):
            start, end = found.span(group)
            if secret.holds is None or secret.holds(text, start, end):
                yield Found(secret.kind.encode(), start, end)
