"""Sentences and links: facts filled in, never a hole, nothing that a hostile text could dictate."""

from collections.abc import Mapping

import regex

from classifiers.evidence import Context, Facts
from classifiers.resolution import Subject

GUID = regex.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", regex.I)
_PART = regex.compile(r"\[([^\[\]{}]*\{[a-z0-9_]+\}[^\[\]]*)\]")
_PLACEHOLDER = regex.compile(r"\{([a-z0-9_]+)\}")
_GUIDS = ("principal_id", "app_id", "record_id")
_CODES = ("error_code", "privilege", "access_right", "depth", "table", "environment_id")
_TIMES = ("issued_at", "expired_at", "tokens_valid_from", "scheduled_for")
_CODE = regex.compile(r"[\w.:-]{1,100}")
_TIME = regex.compile(r"[\w:./+ -]{4,40}")
_NAME = regex.compile(r"[\w(](?:[\w ,&/|()'#@+-]|[.:](?! )){0,79}")
# A name out of a message must not read as an instruction.
_COMMANDING = regex.compile(
    r"consent|administrator|//|\b(?:run|grant|disable|turn|reset)\b", regex.I
)
_ORGANISATION = regex.compile(r"[a-z0-9-]{1,63}\.(?:api\.)?crm\d{0,2}\.dynamics\.com", regex.I)
_PRIVILEGE = regex.compile(r"prv[A-Za-z0-9_]{1,100}")


def words_of(facts: Facts, context: Context) -> dict[str, str]:
    """The words that a sentence may use; what is unknown or looks wrong is not among them."""
    job = context.job
    told: dict[str, object] = {
        "provider": context.provider,
        "error_code": context.error_code,
        **facts,
        "host": organisation(context),
        "job_type": job.type if job else None,
        "job_owner": job.owner if job else None,
        "scheduled_for": job.scheduled_for if job else None,
    }
    listed = {n: ", ".join(map(str, v)) if isinstance(v, list) else v for n, v in told.items()}
    return {n: str(v).strip() for n, v in listed.items() if v and _fits(n, str(v).strip())}


def fill(text: str, words: Mapping[str, str]) -> str:
    """Put words in the place of names; a `[…{name}…]` part goes where its word is unknown.

    >>> fill("Compare the id[ ({principal_id})] with the user.", {})
    'Compare the id with the user.'
    >>> fill("no role holds [{privilege}, ]the right", {"privilege": "prvReadInvoice"})
    'no role holds prvReadInvoice, the right'
    """

    def part(found: regex.Match[str]) -> str:
        names = _PLACEHOLDER.findall(found[1])
        return found[1] if all(name in words for name in names) else ""

    kept = _PART.sub(part, text)
    return _PLACEHOLDER.sub(lambda found: words[found[1]], kept)


def organisation(context: Context) -> str | None:
    """The host of the Dynamics organisation, if context names one."""
    for place in (context.host, context.url):
        host = (place or "").removeprefix("https://").partition("/")[0]
        if _ORGANISATION.fullmatch(host):
            return host.casefold()
    return None


def link(name: str | None, subject: Subject, facts: Facts, context: Context) -> str | None:
    """A link that only reads, built from ids in the message and the organisation's host alone."""
    if name == "error_code":
        return _microsoft_text(str(facts.get("error_code", "")))
    template = _LINKS.get(name or "")
    known = _ids(subject, facts, context)
    if template is None or not known.keys() >= set(_PLACEHOLDER.findall(template)):
        return None
    return template.format(**known)


_LINKS = {  # https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview
    "user": "https://{host}/main.aspx?pagetype=entityrecord&etn=systemuser&id={user}",
    "user_kind": "https://{host}/api/data/v9.2/systemusers({user})"
    "?$select=fullname,applicationid,isdisabled,accessmode,islicensed",
    "privilege_held": "https://{host}/api/data/v9.2/systemusers({user})/Microsoft.Dynamics.CRM."
    "RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='{privilege}')",
    "roles_with_privilege": "https://{host}/api/data/v9.2/roles?$select=name"
    "&$filter=roleprivileges_association/any(p:p/name eq '{privilege}')",
    "start_job": "https://{host}/api/data/v9.2/workflows?$select=name,statecode,_ownerid_value"
    "&$filter=startswith(name,'Work 365') and type eq 1",
}


def _ids(subject: Subject, facts: Facts, context: Context) -> dict[str, str]:
    host, user = organisation(context), subject.id or ""
    privilege = str(facts.get("privilege", ""))
    found = {
        "host": host,
        "user": user if subject.id_kind == "systemuser" and GUID.fullmatch(user) else None,
        "privilege": privilege if _PRIVILEGE.fullmatch(privilege) else None,
    }
    return {name: value for name, value in found.items() if value}


def _microsoft_text(code: str) -> str | None:
    number = code.upper().removeprefix("AADSTS")
    if not (code.upper().startswith("AADSTS") and number.isdecimal()):
        return None
    return f"https://login.microsoftonline.com/error?code={number}"


def _fits(name: str, value: str) -> bool:
    if name in _GUIDS:
        return GUID.fullmatch(value) is not None
    if name in _CODES:
        return _CODE.fullmatch(value) is not None
    if name in _TIMES:
        return _TIME.fullmatch(value) is not None
    return _NAME.fullmatch(value) is not None and _COMMANDING.search(value) is None
