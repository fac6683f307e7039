"""JSON that is slightly wrong, made readable: what exporters and mail programs do to a file."""

import regex

_CONTROL = regex.compile(r"[\x00-\x1f]")
_LONE_SURROGATE = regex.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_NO_NUMBER = regex.compile(r"(?<=[:\[,]\s{0,3})(?:NaN|-?Infinity)(?=\s{0,3}[,}\]])")


def repaired_string(token: bytes | memoryview) -> bytes:
    r"""Replace what a JSON string must not hold.

    >>> repaired_string(b'"a\x01b\\ud800c\xff"').decode()
    '"a b\\ufffdc�"'
    """
    text = _CONTROL.sub(" ", str(token, "utf-8", "replace"))
    return _LONE_SURROGATE.sub(r"\\ufffd", text).encode("utf-8", "replace")


def repaired_object(text: bytes | memoryview) -> bytes:
    """As `repaired_string`, without numbers that are none and without what follows the object.

    >>> repaired_object(b'{"time": NaN} -- end')
    b'{"time": null}'
    """
    whole = repaired_string(text).decode()
    return _NO_NUMBER.sub("null", whole[: whole.rfind("}") + 1]).encode()
