"""What the redaction promises: no secret survives, no evidence goes."""

import base64
import hashlib
import json
import subprocess
import sys
from urllib.parse import quote

import pytest

from classifiers.redact import SECRETS, Redaction, redact, redact_text, redact_trace
from classifiers.secrets import rewriting


def made_up(length=40, seed=7):
    """A value that no file holds, in which no word can be found."""
    digest = hashlib.sha512(str(seed).encode()).digest()
    return base64.b64encode(digest, altchars=b"Qz").decode()[:length]


def jwt(seed=7):
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "RS256", "kid": made_up(8, seed=seed)}, {"sub": made_up(9, seed=seed)})
    )
    return f"{head}.{body}.{made_up(64, seed=seed)}"


TOKEN = made_up()
PASSWORD = "Aq7!" + made_up(9)
GUID = "5d3e9c1a-0b7f-4a52-9e6d-2f8b7c4a1d90"


@pytest.mark.parametrize(
    "secret",
    [pytest.param(each, id=f"{each.kind}: {each.example[:12]}") for each in SECRETS],
)
def test_the_example_of_each_kind_is_replaced_by_its_tag(secret):
    redacted = redact(f"before {secret.example} after")

    assert f"[{secret.kind} #1]" in redacted.text
    assert redacted.redactions == (Redaction(secret.kind, 1),)
    assert redacted.text.startswith("before ")
    assert redacted.text.endswith(" after")


@pytest.mark.parametrize(
    ("template", "kind"),
    [
        pytest.param("Authorization: Bearer {}", "bearer_token", id="bearer header"),
        pytest.param("Authorization: Token {}", "credential", id="another scheme"),
        pytest.param('["authorization", "Bearer {}"]', "bearer_token", id="header as a pair"),
        pytest.param('{{"name": "X-API-Key", "value": "{}"}}', "api_key", id="name, value"),
        pytest.param('{{"value": "{}", "name": "X-API-Key"}}', "api_key", id="value, name"),
        pytest.param("Cookie: a1=bcde; ESTSAUTH={}", "cookie:ESTSAUTH", id="cookie header"),
        pytest.param("Set-Cookie: buid={}; path=/; secure", "cookie:buid", id="set-cookie"),
        pytest.param('{{"cookies": [{{"name": "x(", "value": "{}"}}]}}', "cookie", id="cookies"),
        pytest.param("curl -b 'sid={}' https://a.example", "cookie:sid", id="curl -b"),
        pytest.param("curl -u svc:{} https://a.example", "password", id="curl -u"),
        pytest.param("https://svc:{}@erp.example/odata", "password", id="in a URL"),
        pytest.param("POST /token client_secret={}&scope=x", "client_secret", id="form"),
        pytest.param("<password><![CDATA[{}]]></password>", "password", id="CDATA"),
        pytest.param("<wsse:Password Type='t'>{}</wsse:Password>", "password", id="WSSE"),
        pytest.param('<input value="{}" name="flowToken">', "access_token", id="input"),
        pytest.param('<input type="password" value="{}"/>', "password", id="password field"),
        pytest.param("<td>Password</td><td>{}</td>", "password", id="table"),
        pytest.param("AccountKey={};EndpointSuffix=x", "api_key", id="connection string"),
        pytest.param("New-User -Password '{}' -Force", "password", id="option"),
        pytest.param('ConvertTo-SecureString "{}" -Force', "password", id="secure string"),
        pytest.param("Contraseña: {} fin", "password", id="Spanish"),
        pytest.param("Пароль: {} ошибка", "password", id="Russian"),
        pytest.param("密码:{} 错误", "password", id="Chinese"),
        pytest.param("pass\u200bword={}", "password", id="zero width"),
        pytest.param("p\u0430ssword={}", "password", id="look-alike letter"),
        pytest.param("?code={}&state=1", "authorization_code", id="authorization code"),
        pytest.param("data:\n  api_key: {}\n", "api_key", id="YAML"),
        pytest.param("https://a.example/#access_token={}", "access_token", id="fragment"),
    ],
)
def test_a_name_gives_its_value_away(template, kind):
    redacted = redact_text(template.format(TOKEN))

    assert TOKEN[:13] not in redacted
    assert f"[{kind} #1]" in redacted


@pytest.mark.parametrize(
    "text",
    [
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value.",
        "AADSTS50053: you've signed in too many times with an incorrect user ID or password.",
        f"PrivilegeName: prvReadInvoice, PrivilegeId: {GUID}, Required Depth: Basic",
        '{"error": {"code": "0x80040220", "message": "SecLib::CheckPrivilege failed."}}',
        '{"code": "InvalidAuthenticationTokenTenant", "message": "The access token is wrong."}',
        '{"Password": null, "PasswordExpired": true, "IsTokenValid": false}',
        "HRESULT 0x80131904, ErrorCode -2147220960, OTC=10712, ObjectTypeCode: 9333",
        f"Trace ID: {GUID} Timestamp: 2026-11-23 07:01:22Z",
        f'x-ms-correlation-request-id: {GUID}\r\nETag: W/"98765432"',
        'www-authenticate: Basic realm="Books", charset="UTF-8"',
        "WWW-Authenticate: Bearer authorization_uri=https://login.example/common/authorize",
        "Bearer token expired",
        "grant_type=password is not supported; use grant_type=client_credentials",
        "PublicKeyToken=31bf3856ad364e35, Version=9.0.0.0, Culture=neutral",
        '"statuscode@OData.Community.Display.V1.FormattedValue": "Failed"',
        "Dynamics 365 Version 9.2.24034.00163, SDK 9.1.1.45, Chrome/130.0.6723.58",
        f"x-ms-client-session-id: {GUID}, user-agent: Chrome/130.0.0.0 Safari/537.36",
        "localhost 127.0.0.1:5432 refused; std::vector<System::String> a::b",
        "Order 150428427078522, row 4111111111111112",
        "New-PartnerAccessToken : AADSTS65001: The user has not consented.",
        "Le mot de passe a expiré. AADSTS50055",
        "import { A } from '@azure/msal-browser@3.10.0'; const password = process.env.DB_PASSWORD;",
        'headers.Authorization="Bearer "+token;',
    ],
)
def test_what_the_diagnosis_needs_stays_byte_for_byte(text):
    assert redact_text(text) == text


def test_equal_secrets_get_equal_tags_and_others_do_not():
    other = made_up(seed=8)

    redacted = redact_text(f"password={TOKEN} password={other} token={TOKEN}")

    assert redacted == "password=[password #1] password=[password #2] token=[password #1]"


def test_a_secret_known_from_one_place_is_replaced_in_every_place():
    redacted = redact_text(f"password={PASSWORD}\nsign-in with {PASSWORD} failed")

    assert redacted == "password=[password #1]\nsign-in with [password #1] failed"


def test_the_receipt_counts_by_kind():
    redacted = redact(f"password={PASSWORD} Bearer {TOKEN} ada@contoso.example bob@contoso.example")

    assert redacted.redactions == (
        Redaction("bearer_token", 1),
        Redaction("mail_address", 2),
        Redaction("password", 1),
    )


def test_the_words_around_a_refused_key_stay():
    text = f"Invalid API Key provided: sk_test_{made_up(24)}"

    assert redact_text(text) == "Invalid API Key provided: sk_test_[api_key #1]"


def test_a_key_without_its_last_line_ends_where_its_lines_end():
    lines = [made_up(64, seed=seed) for seed in range(5)]
    text = "\n".join(["-----BEGIN RSA PRIVATE" + " KEY-----", *lines, "[cut]", "0x80040220"])

    assert redact_text(text) == "[private_key #1]\n[cut]\n0x80040220"


def test_base64_of_a_message_stays_readable_without_its_secret():
    run = base64.b64encode(f"401 Unauthorized password={PASSWORD}".encode()).decode()

    redacted = redact_text(f"body: {run}")

    clean = base64.b64decode(redacted.removeprefix("body: ")).decode()
    assert clean == "401 Unauthorized password=[password #1]"


def test_base64_that_says_nothing_but_a_secret_goes_as_a_whole():
    run = base64.b64encode(f"password={PASSWORD}".encode()).decode()

    assert redact_text(f"x {run}") == "x [encoded #1]"


@pytest.mark.parametrize("layers", [3, 8, 14])
def test_a_secret_inside_layers_of_base64_goes(layers):
    run = f"password={PASSWORD}"
    for _ in range(layers):
        run = base64.b64encode(run.encode()).decode()

    redacted = redact_text(f"state={run} 0x80040220")

    assert run[20:60] not in redacted
    assert redacted.endswith(" 0x80040220")


def test_a_secret_inside_eight_layers_of_json_goes():
    text = json.dumps({"password": PASSWORD, "code": "0x80040220"})
    for _ in range(8):
        text = json.dumps({"m": text})

    redacted = redact_text(text)

    for _ in range(8):
        redacted = json.loads(redacted)["m"]
    assert json.loads(redacted) == {"password": "[password #1]", "code": "0x80040220"}


def test_rules_that_fail_take_the_whole_text_with_them(monkeypatch):
    def fail(_raw):
        raise MemoryError

    monkeypatch.setattr(rewriting, "views", fail)

    redacted = redact(f"password={PASSWORD}")

    assert redacted.text == f"[unredactable: {len('password=' + PASSWORD)} characters]"
    assert redacted.failed
    assert redact_trace(b'{"log": {"password": "hunter2!"}}') == b"[unredactable: 33 characters]"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("eyJ" + "A." * 60_000, id="token"),
        pytest.param("a" * 300_000 + "@", id="address"),
        pytest.param("password" + " " * 500_000, id="spaces"),
        pytest.param("password=" * 60_000, id="names"),
        pytest.param('Password=";' * 60_000, id="quotes"),
        pytest.param('\\"' * 300_000, id="escapes"),
        pytest.param("%25" * 300_000, id="percent"),
        pytest.param("<a " * 200_000, id="tags"),
        pytest.param('{"a":' * 60_000, id="braces"),
        pytest.param("-----BEGIN PRIVATE" + " KEY-----\n" * 20_000, id="keys"),
        pytest.param("http://" + "a:" * 200_000 + "@", id="URL"),
        pytest.param("Cookie: " + "a=b; " * 150_000, id="cookies"),
        pytest.param("\uff50\uff41\uff53\uff53=" * 60_000, id="full width"),
        pytest.param('"name":"a","value":"b",' * 30_000, id="members"),
    ],
)
def test_hostile_text_costs_linear_time(text):
    redact("warm up: password=" + PASSWORD)
    short, long = (_seconds(text[: len(text) // part]) for part in (4, 1))

    assert long < 2
    assert long < 16 * max(short, 0.02)


def _seconds(text):
    timer = "import time; start = time.process_time()"
    scope = {"redact": redact, "text": text}
    exec(timer + "; redact(text); seconds = time.process_time() - start", scope)  # noqa: S102
    return scope["seconds"]


def har(**members):
    """A trace of one entry; `members` are added to the entry."""
    entry = {
        "startedDateTime": "2026-11-23T07:01:22.1234567Z",
        "time": 12.50,
        "request": {"method": "GET", "url": "https://contoso.example/api", "headers": []},
        "response": {"status": 403, "content": {"mimeType": "application/json", "text": ""}},
    }
    return {"log": {"version": "1.2", "pages": [], "entries": [entry | members]}}


PLANTED = {
    "header": {"request": {"headers": [{"name": "Authorization", "value": f"Bearer {TOKEN}"}]}},
    "cookie header": {"request": {"headers": [{"name": "cookie", "value": f"zz={TOKEN}; b=1"}]}},
    "cookies": {"request": {"cookies": [{"value": TOKEN, "path": "/", "name": "zz"}]}},
    "cookies as one object": {"request": {"cookies": {"name": "zz", "value": TOKEN}}},
    "joined set-cookie": {
        "response": {"headers": [{"name": "Set-Cookie", "value": f"a=b1234; path=/\nzz={TOKEN}"}]}
    },
    "URL": {"request": {"url": f"https://contoso.example/?access_token={TOKEN}"}},
    "encoded URL": {"request": {"url": "https://a.example/?u=" + quote(f"/?token={TOKEN}", "")}},
    "query": {"request": {"queryString": [{"name": "sig", "value": TOKEN}]}},
    "form": {"request": {"postData": {"text": f"login=x&passwd={TOKEN}"}}},
    "params": {"request": {"postData": {"params": [{"name": "passwd", "value": TOKEN}]}}},
    "body": {"response": {"content": {"text": json.dumps({"refresh_token": TOKEN})}}},
    "base64 body": {
        "response": {
            "content": {
                "encoding": "base64",
                "text": base64.b64encode(f'{{"password": "{TOKEN}"}}'.encode()).decode(),
            }
        }
    },
    "redirect": {"response": {"redirectURL": f"https://a.example/#id_token={TOKEN}"}},
    "referer": {"request": {"headers": [{"name": "Referer", "value": f"/?code={TOKEN}"}]}},
    "pseudo-header": {"request": {"headers": [{"name": ":path", "value": f"/?sig={TOKEN}"}]}},
    "comment": {"comment": f"recorded with password {PASSWORD}: password={TOKEN}"},
    "initiator": {"_initiator": {"stack": {"callFrames": [{"url": f"/a.js?token={TOKEN}"}]}}},
    "web socket": {"_webSocketMessages": [{"data": json.dumps({"access_token": TOKEN})}]},
    "unknown member": {"_vendor": {"session": {"apiKey": TOKEN}}},
    "member name": {"_seen": {f"password={TOKEN}": 1}},
    "number": {"_vendor": {"password": 1234567890123}},
}


@pytest.mark.parametrize("field", list(PLANTED))
def test_no_field_of_a_trace_keeps_a_secret(field):
    trace = json.dumps(har(**PLANTED[field])).encode()

    redacted = redact_trace(trace)

    assert TOKEN.encode() not in redacted
    assert b"1234567890123" not in redacted
    assert b"#1]" in redacted or field == "base64 body"
    entries = json.loads(redacted)["log"]["entries"]
    if field == "base64 body":
        body = base64.b64decode(entries[0]["response"]["content"]["text"])
        assert json.loads(body) == {"password": "[password #1]"}


def test_a_trace_without_secrets_stays_byte_for_byte():
    trace = json.dumps(har(_note="prvReadInvoice 0x80040220 naïve"), indent=1).encode()

    assert redact_trace(trace) == trace


def test_a_secret_of_one_entry_has_the_same_tag_in_all():
    entry = har(**PLANTED["form"])["log"]["entries"][0]
    other = har(**PLANTED["query"])["log"]["entries"][0]

    redacted = redact_trace(json.dumps({"log": {"entries": [entry, other]}}).encode())

    assert redacted.count(b"[password #1]") == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("\ufeff", "", id="BOM"),
        pytest.param("onInputData(", ");", id="JSONP"),
        pytest.param("", '"cut": "password=' + PASSWORD, id="cut off"),
        pytest.param("not JSON: ", " at all", id="around"),
    ],
)
def test_a_trace_in_any_wrapping_loses_its_secret(before, after):
    trace = before + json.dumps(har(**PLANTED["body"])) + after

    redacted = redact_trace(trace.encode()).decode()

    assert TOKEN not in redacted
    assert PASSWORD not in redacted
    assert '"version": "1.2"' in redacted


def test_the_gate_starts_without_the_heavy_libraries():
    code = (
        "import sys, classifiers.redact; "
        "print({'sklearn', 'pandas', 'fastapi', 'sqlmodel'} & sys.modules.keys())"
    )

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert out.stdout.strip() == "set()"
