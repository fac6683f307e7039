"""The columns of job exports: which of them say what, and which we add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifiers.diagnosis import Diagnosis

ADDED = (
    "triage_cause",
    "triage_confidence",
    "triage_band",
    "triage_variant",
    "triage_subject",
    "triage_origin",
    "triage_summary",
    "triage_rerun",
    "triage_incident",
)
Added = tuple[Any, ...]  # the values of these columns, in their order
NOTHING: Added = (None,) * len(ADDED)

# Titles and logical names, compared without case, blanks and signs; the likeliest first. Dynamics:
# table `asyncoperation`; Power Automate: table `flowrun`; Work 365: Job Results. The translations
# are those of the platform's own message columns.
TITLES: Mapping[str, tuple[str, ...]] = {
    "message": (
        "text", "errormessage", "message", "friendlymessage", "error", "errordetails",
        "jobresults", "systemmessage", "provisioningmessage", "work365billingschedulemessage",
        "details",
        "nachricht", "meldung", "fehlermeldung", "fehler", "angezeigtemeldung",  # German
        "messagederreur", "messageconvivial", "erreur",  # French
        "mensaje", "mensajedeerror", "mensajedescriptivo",  # Spanish
        "bericht", "foutbericht", "beschrijvendbericht",  # Dutch
        "messaggio", "messaggiodierrore", "messaggiodescrittivo",  # Italian
        "mensagem", "mensagemdeerro", "mensagemamigável",  # Portuguese
        "komunikat", "wiadomość", "komunikatobłędzie",  # Polish
        "meddelelse", "fejlmeddelelse", "meddelande", "felmeddelande", "melding", "feilmelding",
        "viesti", "virhesanoma", "zpráva", "chybovázpráva", "ileti", "hatailetisi",
        "сообщение", "сообщениеобошибке", "メッセージ", "エラーメッセージ", "消息", "錯誤訊息",
        "错误消息", "訊息", "메시지", "오류메시지",
    ),
    "state": (
        "statusreason", "status", "statuscode", "state", "jobstate", "runstatus",
        "statusgrund", "raisondustatut", "razónparaelestado", "statusreden", "motivostato",
        "razãodostatus", "statut", "estado", "stato", "stan", "tila",
        "состояние", "状态", "ステータス", "상태",
    ),
    "error_code": (
        "errorcode", "fehlercode", "codederreur", "códigodeerror", "foutcode", "codiceerrore",
    ),
    "type": (
        "systemjobtype", "operationtype", "jobtype", "type", "systemauftragstyp",
        "typedetâchesystème", "tipodetrabajodelsistema",
    ),
    "name": (
        "systemjobname", "jobname", "name", "workflowname", "flowname", "systemauftragsname",
        "nomdelatâchesystème", "nombredeltrabajodelsistema",
    ),
    "owner": (
        "owner", "ownerid", "owneridname", "besitzer", "propriétaire", "propietario", "eigenaar",
        "proprietario", "proprietário", "właściciel",
    ),
    "scheduled_for": ("postponeuntil", "scheduledfor"),
    "retry_count": ("retrycount", "retry"),
    "object": (
        "regarding", "regardingobjectid", "regardingobjectidname", "invoice", "customer",
        "subscription", "record", "bezug", "concernant", "referentea",
    ),
    "time": (
        "completedon", "startedon", "starttime", "startdate", "endtime", "modifiedon",
        "createdon", "scheduledfor", "time", "timestamp", "abgeschlossenam", "gestartetam",
        "starttermin", "erstelltam", "terminéle", "completadoel",
    ),
    "organisation": ("organization", "organisation", "environmenturl", "orgurl", "host"),
    "parent": ("parentrunid", "parentid", "parentsystemjob"),
    "trace": ("correlationid", "traceid", "requestid"),
}  # fmt: skip

# What a status says, in the words of the platform's choice labels; numbers are `statuscode`.
_STATES = {
    "Succeeded": (
        "succeeded success 30 completedsuccessfully erfolgreich réussi réussie correcto correcta "
        "conéxito geslaagd riuscito riuscita operazioneriuscita bemsucedido êxito powodzenie "
        "lykkedes lyckades vellykket onnistui úspěch başarılı успешно 成功 성공"
    ),
    "Failed": (
        "failed failure faulted aborted timedout 31 fehlgeschlagen fehler échec échoué error "
        "conerrores mislukt nonriuscito operazionenonriuscita falha falhou niepowodzenie "
        "mislykkedes misslyckades mislyktes epäonnistui selhání başarısız неудача 失败 失敗 실패"
    ),
    "Waiting": "waiting 10 wartend wartet enattente enespera wachten inattesa aguardando oczekuje",
    "Waiting For Resources": "waitingforresources 0",
    "In Progress": "inprogress running 20 inbearbeitung encours encurso",
    "Canceled": "canceled cancelled 32 abgebrochen annulé cancelado geannuleerd annullato",
    "Retry": "retry",
    "Dispatched": "dispatched",
    "Not Applicable": "notapplicable skipped ignored",
}
_STATE_OF = {word: state for state, words in _STATES.items() for word in words.split()}
_NO_CODE = frozenset({"", "0"})
_HIDDEN = "(Do Not Modify)"  # Dynamics' three hidden columns: record, checksum, time of change


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table says what; None or empty where it does not."""

    message: tuple[str, ...]
    named: Mapping[str, str]  # the other keys of `TITLES`, and `context` of JSON Lines

    @classmethod
    def of(cls, titles: Sequence[str], chosen: str | None = None) -> "Columns":
        """Recognise columns by their titles; `chosen` alone holds the message where it is given."""
        by_name = {normal(title): title for title in reversed(titles) if not is_hidden(title)}
        found = {
            kind: tuple(by_name[name] for name in names if name in by_name)
            for kind, names in TITLES.items()
        }
        message = (chosen,) if chosen is not None else found.pop("message")
        named = {kind: names[0] for kind, names in found.items() if names and kind != "message"}
        if "context" in titles:
            named["context"] = "context"
        return cls(message, named)

    @property
    def needed(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        return tuple(dict.fromkeys((*self.message, *self.named.values())))


def normal(title: str) -> str:
    """A title without case, blanks and signs.

    >>> normal("Error Message")
    'errormessage'
    """
    return "".join(sign for sign in title.casefold() if sign.isalnum())


def is_hidden(title: str) -> bool:
    """Whether Dynamics hides this column in its exports."""
    return title.startswith(_HIDDEN)


def one_text(texts: Sequence[str]) -> str:
    r"""The message of a row; the texts of two columns are joined when they differ.

    >>> one_text(["denied", "", "Access is denied", "42"])
    'Access is denied\n42'
    """
    distinct = list(dict.fromkeys(text for each in texts if (text := each.strip())))
    if len(distinct) < 2:  # noqa: PLR2004 -- nothing to join
        return distinct[0] if distinct else ""
    return "\n".join(
        t for t in distinct if not any(t != other and t in other for other in distinct)
    )


def state_of(written: str) -> str:
    """The state that a status says, in English; a status that is not known stays as it is.

    >>> state_of("Fehlgeschlagen"), state_of("31"), state_of("Paused")
    ('Failed', 'Failed', 'Paused')
    """
    return _STATE_OF.get(normal(written), written)


def context_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """What a row of a table says beside its message, for `Diagnoser.diagnose`.

    Args:
        cells: By the keys of `TITLES`; the state as `state_of` gives it.
    """
    job = {name: cells[name] for name in ("type", "state") if cells.get(name)}
    if cells.get("scheduled_for") and cells.get("state", "") not in ("Failed", "Succeeded"):
        job["scheduled_for"] = cells["scheduled_for"]
    context: dict[str, Any] = {"job": job} if job else {}
    if cells.get("error_code", "") not in _NO_CODE:
        context["error_code"] = cells["error_code"]
    if cells.get("organisation"):
        context["host"] = _host(cells["organisation"])
    return context


def added(diagnosis: Diagnosis | None) -> Added:
    """The values of the columns that we add; all None where the row holds no failure."""
    if diagnosis is None or diagnosis.verdict.cause is None or diagnosis.answer is None:
        return NOTHING
    verdict, subject = diagnosis.verdict, diagnosis.answer.subject
    return (
        verdict.cause,
        verdict.confidence,
        verdict.band,
        verdict.variant,
        subject.kind + (f" {subject.id}" if subject.id else ""),
        verdict.origin,
        diagnosis.answer.summary,
        diagnosis.rerun,
        diagnosis.incident,
    )


def _host(written: str) -> str:
    return written.strip().removeprefix("https://").partition("/")[0]
