"""What a pattern cannot tell: checksums, versions, tokens; each asks about a span of a text."""

from __future__ import annotations

import ipaddress
import re

from classifiers.secrets.decoding import base64_text
from classifiers.secrets.values import looks_random

# 64 bytes in base64: https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage
STORAGE_KEY_CHARS = 88
# https://www.swift.com/standards/data-standards/iban-international-bank-account-number
IBAN_CHARS = range(15, 35)
MIN_IPV6_PARTS = 3  # `a::b` is a name in C++
LAST_VERSION_LIKE = 10  # 9.2.24.163 is rather a version than an address
_ALGORITHM = re.compile(rb'"(?:alg|typ|enc|kid|x5t|cty)"')
_DIGIT = re.compile(rb"\d")
_VERSION_BEFORE = re.compile(
    rb"(?i)(?:version|ver|v|sdk|crm|build|release|net|core|over|upgraded?|update|solution|assembly|"
    rb"runtime|framework|[a-z]+/|[a-z0-9.-]*[a-z]=)[\s:=v\"']*$"
)
_PRODUCT_BEFORE = re.compile(rb"(?:^|[^/\w])[A-Z][\w.+-]*/$")  # of a user agent
_ADDRESS_BEFORE = re.compile(rb"(?i)(?:ip|ips|address|client|remote|host|peer|from|[@\[/])\W{0,4}$")
_MAIL_LIKE_ANNOTATIONS = (b"odata.", b"microsoft.dynamics.")


def is_jwt(text: bytes, start: int, end: int) -> bool:
    """Tell a token from the base64 form of any JSON text: its head names an algorithm."""
    token = text[start:end]
    head = base64_text(token.split(b".")[0][:400]) or b""
    return _ALGORITHM.search(head) is not None or b".eyJ" in token


def has_digit(text: bytes, start: int, end: int) -> bool:
    """Tell a key from a long word."""
    return _DIGIT.search(text[start:end]) is not None


def is_storage_key(text: bytes, start: int, end: int) -> bool:
    """Tell a key of a storage account from a hash or an encoded text."""
    run = text[start:end]
    return len(run) == STORAGE_KEY_CHARS and base64_text(run) is None and looks_random(run)


def is_mail(text: bytes, start: int, end: int) -> bool:
    """Tell an address from an OData annotation."""
    return not text[start:end].lower().rpartition(b"@")[2].startswith(_MAIL_LIKE_ANNOTATIONS)


def is_card(text: bytes, start: int, end: int) -> bool:
    """Whether the digits pass the Luhn check, are not all the same and no part of a GUID."""
    if text[end : end + 1] == b"-":
        return False
    digits = [int(each) for each in text[start:end].decode() if each.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def is_iban(text: bytes, start: int, end: int) -> bool:
    """Whether the check digits are right."""
    plain = text[start:end].replace(b" ", b"").decode()
    if len(plain) not in IBAN_CHARS:
        return False
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def is_ipv4(text: bytes, start: int, end: int) -> bool:
    """Tell an address from a version number of four parts."""
    try:
        address = ipaddress.IPv4Address(text[start:end].decode())
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified or text[end : end + 1] == b".":
        return False
    if text[start - 1 : start] in (b".", b"%"):
        return False  # a longer number, or `%20` before a version
    before = text[max(0, start - 24) : start]
    if _PRODUCT_BEFORE.search(before):
        return False
    if _ADDRESS_BEFORE.search(before):
        return True
    return address.packed[0] > LAST_VERSION_LIKE and not _VERSION_BEFORE.search(before)


def is_ipv6(text: bytes, start: int, end: int) -> bool:
    """Tell an address from a time or a qualified name."""
    value = text[start:end]
    parts = [part for part in value.split(b":") if part]
    if (len(parts) < MIN_IPV6_PARTS and b"." not in value) or not _DIGIT.search(value):
        return False
    try:
        ipaddress.IPv6Address(value.decode())
    except ValueError:
        return False
    return True
