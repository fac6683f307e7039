"""Names of headers, cookies, parameters and members, and the kind of secret they announce."""

from __future__ import annotations

import re
from functools import lru_cache

# Kind → what a name ends with, in lower case and without separators. Any value of these goes.
_ALWAYS = {
    "password": (
        r"pass(?:word|wort|wd|phrase|code|ord)?\d?|ps?wd\d?|pw|passwd\d?|kennwort|motdepasse|"
        r"contrase(?:ñ|n)a|senha|palavrapasse|wachtwoord|has(?:ł|l)o|parola|пароль|лозинка|密码|"
        r"密碼|パスワード|비밀번호|암호|adgangskode|l(?:ö|o)senord|salasana|heslo|jelsz(?:ó|o)|"
        r"(?:ş|s)ifre|סיסמה|كلمةالمرور|รหัสผ่าน|mậtkhẩu|katasandi|clave"
    ),
    "client_secret": r"secret(?:value|text)?",
    "refresh_token": r"refreshtoken",
    "api_key": (
        r"(?:api|access|account|functions?|licen[sc]e|transaction|consumer|encryption|sas|"
        r"subscription|master|signing|private|storage|auth|shared|client|secret|security|webhook|"
        r"admin|service|integration|signature|host)key|apikey\d|personalaccesstoken"
    ),
    "access_token": (
        r"(?:access|bearer|actor|auth|authentication|oauth|(?<!val)id|session|security|user|csrf|"
        r"xsrf|antiforgery|verification|flow|device|sas|api|service|app|aad|assertion)token|sft"
    ),
    "authorization_code": r"codeverifier|devicecode|usercode|authorizationcode|authcode",
    "saml_assertion": r"saml(?:response|request)|clientassertion|signaturevalue|wresult",
    "session_id": r"canary",
    "signature": r"oauthsignature|sig|sharedaccesssignature",
    "card_number": r"card(?:number|no)",
    "card_code": r"cvv2?|cvc2?|cardcode",
}
# The same for names that harmless values bear too: the value has to look random.
_PERHAPS = {
    "token": r"tokens?|jwt|bearer|assertion|rt|ticket",
    "api_key": r"keys?|pat|credentials?",
    "authorization_code": r"code",
    "state": r"state|nonce|w?ctx|context|relaystate|fpc",
    "signature": r"signature|digest",
    "session_id": r"session|session_?id|sessid|sid|cookie",
    "credential": r"auth|authorization|authorizationauxiliary",
}
ONE_TIME_CODE = "one_time_code"
_ONE_TIME_CODE = re.compile(
    r"otp|otc|totp|mfacode|verificationcode|securitycode|additionalauthdata|pin"
)
_HARMLESS = re.compile(
    r"(?:publickey|cancellation|skip|page|paging|continuation|delta|sync|concurrency|change)(?:tokens?|cookie)$"
    r"|(?:status|state|error|country|postal|zip|result|response|reason|type|currency|language|event|"
    r"sub|object|fault|exit|return)code$|(?:primary|foreign|entity|alternate|row|partition|cache|"
    r"idempotency|instrumentation|public|registry|sort|dedup|lookup)keys?$"
    r"|(?:execution|async|job|http|activity|trace|sign|request|correlation)context$"
)
MAX_REMEMBERED_CHARS = 32
_SEPARATORS = re.compile(r"[\W_]+")


def _ending(kinds: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind}>(?:{ends})$)" for kind, ends in kinds.items()))


_ALWAYS_ENDING, _PERHAPS_ENDING = _ending(_ALWAYS), _ending(_PERHAPS)


def kind_of(name: bytes) -> tuple[str, bool] | None:
    """The kind of secret that a name announces, and whether any value of it is one."""
    return _remembered(name) if len(name) <= MAX_REMEMBERED_CHARS else _kind_of(name)


def _kind_of(name: bytes) -> tuple[str, bool] | None:
    plain = _SEPARATORS.sub("", name[-80:].decode("utf-8", "ignore").lower())
    if found := _ALWAYS_ENDING.search(plain):
        return str(found.lastgroup), True
    if _HARMLESS.search(plain):
        return None
    if _ONE_TIME_CODE.fullmatch(plain):
        return ONE_TIME_CODE, False
    if (found := _PERHAPS_ENDING.search(plain)) and _is_word(name, found.group()):
        return str(found.lastgroup), False
    return None


# Names come again and again; a longer one may be a piece of text, of which nothing is kept.
_remembered = lru_cache(maxsize=2048)(_kind_of)


def _is_word(name: bytes, ending: str) -> bool:
    """Tell `api-key` and `apiKey` from `monkey`."""
    start = len(name) - len(ending)
    if start <= 0 or not name[start - 1 : start].isalnum():
        return True
    return name[start : start + 1].isupper() and not name[start - 1 : start].isupper()
