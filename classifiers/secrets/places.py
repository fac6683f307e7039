"""Secrets by place: what stands behind the name of a header, cookie, parameter or member."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import re2

from classifiers.secrets.claims import Found
from classifiers.secrets.linear import linear
from classifiers.secrets.names import COOKIES, is_code, is_words, kind_of, looks_random
from classifiers.secrets.tags import TAG

MIN_COOKIE_CHARS = 4

# Words that every name of interest holds; the name as a whole decides. The looser the word, the
# longer the value has to be.
_SURE = (
    "pass|pwd|pswd|kennwort|mot de passe|contrase|senha|wachtwoord|has(?:l|ł)o|parola|(?:П|п)ароль|密码|密碼|"
    "パスワード|비밀번호|암호|adgangskode|l(?:o|ö)senord|salasana|heslo|jelsz|(?:s|ş)ifre|лозинка|סיסמה|"
    "كلمة المرور|รหัสผ่าน|mật khẩu|kata sandi|clave|secret|cvv|cvc|card[ _-]?n"
)
_LIKELY = "token|key|[_-]pat|sig|sas|saml|canary|verifier|sessid|otp|otc|pin|additionalauthdata|ion.?code|usercode|user_code"
_LOOSE = (
    "code|digest|assertion|wresult|session|[^a-z]sid|cookie|ctx|context|state|nonce|fpc|sft|jwt|"
    "bearer|ticket|credential|authorization|[^a-z]rt"
)


def _name(words: str) -> str:
    return rf"[\w.@$-]*?(?:{words})[\w.-]*"


_NAME = _name(f"{_SURE}|{_LIKELY}|{_LOOSE}")
_QUOTED = r'"(?:[^"\\]|\\.)*(?:"|\z)' + r"|'(?:[^'\\\n]|\\.)*(?:'|\z)"
_QUOTED_FROM_8, _QUOTED_FROM_16 = (
    rf'"(?:[^"\\]|\\.){{{n},}}(?:"|\z)' + rf"|'(?:[^'\\\n]|\\.){{{n},}}(?:'|\z)" for n in (6, 16)
)
_TOKEN_PIECE = r"""(?:\[[^\[\]]{0,60}\]|[^\s"'&;<>\\\[\]]|\\[^\s"'/\\bfnrtu])"""
_TOKEN = _TOKEN_PIECE + "+"
_BETWEEN = r"""["'\]]{0,2}\s*(?:=>|:=|[:=]|：|＝)\s*\[?\s*"""
_CELLS = r"</(?:td|th|dt|b|strong|key)>\s*(?:<(?:td|dd|string|span)[^<>]{0,80}>)?[\s:]*"


@cache
def _compiled(name: str) -> re2._Regexp:
    return linear(_PATTERNS[name])


_PATTERNS = {
    # name = value, "name": "value", name: value, name>value in table cells
    "assignment": rf"(?i)({_name(_SURE)})(?:({_BETWEEN})|{_CELLS})({_QUOTED}|{_TOKEN})",
    "likely_assignment": rf"(?i)({_name(_LIKELY)})(?:({_BETWEEN})|{_CELLS})"
    rf"({_QUOTED_FROM_8}|{_TOKEN_PIECE}{{6,}})",
    "loose_assignment": rf"(?i)({_name(_LOOSE)})(?:({_BETWEEN})|{_CELLS})"
    rf"({_QUOTED_FROM_16}|{_TOKEN_PIECE}{{16,}})",
    # ["name", "value"], --name value, -Name "value"
    "pair": rf"(?i)[\[(]\s*[\"']({_NAME})[\"']\s*,\s*({_QUOTED})\s*[\])]",
    "option": rf"(?i)(?:^|[\s\"'])--?({_NAME})[ \t]+({_QUOTED}|{_TOKEN})",
    "secure_string": rf"(?i)ConvertTo-SecureString\s+(?:-String\s+)?({_QUOTED})",
    "element": rf"(?i)<(?:\w{{1,20}}:)?({_NAME})(?:\s[^<>]{{0,300}})?>\s{{0,40}}"
    r"(?:<!\[CDATA\[([^\]]*)|([^<]+)(?:</|\z))",
    "setting": rf"(?i)(?:name|key)=[\"']({_NAME})[\"'][^<>]{{0,200}}>\s{{0,40}}<value>([^<]+)",
    "tag": r"(?i)<[a-z][\w:]{0,30}\s[^<>]*\bvalue\s{0,4}=[^<>]*>",
    "member": r'(?i)"(?:name|key|header)"\s*:\s*"([^"\\]{1,120})"\s*,\s*'
    r'(?:"\w{1,20}"\s*:\s*(?:"[^"\\]*"|[\w.+-]{1,40})\s*,\s*){0,4}'
    r'"value"\s*:\s*("(?:[^"\\]|\\.)*(?:"|\z))',
    "value_first": r'(?i)"value"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*'
    r'(?:"\w{1,20}"\s*:\s*(?:"[^"\\]*"|[\w.+-]{1,40})\s*,\s*){0,4}'
    r'"(?:name|key|header)"\s*:\s*"([^"\\]{1,120})"',
    "cookies": r'(?i)"cookies"\s*:\s*[\[{][^\]]*',
    "cookie_header": rf"(?i)cookie2?(?:{_BETWEEN}|[\"']\s*,\s*|{_CELLS})[\"']?"
    r"([^\s=;,\"'<>]{1,200}=)",
    "cookie_option": r"(?:\s-b|--cookie)\s+[\"']?([^\s=;,\"'<>]{1,200}=)",
    "cookie": rf"(?:^|[^\w.-])({COOKIES.decode()})=([^\s;,\"'<>\\&]{{4,}})",
    "authorization": r"(?i)(?:^|[^-\w]|proxy-|x-[\w-]{0,30})authorization[\w-]{0,20}"
    rf"(?:{_BETWEEN}|[\"']\s*,\s*|{_CELLS})[\"']?"
    r"([A-Za-z][\w.-]{2,30})[ \t+]+([\w.~+/=:|-]{6,})",
    "basic": r"(?i)\bbasic[ \t]+([A-Za-z0-9+/_-]{8,}={0,2})",
    "bearer": r"(?i)\bbearer[ \t:+]+[\"']?([\w.~+/=|-]{10,})",
    "user_info": r"(?i)\b[a-z][a-z0-9+.-]{1,20}://([^\s/:@\"'<>?#]*):([^\s/@\"'<>]+)@",
    "curl_user": r"(?:\s-u|--user)\s+[\"']?([^\s\"':]*):?([^\s\"']*)",
}
_COOKIE_PAIR = re.compile(rb"([^\s=;,\"'<>]{1,200})=([^\s;,\"'<>\\]*)")
_COOKIE_NEXT = re.compile(rb"[;,][ \t]*\r?\n?[ \t]*|\r?\n|\"[ ]?,[ ]?\"")
_COOKIE_ATTRIBUTES = frozenset(
    b"path domain expires max-age samesite secure httponly version priority comment".split()
)
_COOKIE_NAME = re.compile(COOKIES)
_ATTRIBUTE = re.compile(rb"([\w:-]{1,40})\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)")
_STATUS_WORDS = frozenset(
    b"true false null none nil undefined expired required invalid incorrect wrong missing empty "
    b"unknown disabled enabled yes no not is was has the a an of for and or set unset hidden "
    b"redacted changed reset rejected string object ok failed n/a".split()
)
_CODE_VALUE = re.compile(
    rb"(?:process\.env|os\.environ|env|config|settings|System|String|\$[({\w]|[{%<*]|\w+\().*"
    rb"|[*.x_-]+",
    re.DOTALL,
)


def place_secrets(text: bytes) -> Iterator[Found]:
    """Find the secrets that a name announces."""
    if _any_of("firm").search(text) is not None:
        yield from _cookies(text)
        yield from _credentials(text)
        yield from _assigned(text, _ASSIGNMENTS)
        yield from _listed(text)
        yield from _marked_up(text)
        yield from _members(text)
    else:
        yield from _assigned(text, ("loose_assignment",))


def _each(rules: tuple[str, ...], text: bytes) -> Iterator[re2._Match]:
    for rule in rules:
        yield from _compiled(rule).finditer(text)


def _cookies(text: bytes) -> Iterator[Found]:
    for rule in ("cookie_header", "cookie_option"):
        done = 0
        for header in _compiled(rule).finditer(text):
            if header.start(1) >= done:
                for found in cookie_pairs(text, header.start(1)):
                    done = found.end
                    yield found
    for cookie in _compiled("cookie").finditer(text):
        yield Found(cookie_label(cookie.group(1)), *cookie.span(2))
    for region in _compiled("cookies").finditer(text):
        for rule, name, value in (("member", 1, 2), ("value_first", 2, 1)):
            for pair in _compiled(rule).finditer(text, *region.span()):
                yield Found(cookie_label(pair.group(name)), *_inside(pair, value))


def cookie_pairs(text: bytes, position: int) -> Iterator[Found]:
    """Read `name=value; name=value` from a position on, until something else comes."""
    while pair := _COOKIE_PAIR.match(text, position):
        name, value = pair.groups()
        if name.lower() not in _COOKIE_ATTRIBUTES and len(value) >= MIN_COOKIE_CHARS:
            yield Found(cookie_label(name), *pair.span(2))
        position = pair.end()
        if flags := _COOKIE_FLAG.match(text, position):
            position = flags.end()
        if not (following := _COOKIE_NEXT.match(text, position)):
            return
        position = following.end()


_COOKIE_FLAG = re.compile(rb"(?i)(?:;[ \t]*(?:secure|httponly|partitioned))*")


def cookie_label(name: bytes) -> bytes:
    return b"cookie:" + name if re.fullmatch(rb"[\w.+-]{1,40}", name) else b"cookie"


def _credentials(text: bytes) -> Iterator[Found]:
    for header in _compiled("authorization").finditer(text):
        scheme, value = header.group(1).lower(), header.group(2)
        if not _is_parameter(value) and (len(value) >= 20 or re.search(rb"\d", value)):
            yield Found(_scheme_label(scheme), *header.span(2))
    for found in _compiled("basic").finditer(text):
        if b":" in (_base64(found.group(1)) or b""):
            yield Found(b"basic_credentials", *found.span(1))
    for found in _compiled("bearer").finditer(text):
        value = found.group(1)
        if not _is_parameter(value) and (re.search(rb"\d", value) or looks_random(value)):
            yield Found(b"bearer_token", *found.span(1))
    for found in _compiled("user_info").finditer(text):
        yield Found(b"password", *found.span(2))
    if b"curl" in text:
        for found in _compiled("curl_user").finditer(text):
            yield Found(b"password", *found.span(2 if found.group(2) else 1))


def _scheme_label(scheme: bytes) -> bytes:
    return {b"bearer": b"bearer_token", b"basic": b"basic_credentials"}.get(scheme, b"credential")


def _is_parameter(value: bytes) -> bool:
    """Whether it is `realm=` or `error=` of a challenge."""
    return re.match(rb"[a-z_]{2,30}=[^=]", value) is not None


def _base64(run: bytes) -> bytes | None:
    import base64  # noqa: PLC0415 - only here

    try:
        return base64.b64decode(run + b"=" * (-len(run) % 4), altchars=None)
    except ValueError:
        return None


def _assigned(text: bytes, rules: tuple[str, ...]) -> Iterator[Found]:
    for found in _each(rules, text):
        name, between = found.group(1), found.group(2) or b"="
        start, end = _inside(found, 3)
        quoted = start != found.start(3)
        if not quoted:
            end = _trimmed(text, start, end)
        loose = b":" in between and not quoted and b'"' not in between
        if label := _label(name, text[start:end], loose=loose):
            yield Found(label, start, end)


_ASSIGNMENTS = ("assignment", "likely_assignment", "loose_assignment")


def _listed(text: bytes) -> Iterator[Found]:
    for rule in ("pair", "option"):
        for found in _compiled(rule).finditer(text):
            if label := _label(
                found.group(1), text[slice(*_inside(found, 2))], loose=rule == "option"
            ):
                yield Found(label, *_inside(found, 2))
    for found in _compiled("secure_string").finditer(text):
        yield Found(b"password", *_inside(found, 1))


def _label(name: bytes, value: bytes, *, loose: bool = False) -> bytes | None:
    """The label of a value under this name, or None if the value is no secret.

    Args:
        name: What announces the value.
        value: The value without its quotes.
        loose: It stands behind a colon in prose, where a word of the sentence may follow.
    """
    kind = kind_of(name)
    if kind is None or not value or TAG.fullmatch(value) or value.lower() in _STATUS_WORDS:
        return None
    label, always = kind
    if label == "one_time_code":
        return label.encode() if is_code(value) else None
    if not always:
        return label.encode() if looks_random(value) else None
    if value.lower() == name.lower() or (
        label in _MACHINE_MADE and _WORDS.fullmatch(value) and is_words(value)
    ):
        return None
    if _CODE_VALUE.fullmatch(value) or (loose and value.strip(b".,!?)").isalpha()):
        return None
    return label.encode()


_MACHINE_MADE = frozenset(("access_token", "refresh_token", "session_id", "signature", "api_key"))
_WORDS = re.compile(rb"[A-Za-z_. -]{1,24}")


def _trimmed(text: bytes, start: int, end: int) -> int:
    while end > start + 1 and text[end - 1 : end] in b",.)]}":
        end -= 1
    return end


def _inside(found: re2._Match, group: int) -> tuple[int, int]:
    """The span of a group without its quotes."""
    start, end = found.span(group)
    value = found.group(group)
    if value[:1] in (b'"', b"'"):
        return start + 1, end - (len(value) > 1 and value[-1:] == value[:1])
    return start, end


def _marked_up(text: bytes) -> Iterator[Found]:
    if b"<" not in text:
        return
    for found in _compiled("element").finditer(text):
        group = 2 if found.group(2) else 3
        if label := _label(found.group(1), found.group(group).strip()):
            yield Found(label, *found.span(group))
    for found in _compiled("setting").finditer(text):
        if label := _label(found.group(1), found.group(2).strip()):
            yield Found(label, *found.span(2))
    for found in _compiled("tag").finditer(text):
        yield from _attribute_value(found.group(), found.start())


def _attribute_value(tag: bytes, offset: int) -> Iterator[Found]:
    attributes = {each.group(1).lower(): each for each in _ATTRIBUTE.finditer(tag)}
    value = attributes.get(b"value")
    named = attributes.get(b"name") or attributes.get(b"key") or attributes.get(b"id")
    if value is None:
        return
    start, end = _inside(value, 2)  # type: ignore[arg-type]  # both engines' matches have spans
    is_password = (a := attributes.get(b"type")) and a.group(2).strip(b"\"'").lower() == b"password"
    name = b"password" if is_password else named.group(2).strip(b"\"'") if named else b""
    if label := _label(name, tag[start:end]):
        yield Found(label, offset + start, offset + end)


def _members(text: bytes) -> Iterator[Found]:
    for rule, name, value in (("member", 1, 2), ("value_first", 2, 1)):
        for pair in _compiled(rule).finditer(text):
            yield from named_value(pair.group(name), text, _inside(pair, value))


def named_value(name: bytes, text: bytes, span: tuple[int, int] | None = None) -> Iterator[Found]:
    """Find the secrets in the value of a header, cookie, parameter or member."""
    start, end = span or (0, len(text))
    value = text[start:end]
    if name.lower() in _COOKIE_HEADERS:
        yield from cookie_pairs(text[:end], start)
    elif scheme := _is_authorization(name) and _SCHEME.fullmatch(value):
        yield Found(_scheme_label(scheme.group(1).lower()), start + scheme.start(2), end)
    elif _COOKIE_NAME.fullmatch(name) and len(value) >= MIN_COOKIE_CHARS:
        yield Found(cookie_label(name), start, end)
    elif label := _label(name, value):
        yield Found(label, start, end)


_COOKIE_HEADERS = (b"cookie", b"set-cookie", b"cookie2")
_SCHEME = re.compile(rb"([A-Za-z][\w.-]{2,30}) +([^\s,]{6,})")


def _is_authorization(name: bytes) -> bool:
    return name.lower().endswith((b"authorization", b"authorization-auxiliary"))


@cache
def _any_of(group: str) -> re2._Regexp:
    rules = _PATTERNS if group == "all" else _PATTERNS.keys() - {"loose_assignment"}
    return linear("|".join(_PATTERNS[rule] for rule in sorted(rules)))


def suspicious(text: bytes) -> bool:
    """Whether any rule of this module could find something: one pass, most texts end here."""
    return _any_of("all").search(text) is not None
