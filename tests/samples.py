"""Invented inputs that several test files send."""

from typing import Any

USER = "4b1f7a52-7c3e-4d10-9a8b-2f6c1e0d9b35"

NO_ROLES = (
    f"RetrievePrivilegeForUser: The user with id {USER} has not been assigned any roles. "
    "They need a role with the prvReadwork365_invoice privilege."
)
NOT_A_MEMBER = (
    '{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}'
)
MISSING_PRIVILEGE = (
    f'{{"error":{{"code":"0x80040220","message":"Principal user (Id={USER}, type=8, roleCount=2, '
    "privilegeCount=310, accessMode=0), is missing prvReadInvoice privilege "
    "(Id=7c1a2b3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d) on OTC=1090 for entity 'invoice'.\"}}"
)


def refused_response() -> dict[str, Any]:
    return {
        "status": 403,
        "method": "GET",
        "url": "https://fabrikam.crm.dynamics.com/api/data/v9.2/WhoAmI",
        "headers": {"Content-Type": "application/json; odata.metadata=minimal"},
        "body": NOT_A_MEMBER,
        "context": {"identity": "user"},
    }


def secret_text() -> tuple[str, str]:
    """A message that carries a bearer token, put together so that no scanner takes it for one."""
    secret = (
        "eyJ" + "hbGciOiJub25lIn0" + "." + "eyJ1cG4iOiJpbnZlbnRlZCJ9" + "." + "Zm9vYmFyYmF6cXV4"
    )
    return f"401 Unauthorized. Request headers: Authorization: Bearer {secret}", secret


def entry(url: str, status: int, body: str = "", **members: Any) -> dict[str, Any]:
    return {
        "startedDateTime": "2026-11-16T08:00:00.000Z",
        "request": {"method": "GET", "url": url, "headers": [{"name": "Cookie", "value": "a=b"}]},
        "response": {
            "status": status,
            "statusText": "",
            "headers": [],
            "content": {"mimeType": "application/json", "text": body},
            **members,
        },
    }


ORG = "https://fabrikam.crm.dynamics.com"
TRACE = {
    "log": {
        "version": "1.2",
        "creator": {"name": "WebInspector", "version": "537.36"},
        "entries": [
            entry(f"{ORG}/api/data/v9.2/WhoAmI()", 200, '{"UserId": "x"}'),
            entry(f"{ORG}/api/data/v9.2/invoices?$top=20", 403, MISSING_PRIVILEGE),
            entry(
                f"{ORG}/api/data/v9.2/work365_RenderGrid", 500, '{"error":{"code":"0x80040265"}}'
            ),
        ],
    }
}
