"""What the state of a job says where no text does: silence is a question, never a cause."""

from datetime import UTC, datetime

from classifiers.evidence import Evidence, Failure, Job

# https://docs.work365apps.com/docs/work-365-jobs and the table asyncoperation of Dataverse
DONE = frozenset({"succeeded", "not applicable", "cancelled", "canceled"})
PENDING = frozenset({"waiting", "waiting for resources", "dispatched", "in progress", "pending"})
FAILED = frozenset({"failed", "retry"})

_FORMATS = ("%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M")


def has_not_failed(failure: Failure, evidence: list[Evidence], now: datetime) -> bool:
    """Whether the job's own state says that nothing failed: done, or not due yet."""
    job = failure.context.job
    if job is None or any(not piece.bare for piece in evidence):
        return False
    if _state(job) in DONE:
        return True
    return _state(job) in PENDING and not failure.text.strip() and not is_overdue(job, now)


def silence(failure: Failure, now: datetime) -> list[Evidence]:
    """Evidence of a job that says nothing: it waits past its schedule, or failed without a word."""
    job = failure.context.job
    if job is None or failure.text.strip():
        return []
    variant = None
    if _state(job) in PENDING and is_overdue(job, now):
        variant = "environment_or_engine_stopped"
    elif _state(job) in FAILED:
        variant = "no_evidence"
    if variant is None:
        return []
    return [Evidence("context:job", "undetermined_permissions", variant)]


def is_overdue(job: Job, now: datetime) -> bool:
    """Whether the time for which a job is scheduled has passed; an unreadable time has."""
    due = _time(job.scheduled_for)
    return due is None or due < now


def _state(job: Job) -> str:
    return (job.state or "").strip().casefold()


def _time(written: str | None) -> datetime | None:
    text = (written or "").strip()
    try:
        return _aware(datetime.fromisoformat(text))
    except ValueError:
        pass
    for form in _FORMATS:
        try:
            return _aware(datetime.strptime(text, form))  # noqa: DTZ007 -- exports name no zone
        except ValueError:
            continue
    return None


def _aware(time: datetime) -> datetime:
    """Times without a zone are taken as UTC: a job export does not name its zone."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)
