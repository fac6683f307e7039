"""Patterns of places: how a name and its value stand beside each other."""

from __future__ import annotations

from functools import cache

import re2

from classifiers.secrets.cookies import COOKIE
from classifiers.secrets.linear import linear

# Words that every name of interest holds; the name as a whole decides. The looser the word, the
# longer its value has to be.
_SURE = (
    r"pass|pwd|pswd|\bpw|kennwort|mot de passe|contrase|senha|wachtwoord|has(?:l|ł)o|parola|"
    "(?:П|п)ароль|ПАРОЛЬ|лозинка|密码|密碼|パスワード|비밀번호|암호|adgangskode|l(?:o|ö)senord|salasana|heslo|jelsz|"
    "(?:s|ş|Ş)ifre|סיסמה|كلمة المرور|รหัสผ่าน|mật khẩu|kata sandi|clave|secret|cvv|cvc|card[ _-]?n"
)
_LIKELY = (
    "token|key|[_-]pat|sig|sas|saml|canary|verifier|sessid|otp|otc|pin|additionalauthdata|sft|"
    "ion.?code|user_?code|device_?code|auth_?code|sessionid|session_id|assertion|wresult"
)
_LOOSE = (
    r"code|digest|session|\bsid|cookie|ctx|context|state|nonce|fpc|jwt|bearer|ticket|"
    r"credential|auth|\brt"
)


_REST = r"[\w.\x80-\xff-]*"  # of a name


def _name(words: str) -> str:
    return rf"[\w.@$-]*?(?:{words}){_REST}"


_FIRM = f"{_SURE}|{_LIKELY}"
_NAME = _name(f"{_FIRM}|{_LOOSE}")
_QUOTED = r'"(?:[^"\\]|\\.)*(?:"|\z)' + r"|'(?:[^'\\\n]|\\.)*(?:'|\z)"
_WORD = r"""(?:\[[^\[\]]*\]|[^\s"'&;<>\\\[\]]|\\[^\s"'/\\bfnrtu])+"""
_BETWEEN = r"""["'\]]*\s*(?:=>|:=|[:=|\t]|：|＝)\s*\[?\s*"""
_CELLS = r"</(?:td|th|dt|b|strong|key)>\s*(?:<(?:td|dd|string|span)[^<>]*>)?[\s:]*"
_CREDENTIAL = r"[^\s\"'&<>\\,;(){}\[\]]"  # one character of it
_MEMBERS = r'(?:"\w+"\s*:\s*(?:"[^"\\]*"|[\w.+-]+)\s*,\s*)*'
_JSON_NAME = r'"(?:name|key|header)"\s*:\s*"([^"\\]+)"'


def _long(chars: int) -> str:
    """A value that only a machine writes: no spaces, no escapes."""
    plain = r"[^\s\"'&;<>\\,\[\](){}]"
    in_two = rf"\"[^\"\\\s]{{{chars},}}(?:\"|\z)"
    in_one = rf"'[^'\\\s]{{{chars},}}(?:'|\z)"
    return rf"{in_two}|{in_one}|{plain}{{{chars},}}"


def _assignment(words: str, value: str) -> str:
    return rf"(?i)({_name(words)})(?:({_BETWEEN})|{_CELLS})({value})"


PLACES = {
    # name = value, "name": "value", name: value, <td>name</td><td>value</td>
    "sure_assignment": _assignment(_SURE, f"{_QUOTED}|{_WORD}"),
    "likely_assignment": _assignment(_LIKELY, _long(6)),
    "loose_assignment": _assignment(_LOOSE, _long(16)),
    # ["name", "value"]; --name value, -Name "value"
    "pair": rf"(?i)[\[(]\s*[\"']({_NAME})[\"']\s*,\s*({_QUOTED})\s*[\])]",
    "option": rf"(?i)(?:^|[\s\"'])--?({_name(_FIRM)})[ \t]+({_QUOTED}|{_WORD})",
    # password value, "the token is value", a label with the value on the next line
    "sentence": r"(?i)\b(password|passwor[td]|kennwort|passphrase|pwd|pw|secret|token|key)"
    r"[\"'\])]?\s{1,3}(?:(?:is|was|ist|war|lautet)\s)?[\"'`(]?([^\s\d\"'<>,;]*\d[^\s\"'<>,;`)]{3,})",
    "secure_string": rf"(?i)ConvertTo-SecureString\s+(?:-String\s+)?({_QUOTED})",
    # <name>value</name>, <setting name="name"><value>value, <input name="name" value="value">
    "element": rf"(?i)<(?:\w+:)?({_NAME})(?:\s[^<>]*)?>\s*"
    r"(?:<!\[CDATA\[([^\]]*)|([^<]+)(?:</|\z))",
    "setting": rf"(?i)(?:name|key)=[\"']({_NAME})[\"'][^<>]*>\s*<value>([^<]+)",
    "tag": r"(?i)<[a-z][\w:]*\s[^<>]*\bvalue\s*=[^<>]*>",
    # {"name": "name", "value": "value"}, in either order
    "member": rf'(?i){_JSON_NAME}\s*,\s*{_MEMBERS}"value"\s*:\s*("(?:[^"\\]|\\.)*(?:"|\z))',
    "value_first": rf'(?i)"value"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*{_MEMBERS}{_JSON_NAME}',
    "cookies": r'(?i)"cookies"\s*:\s*[\[{][^\]]*',
    "cookie_header": rf"(?i)(set-)?cookie2?(?:{_BETWEEN}|[\"']\s*,\s*|{_CELLS})[\"']?"
    r"([^\s=;,\"'<>]+=)",
    "cookie_option": r"(\s-b|--cookie)\s+[\"']?([^\s=;,\"'<>]+=)",
    "cookie": rf"(?:^|[^\w.-])({COOKIE})=([^\s;,\"'<>\\&]{{4,}})",
    "authorization": r"(?i)(?:^|[^-\w]|proxy-|x-[\w-]*)authorization(?:-auxiliary)?"
    rf"(?:{_BETWEEN}|[\"']\s*,\s*|{_CELLS})[\"']?"
    rf"([A-Za-z][\w.-]+)[ \t+]+({_CREDENTIAL}{{6,}})",
    "basic": r"(?i)\bbasic[ \t]+([A-Za-z0-9+/_-]{8,}={0,2})",
    "bearer": rf"(?i)\bbearer[ \t:+]+[\"']?({_CREDENTIAL}{{10,}})",
    "user_info": r"(?i)\b[a-z][a-z0-9+.-]+://([^\s/:@\"'<>?#]*):([^\s/@\"'<>]+)@",
    "curl_user": r"(?:\s-u|--user)\s+[\"']?([^\s\"':]*):?([^\s\"']*)",
}

# What each of these patterns cannot do without, short enough for one automaton over all of them.
HINTS = (
    rf"(?i)(?:{_SURE}){_REST}(?:{_BETWEEN}|{_CELLS})\S",
    rf"(?i)(?:{_LIKELY}){_REST}(?:{_BETWEEN}|{_CELLS})[\"']?[^\s\"'&;<>\\,\[\](){{}}]{{6}}",
    r"[\[(]\s*[\"'][\w.@$-]+[\"']\s*,\s*[\"']",  # pair
    rf"(?i)(?:^|[\s\"'])-[\w.@$-]*(?:{_FIRM}){_REST}[ \t]+\S",  # option
    r"(?i)ConvertTo-SecureString|<value>|\bvalue\s*=|\"(?:value|cookies)\"\s*:",
    rf"(?i)<[\w.:@$-]*(?:{_FIRM}){_REST}[\s>]",  # element
    rf"(?i)<[\w.:@$-]*(?:{_LOOSE}){_REST}(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?\s*[^<\s]{{16}}",
    rf"(?i)cookie2?(?:{_BETWEEN}|[\"']\s*,|{_CELLS})|--cookie|\s-b\s",
    rf"(?:{COOKIE})=[^\s;,\"'<>\\&]{{4}}",
    (
        rf"(?i)authorization(?:-auxiliary)?(?:{_BETWEEN}|[\"']\s*,\s*|{_CELLS})[\"']?"
        rf"[a-z][\w.-]+[ \t+]+{_CREDENTIAL}{{6}}"
    ),
    PLACES["sentence"],
    PLACES["basic"],
    PLACES["bearer"],
    r"://[^\s/:@\"'<>?#]*:[^\s/@\"'<>]+@",  # user_info
    r"\bcurl\b",
)


@cache
def place(name: str) -> re2._Regexp:
    """One pattern of the table."""
    return linear(PLACES[name])
