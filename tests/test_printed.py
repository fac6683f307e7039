"""Responses that people paste as text are recognised, whatever program printed them."""

import pytest
from samples import NOT_A_MEMBER, ORG

from classifiers import Diagnoser
from classifiers.formats import printed

URL = f"{ORG}/api/data/v9.2/WhoAmI"
WRAPPED = "\n                    ".join(
    NOT_A_MEMBER[i : i + 40] for i in range(0, len(NOT_A_MEMBER), 40)
)
CURL = f"""curl '{URL}' \\
  -H 'accept: application/json' \\
  -H 'authorization: Bearer eyJEXAMPLE.EXAMPLE.EXAMPLE' \\
  --compressed"""
FETCH = f"""await fetch("{URL}", {{
    "headers": {{
        "authorization": "Bearer eyJEXAMPLE.EXAMPLE.EXAMPLE"
    }},
    "method": "GET"
}});"""
BY_5 = "Invoke-RestMethod : The remote server returned an error: (403) Forbidden."
BY_7 = "Invoke-WebRequest: Response status code does not indicate success: 403 (Forbidden)."
HEAD = "HTTP/2 403 \ncontent-type: text/json\n\n"
FOR_WINDOWS = f'curl "{URL}" ^\n  -H "accept: */*"'
PASTED = {
    "Invoke-WebRequest": f"""
StatusCode        : 403
StatusDescription : Forbidden
Content           : {WRAPPED}
RawContent        : HTTP/1.1 403 Forbidden
                    REQ_ID: 11111111-2222-4333-8444-555555555555
                    Content-Type: application/json

                    {{"error":{{"code":"0x80072560","mess...
Headers           : {{[REQ_ID, System.String[]]}}
RawContentLength  : 89
""",
    "Invoke-WebRequest, content cut": f"""StatusCode        : 403
StatusDescription : Forbidden
Content           : {{"error":{{"code...
RawContent        : HTTP/1.1 403 Forbidden
                    Content-Type: application/json

                    {NOT_A_MEMBER}
""",
    "the error of PowerShell 5": f"""{BY_5}
At C:\\scripts\\check.ps1:12 char:5
+     Invoke-RestMethod -Uri "{URL}" -Headers $headers
+     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidOperation: (System.Net.HttpWebRequest:HttpWebRequest)
    + FullyQualifiedErrorId : WebCmdletWebResponseException
{NOT_A_MEMBER}""",
    "the error of PowerShell 7": f"""{BY_7}
{NOT_A_MEMBER}""",
    "wget -S": f"""--2026-11-16 08:00:00--  {URL}
Resolving fabrikam.crm.dynamics.com... 192.0.2.7
HTTP request sent, awaiting response...
  HTTP/1.1 403 Forbidden
  Content-Type: application/json
  REQ_ID: 1
2026-11-16 08:00:01 ERROR 403: Forbidden.
{NOT_A_MEMBER}""",
    "http --verbose": f"""GET /api/data/v9.2/WhoAmI HTTP/1.1
Accept: */*
Authorization: Bearer eyJEXAMPLE.EXAMPLE.EXAMPLE
Host: fabrikam.crm.dynamics.com

HTTP/1.1 403 Forbidden
Content-Type: application/json

{NOT_A_MEMBER}""",
    "curl -v, whole": f"""* Host fabrikam.crm.dynamics.com:443 was resolved.
*   Trying 192.0.2.7:443...
> GET /api/data/v9.2/WhoAmI HTTP/2
> Host: fabrikam.crm.dynamics.com
> Accept: */*
>
{{ [5 bytes data]
< HTTP/2 403
< content-type: application/json
<
{{ [89 bytes data]
* Connection #0 to host fabrikam.crm.dynamics.com left intact
{NOT_A_MEMBER}""",
    "Copy as cURL, and the response": f"{CURL}\n{HEAD}{NOT_A_MEMBER}",
    "Copy as cURL, status and body": f"{CURL}\n\n403 Forbidden\n{NOT_A_MEMBER}",
    "Copy as cURL for Windows": f"{FOR_WINDOWS}\nStatus Code: 403\n{NOT_A_MEMBER}",
    "Copy as fetch, status and body": f"{FETCH}\n\nHTTP 403 Forbidden\n\n{NOT_A_MEMBER}",
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_a_pasted_response_is_recognised(diagnoser: Diagnoser, text):
    diagnosis = diagnoser.diagnose(text)

    assert diagnosis.input == "response"
    assert diagnosis.verdict.cause == "environment_access"
    assert diagnosis.facts.facts["status"] == 403
    assert "EXAMPLE.EXAMPLE" not in str(diagnosis.to_dict())


def test_a_copied_call_with_a_body_only_is_a_response_too(diagnoser: Diagnoser):
    diagnosis = diagnoser.diagnose(f"{FETCH}\n{NOT_A_MEMBER}")

    assert diagnosis.input == "response"
    assert diagnosis.verdict.cause == "environment_access"
    assert "HTTP 0" not in diagnosis.text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(CURL, id="a request alone"),
        pytest.param("StatusCode: 403 in the log of the job", id="a status in a sentence"),
        pytest.param("Get-MsolUser : Access Denied.", id="another command"),
        pytest.param("Invoke-RestMethod : the password of the account", id="no status"),
        pytest.param("* note\nno response follows", id="a list"),
    ],
)
def test_other_texts_are_no_responses(text):
    assert printed.parse(text) is None


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_a_pasted_response_may_end_anywhere(text):
    for end in range(0, len(text), 3):
        printed.parse(text[:end])
