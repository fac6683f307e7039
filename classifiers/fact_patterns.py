"""How systems write ids, names, codes and times: one table per kind of fact.

Each row is (name, pattern). Group 1 is the value; of a single fact the first row that matches
wins, so the sure ones stand first. Patterns read an unwrapped text in which every run of white
space is one space. The formats are those of the Dataverse, Entra and Power Platform texts that the
signatures' sources show.
"""

from classifiers.principal import WORK365_APPLICATIONS

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NOBODY = "00000000-0000-0000-0000-000000000000"

_ID = rf"\W{{0,4}}({GUID})"  # after the word that says whose id it is: quotes, signs, brackets
_CLOCK = r"\d\d?:\d\d(?::\d\d(?:[.,]\d{1,9})?)?"
_TIME = (
    rf"(?:\d{{4}}-\d\d-\d\d[T +]{_CLOCK}(?:Z|[+-]\d\d:?\d\d)?"
    rf"|\d\d?[./]\d\d?[./]\d{{4}},? {_CLOCK}(?: ?[AP]M)?"
    rf"|\w{{3}} \w{{3}} \d\d \d{{4}} {_CLOCK} GMT[+-]\d{{4}})"
)
_REASONS = (
    "Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Too Many Requests"
    "|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out"
)
_OWNABLE = "process|workflow|flow|connection|record"
_TITLE = r"\w[^'\"/\\]{2,78}"
_OWN_REQUEST = r"(?<!client-)(?<!correlation-)\b(?:x-ms-)?Request[ +_-]?Id"
# Sentences in which Entra names the application first, in every language that it speaks.
_NAMES_APPLICATION = r"\bAADSTS(?:50105|65001|65004|700016|7000112|7000215|7000222|7000229)\b"
# The types whose names mean nothing else: https://docs.work365apps.com/docs/work-365-jobs
_JOBS = (
    "Charge Invoice|Sync Invoice|Sync License Change Log|Sync Non-Recurring Item|Send Portal Invite"
    "|Invoice Post Processing|Confirm Customer Acceptance of Provider Agreement"
)

SINGLE = (
    ("principal_id", rf"\bPrincipal (?:user|team) ?\(Id{_ID}"),
    ("principal_id", rf"\bcontext\.Caller{_ID}"),
    ("principal_id", rf"\bCallingUser{_ID}"),
    ("principal_id", rf"\bcaller with object ?id{_ID}"),
    ("principal_id", rf"\b(?:System|Calling)?Users? ?(?:with )?\(?(?:principal )?id{_ID}"),
    ("principal_id", rf"\bSystemUserId{_ID}"),
    ("principal_id", rf"\bUser: ?({GUID})"),
    ("principal_id", rf"\bPrincipal (?:with )?(?:object )?id{_ID}"),
    ("principal_id", rf"\buser ['\"({{]?({GUID})"),
    ("principal_id", rf"\bobject ?id{_ID}"),
    ("principal_id", rf"\b(?:Team ?Id|team (?:with )?\(?id){_ID}"),
    ("principal_id", rf"\baccount \(({GUID})\) (?:used|that)"),
    ("principal_id", rf"\b({GUID}) \w{{1,6}} PrivilegeId\b"),
    ("principal_type", r"\bPrincipal \w+ \([^()]{0,80}?\btype=(\d+)"),
    ("principal_type", r"\b(team)(?: ?Id| (?:with )?\(?id)\b"),
    ("app_id", rf"\b({'|'.join(sorted(WORK365_APPLICATIONS))})\b"),
    ("app_id", rf"\bclient application{_ID}"),
    ("app_id", rf"\bapplication (?:with )?(?:ID|identifier){_ID}"),
    ("app_id", rf"\bapplication ['\"]?({GUID})"),
    ("app_id", rf"\b(?:Application[ _-]?Id|App[ _-]?Id|client_id|clientId){_ID}"),
    ("app_id", rf"\badded to app{_ID}"),
    ("app_id", rf"\bgraph\.microsoft\.com/\S{{1,8}}/applications/({GUID})"),
    ("app_id", rf"{_NAMES_APPLICATION}(?:(?!Trace|tenant|director|AADSTS).){{0,200}}?({GUID})"),
    ("tenant_id", rf"\b(?:tenant|directory)(?: ?_?id)?{_ID}"),
    ("tenant_id", rf"/tenants/({GUID})"),
    ("tenant_id", rf"\blogin\.(?:microsoftonline\.com|windows\.net)/({GUID})"),
    ("tenant_id", rf"\bthat your organi[sz]ation{_ID}"),
    ("tenant_id", rf"(?<!identity provider ['\"]https://)\bsts\.windows\.net/({GUID})"),
    ("status", r"\bHTTP/[\d.]{1,3} ([45]\d\d)\b"),
    ("status", r"\bstatus(?: ?code)?\W{1,4}([45]\d\d)\b"),
    ("status", rf"\b([45]\d\d)\W{{1,3}}(?:{_REASONS})\b"),
    ("environment_id", rf"/environments/((?:Default-)?{GUID})"),
    ("environment_id", rf"\benvironment(?: ?_?id| with id)?\W{{0,4}}((?:Default-)?{GUID})"),
    ("record_id", rf"\bObjectID{_ID}"),
    ("record_id", rf"\brecord with id{_ID}"),
    ("access_right", r"\b((?:Read|Write|Append|AppendTo|Create|Delete|Share|Assign)Access)\b"),
    ("depth", r"\bRequired Depth: ?(Basic|Local|Deep|Global)"),
    ("table", r"\b(?:for|of|the) (?:entity|table) ?['\"]([a-z][a-z0-9_]{2,60})['\"]"),
    ("table", r"\b(?:for|of) entity (?-i:(?!name\b|row\b|key\b)([a-z][a-z0-9_]{2,60}))\b"),
    ("table", r"\b(?:entity|table)[ _]?(?:logical ?)?name(?-i:\W{1,4}([a-z][a-z0-9_]{2,60}))\b"),
    ("issued_at", rf"\b(?:grant|token) was issued on ['\"]?({_TIME})"),
    ("tokens_valid_from", rf"\bTokensValidFrom date [^']{{0,80}}['\"]({_TIME})"),
    ("expired_at", rf"\bexpired (?:on|at|since) ['\"]?({_TIME})"),
    ("expired_at", rf"\bexpiry (?:time|date)(?: of (?:the )?\w{{1,20}})?\W{{1,4}}({_TIME})"),
    ("expired_at", rf"\bEnd=({_TIME})"),
    ("connection", r"/apis/(shared_[\w-]{2,80})\b"),
    ("connection", r"\bmissing connection ACL\b.{0,200}?\bconnection=([\w./-]{4,120})"),
    ("connection", r"\bconnection(?: reference| name)? ['\"]([\w-]{4,80})['\"]"),
    ("owned", rf"\bowner of (?:the|this|a) (?:\w{{1,30}} ){{0,2}}?({_OWNABLE})\b"),
    ("owned", rf"\b({_OWNABLE})(?:'s)? owner\b"),
    ("process", r"\b(Work 365 Start Job)\b"),
    ("process", r"\bflow could not turn on: (.{3,79}?)\. Error\b"),
    ("process", rf"\b(?:workflow|flow|background process)(?: named)? ['\"]({_TITLE})['\"]"),
    ("job", rf"\b(?-i:({_JOBS}))\b"),
    ("job", r"\bjob(?: type| name)?\W{1,4}(Create PDF|Send Email)\b"),
    ("job", r"\b(Create PDF|Send Email)['\"]? job\b"),
)  # fmt: skip

# What the support of Microsoft or the vendor asks for.
HANDOVER = (
    ("correlation_id", rf"Correlation[ +_-]?Id(?:Key)?{_ID}"),
    ("trace_id", rf"\bTrace[ +_-]?ID{_ID}"),
    ("request_id", rf"{_OWN_REQUEST}\W{{0,4}}(?:\w{{1,30}}:){{0,3}}({GUID})"),
    ("request_id", rf"\bREQ_ID{_ID}"),
    ("activity_id", rf"\b(?:Api)?Activity[ +_-]?Id(?:Key)?{_ID}"),
    ("timestamp", rf"\bTime ?stamp\W{{0,4}}({_TIME})"),
)  # fmt: skip

_HRESULT_NUMBER = r"21[4-6]\d{7}"  # 0x80…: signed decimals begin with a minus sign
MANY = (
    ("privileges", r"(?-i:\b(prv[A-Z][A-Za-z0-9_+]{2,80}))"),
    ("error_codes", r"\b(AADSTS ?\d{4,7})(?!\d)"),
    ("error_codes", r"\berror_codes\W{1,5}((?:\d{5,7}[, ]{0,2}){1,8})"),
    ("error_codes", r"\blogin\.microsoftonline\.com/error\?code=(\d{5,7})\b"),
    ("error_codes", r"\bSign-?in error code\W{1,3}(\d{5,7})\b"),
    ("error_codes", r"(?<![\da-z])(0x8[0-9a-f]{7})(?![0-9a-f])"),
    ("error_codes", rf"(?<![\w.-])(-{_HRESULT_NUMBER})(?![\w.])"),
    ("error_codes", rf"(?:code|value|error|hr|hresult)\W{{0,6}}({_HRESULT_NUMBER})(?!\w)"),
)  # fmt: skip
