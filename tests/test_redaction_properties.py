"""Redaction over many made-up texts: secrets of any kind, in any place, in any wrapping."""

import base64
import html
import json
import random
import re
import string
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.redact import redact, redact_text
from classifiers.secrets.places import place_secrets
from classifiers.secrets.rewriting import suspicious
from classifiers.secrets.shapes import shape_secrets

LETTERS = string.ascii_letters + string.digits
EVIDENCE = (
    "AADSTS700082 prvReadInvoice 0x80040220 5d3e9c1a-0b7f-4a52-9e6d-2f8b7c4a1d90 403 Forbidden"
)


def dice(seed):
    return random.Random(seed)  # noqa: S311 - values for tests


def chars(g, count, alphabet=LETTERS):
    """Characters that hold a digit and both cases, as machines make them."""
    return "a7Q" + "".join(g.choices(alphabet, k=count - 3))


def a_jwt(g):
    parts = ({"alg": "RS256", "typ": "JWT"}, {"sub": chars(g, 12), "exp": g.randrange(10**9)})
    head, body = (base64.urlsafe_b64encode(json.dumps(p).encode()).decode() for p in parts)
    return f"{head.rstrip('=')}.{body.rstrip('=')}.{chars(g, 43, LETTERS + '-_')}"


def a_card(g):
    digits = [4, *(g.randrange(10) for _ in range(14))]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[::2]]
    last = -(sum(doubled) + sum(digits[1::2])) % 10
    return "".join(map(str, [*digits, last]))


VALUES = {
    "jwt": a_jwt,
    "refresh token": lambda g: f"1.A{chars(g, 40, LETTERS + '-_')}.{chars(g, 80, LETTERS + '-_')}",
    "client secret": lambda g: f"{chars(g, 3)}8Q~{chars(g, 34, LETTERS + '~._-')}",
    "provider key": lambda g: "sk_live" + "_" + chars(g, 24),
    "card": a_card,
    "mail address": lambda g: f"{chars(g, 8).lower()}@contoso.example",
    "address": lambda g: f"203.0.113.{g.randrange(1, 255)}",
}
OPAQUE = {
    "letters": lambda g: chars(g, 32),
    "base64": lambda g: base64.b64encode(g.randbytes(32)).decode(),
    "hex": lambda g: g.randbytes(20).hex(),
    "strong": lambda g: "Zq8!" + chars(g, 10, LETTERS + "!#*_-."),
}
PLACES = [
    "Authorization: Bearer {}\r\nx-ms-request-id: 1",
    '{{"headers": [{{"name": "Authorization", "value": "Bearer {}"}}]}}',
    '{{"name": "Set-Cookie", "value": "ESTSAUTH={}; path=/; secure"}}',
    "GET / HTTP/1.1\r\nCookie: lang=1033; .AspNet.Cookies={}; x=1\r\n\r\n",
    "curl 'https://a.example' -b 'CrmOwinAuth={}' --compressed",
    "https://a.example/cb?state=12345&access_token={}&expires_in=3599",
    "grant_type=client_credentials&client_secret={}&scope=x",
    '{{"access_token": "{}", "token_type": "Bearer"}}',
    '{{"username": "svc", "password": "{}", "code": 50126}}',
    "Server=tcp:db.example,1433;User ID=sa;Password={};Encrypt=True;",
    "Endpoint=sb://x.example/;SharedAccessKeyName=Root;SharedAccessKey={}",
    '<setting name="SvcPassword"><value>{}</value></setting>',
    "<password>{}</password><code>401</code>",
    '<input type="hidden" name="flowToken" value="{}" />',
    "x-functions-key: {}",
    "Ocp-Apim-Subscription-Key: {}",
    "RequestVerificationToken: {}",
    "Kennwort: {} | Fehler",
]


def in_json(text):
    return json.dumps({"message": text, "code": "0x80040220"})


def in_a_log(text):
    lines = text.split("\n")
    return "\n".join(
        f"2026-11-23T07:01:2{i % 10}.123Z [w-{i}] ERROR {x}" for i, x in enumerate(lines)
    )


WRAPPINGS = {
    "JSON": in_json,
    "JSON in JSON": lambda text: in_json(in_json(text)),
    "URL": lambda text: f"body={quote(text, safe='')}&status=403",
    "URL twice": lambda text: "u=" + quote(quote(text, safe=""), safe=""),
    "HTML": lambda text: f"<pre>{html.escape(text)}</pre>",
    "base64": lambda text: f'{{"text": "{base64.b64encode(text.encode()).decode()}"}}',
    "log": in_a_log,
    "CSV": lambda text: 'id,text\n1,"{}"\n'.format(text.replace('"', '""')),
    "YAML": lambda text: "error: |\n  " + text.replace("\n", "\n  "),
    "quoted mail": lambda text: "> " + text.replace("\n", "\n> "),
    "characters as numbers": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "unicode escapes": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    "as it is": lambda text: text,
}


def decoded(run):
    run = run.rstrip("=").replace("-", "+").replace("_", "/")
    run = run[: len(run) - (len(run) % 4 == 1)]
    return base64.b64decode(run + "=" * (-len(run) % 4)).decode("utf-8", "ignore")


def every_view(text):
    """The text and what it says after one or two layers of any encoding."""
    seen = {text}
    for _ in range(3):
        for each in list(seen):
            seen |= {unquote(each), html.unescape(each), each.replace('\\"', '"')}
            seen.add(re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), each))
            seen |= {decoded(run) for run in re.findall(r"[A-Za-z0-9+/_-]{16,}={0,2}", each)}
    return seen


@pytest.mark.parametrize("seed", range(20))
def test_fresh_secrets_are_gone_from_every_view(seed):
    g = dice(seed)
    for _ in range(60):
        if g.random() < 0.4:
            secret = g.choice(list(VALUES.values()))(g)
            text = f"sign-in with {secret} : {EVIDENCE}"
        else:
            secret = g.choice(list(OPAQUE.values()))(g)
            text = f"{g.choice(PLACES).format(secret)}\n{EVIDENCE}"
        names = g.choices(list(WRAPPINGS), k=g.choice((1, 1, 2)))
        wrapped = text
        for name in names:
            wrapped = WRAPPINGS[name](wrapped)

        views = every_view(redact_text(wrapped))

        assert not any(secret in view for view in views), (names, text)
        assert any("0x80040220" in view for view in views), (names, text)


def test_what_is_redacted_stays_as_it_is():
    g = dice(1)
    for _ in range(400):
        text = g.choice(PLACES).format(g.choice(list(OPAQUE.values()))(g))
        once = redact_text(g.choice(list(WRAPPINGS.values()))(text))

        assert redact_text(once) == once


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_redacted_without_failing_and_only_once(text):
    once = redact(text)

    assert not once.failed
    assert redact_text(once.text) == once.text


FRAGMENTS = st.sampled_from(
    [
        *" \n\"':=&;<>\\,[]{}%@.-/?#~!",
        *("password", "token", "code", "Cookie", "ESTSAUTH", "Bearer", "authorization", "value"),
        *("name", "cookies", "--", "curl", "-u", "<td>", "</td>", "://", "eyJ", "IBAN", "Phone"),
        *("203.0.113.9", "2001:db8:1::1", "sk_test_", "-----BEGIN PRIVATE KEY-----", "a7QzXw9Lk2"),
        *("ada", "contoso.example", "4111111111111111", "\u043f", "C:\\Users\\", "%22", "\\u0022"),
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(FRAGMENTS, max_size=14).map("".join))
def test_the_quick_look_misses_nothing_that_the_rules_find(text):
    raw = text.encode()

    if not suspicious(raw):
        assert [*place_secrets(raw), *shape_secrets(raw)] == []


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS, max_size=14).map("".join))
def test_texts_made_of_trouble_are_redacted_only_once(text):
    once = redact(text)

    assert not once.failed
    assert redact_text(once.text) == once.text
