"""Names of headers, cookies, parameters and members, and the kind of secret they announce."""

from __future__ import annotations

import re
from functools import lru_cache

# What a name ends with, in lower case and without separators → the kind of its value.
_ALWAYS = (
    ("password", r"(?:pass(?:word|wort|wd|phrase|code)?|pwd|passwd|kennwort|motdepasse|"
                 r"contrase(?:ñ|n)a|senha|wachtwoord|has(?:ł|l)o|parola|пароль|密码|密碼|パスワード|"
                 r"비밀번호|암호|adgangskode|l(?:ö|o)senord|salasana|heslo|jelsz(?:ó|o)|(?:ş|s)ifre|"
                 r"passord|palavrapasse|лозинка|סיסמה|كلمةالمرور|รหัสผ่าน|mậtkhẩu|katasandi|clave)\d?"),
    ("client_secret", r"(?:client|app|application|consumer|shared|token|api)?secret(?:value|text)?"),
    ("refresh_token", r"refreshtoken"),
    ("api_key", r"(?:api|access|account|functions?|licen[sc]e|transaction|consumer|encryption|sas|"
                r"subscription|master|signing|private|storage|auth|shared|client|secret|security|"
                r"webhook|admin|service|integration|signature|host)key|apikey\d|personalaccesstoken"),
    ("access_token", r"(?:access|bearer|actor|auth|authentication|oauth|id|session|security|user|csrf|"
                     r"xsrf|antiforgery|verification|flow|device|sas|api|service|app|aad|assertion)"
                     r"token|flowtoken|sft"),
    ("authorization_code", r"codeverifier|devicecode|usercode|authorizationcode|authcode"),
    ("saml_assertion", r"saml(?:response|request)|clientassertion|signaturevalue|wresult"),
    ("session_id", r"sessionid|sessid|jsessionid|apicanary|canary"),
    ("signature", r"oauthsignature|sig|sharedaccesssignature"),
    ("card_number", r"(?:card|creditcard)(?:number|no)"),
    ("card_code", r"cvv2?|cvc2?|card(?:code|cvc|cvv)|securitycode"),
)  # fmt: skip
# The same for names that harmless values bear too: the value has to look random.
_PERHAPS = (
    ("token", r"tokens?|jwt|bearer|assertion|rt|ticket"),
    ("api_key", r"keys?|pat|credentials?"),
    ("authorization_code", r"code"),
    ("state", r"state|nonce|ctx|context|relaystate|sessionstate|fpc"),
    ("signature", r"signature|digest"),
    ("session_id", r"session|sid|cookie"),
    ("authorization", r"authorization|authorizationauxiliary"),
)
_CODES = ("one_time_code", r"otp|otc|totp|mfacode|verificationcode|additionalauthdata|passcode|pin")
_HARMLESS = re.compile(
    r"(?:publickey|cancellation|skip|page|paging|continuation|delta|sync|concurrency|change)tokens?$"
    r"|(?:status|state|error|country|postal|zip|result|response|reason|type|currency|language|event|"
    r"sub|object|fault|exit|return)code$|(?:primary|foreign|entity|alternate|row|partition|cache|"
    r"idempotency|instrumentation|public|registry|sort|session|dedup|lookup)keys?$"
    r"|(?:execution|async|job|http|activity|trace|sign)context$"
)
_SEPARATORS = re.compile(r"[\W_]+")


def _ending(kinds: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<k{i}>(?:{ends})$)" for i, (_, ends) in enumerate(kinds)))


_ALWAYS_ENDING, _PERHAPS_ENDING, _CODE_ENDING = map(_ending, (_ALWAYS, _PERHAPS, (_CODES,)))


@lru_cache(maxsize=4096)
def kind_of(name: bytes) -> tuple[str, bool] | None:
    """The kind of secret that a name announces, and whether any value of it is one."""
    plain = _SEPARATORS.sub("", name[-80:].decode("utf-8", "ignore").lower())
    if found := _ALWAYS_ENDING.search(plain):
        return _ALWAYS[int((found.lastgroup or "k0")[1:])][0], True
    if _HARMLESS.search(plain):
        return None
    if _CODE_ENDING.fullmatch(plain):
        return _CODES[0], False
    if (found := _PERHAPS_ENDING.search(plain)) and _whole_word(name, found.group()):
        return _PERHAPS[int((found.lastgroup or "k0")[1:])][0], False
    return None


def _whole_word(name: bytes, word: str) -> bool:
    """Tell `api-key` and `apiKey` from `monkey`."""
    start = len(name) - len(word)
    if start <= 0 or not name[start - 1 : start].isalnum():
        return True
    return name[start : start + 1].isupper() and not name[start - 1 : start].isupper()


# Values that no rule takes for random: ids, codes, numbers, times, versions, addresses.
_KNOWN_HARMLESS = re.compile(
    rb"[{(\[]?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}[})\]]?"  # GUID
    rb"|-?\d{1,15}|0x[0-9a-f]{1,16}|[0-9a-f]{8}"
    rb"|\d{4}-\d\d-\d\d[T ]?[\d:.Z+-]*|v?\d+(?:\.\d+){1,4}[\w.-]{0,20}"
    rb"|https?://.*|/.*|true|false|null|none|undefined|"
    rb"[A-Z]{2,10}[_-]?\d{1,8}|AADSTS\d+|(?:W/)?\"[0-9A-Za-z]{1,20}\"?",
    re.IGNORECASE | re.DOTALL,
)
MIN_RANDOM_CHARS = 16


def looks_random(value: bytes) -> bool:
    """Whether a value is long and mixed as only machines write."""
    if len(value) < MIN_RANDOM_CHARS or _KNOWN_HARMLESS.fullmatch(value) or _SPACE.search(value):
        return False
    return not is_words(value)


def is_words(value: bytes) -> bool:
    """Whether a value is made of words, perhaps in CamelCase."""
    runs = _RUN.findall(value)
    return len(runs) < 3 or sum(map(len, runs)) > MAX_RUN_CHARS * len(runs)


_SPACE = re.compile(rb"\s")
_RUN = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+|\d+")
MAX_RUN_CHARS = 3.6  # on average; random characters of base64 keep to one kind for about 2


def is_code(value: bytes) -> bool:
    """Whether a value is a one-time code: six to eight digits."""
    return 6 <= len(value) <= 8 and value.isdigit()


# Cookies that tell who is signed in, wherever their name is followed by a value.
COOKIES = (
    rb"ESTS[A-Z]{0,20}|ESTSSC|buid|fpc|esctx[\w-]{0,20}|CrmOwinAuth[\w]{0,4}|FedAuth[\w]{0,20}|rtFa|"
    rb"\.AspNet(?:Core)?\.[\w.]{1,40}|ASP\.NET_SessionId|\.ASPXAUTH|ARRAffinity(?:SameSite)?|"
    rb"SignInStateCookie|OpenIdConnect\.nonce\.[^=\s;]{1,120}|XSRF-TOKEN|SPOIDCRL|MSISAuth\d?|"
    rb"MSPAuth|MSPProf|WLSSC|RPSSecAuth|JSESSIONID|PHPSESSID|connect\.sid|x-ms-gateway-slice|"
    rb"AppServiceAuthSession|stsservicecookie|CCState|ai_session|wla42|SSOCOOKIEPULLED"
)
