"""Readers of the article: cause pages, triage, runbook, places and jobs."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, TypeVar

from corpus.catalogue import Cause, JobKind, Knowledge, Phrases, Place
from corpus.guides import Procedure, Runbook, Triage
from corpus.tables import as_record, read_page, read_toml
from corpus.terms import CAUSE_IDS, KnowledgeError
from corpus.validity import check_causes, check_procedure, check_runbook

Page = TypeVar("Page", Cause, Triage, Runbook, Procedure)
Tables = Mapping[str, Mapping[str, Any]]


def load_knowledge() -> Knowledge:
    """Read everything that an answer is made from.

    Raises:
        KnowledgeError: A file is wrong; the message names file and entry.
    """
    table = read_toml(files("corpus") / "steps.toml")
    phrases = Phrases(**{name: table[name] for name in ("people", "subjects", "missing", "notes")})
    return Knowledge(causes=load_causes(), jobs=load_jobs(), phrases=phrases)


def load_causes() -> tuple[Cause, ...]:
    """Read the eight cause pages, in the order of the closed list.

    Raises:
        KnowledgeError: A page is wrong; the message names file and entry.
    """
    shared, places = _shared(), _places()
    causes = tuple(_page(Cause, f"causes/{name}.md", shared, places) for name in CAUSE_IDS)
    check_causes(causes, people=_people(), anchors=[s.id for s in load_runbook().sections])
    return causes


def load_triage() -> Triage:
    """Read the symptoms and the quick triage."""
    return _page(Triage, "triage.md", {}, {})


def load_runbook() -> Runbook:
    """Read the runbook."""
    runbook = _page(Runbook, "runbook.md", {}, {})
    check_runbook(runbook)
    return runbook


def load_application_user_move() -> Procedure:
    """Read how background work moves to an Application User, the durable cure of three causes."""
    move = _page(Procedure, "application_user.md", _shared(), _places())
    check_procedure(move, people=_people())
    return move


def load_jobs() -> tuple[JobKind, ...]:
    """Read the types of Work 365 jobs."""
    jobs = read_toml(files("corpus") / "jobs.toml")
    return tuple(as_record(JobKind, {"id": n, **t}, "jobs.toml") for n, t in jobs.items())


def load_places() -> tuple[Place, ...]:
    """Read every place that a step can name; the path of one may have moved since `checked`."""
    return tuple(as_record(Place, place, "places.toml") for place in _places().values())


def stale_places(this_month: str, places: tuple[Place, ...]) -> tuple[Place, ...]:
    """The places whose path was last read more than twelve months before `this_month` (`YYYY-MM`).

    >>> [place.id for place in stale_places("2020-01", load_places())]
    []
    """
    now = _months(this_month)
    return tuple(place for place in places if now - _months(place.checked) > 12)  # noqa: PLR2004


def _page(kind: type[Page], name: str, shared: Tables, places: Tables) -> Page:
    head, body = read_page(files("corpus").joinpath(*name.split("/")))
    return as_record(kind, {**_expand(head, shared, places, name), "body": body}, name)


def _expand(value: Any, shared: Tables, places: Tables, where: str) -> Any:
    """Put shared steps in the place of `use`, and places in the place of their names."""
    if isinstance(value, list):
        return [_expand(member, shared, places, where) for member in value]
    if not isinstance(value, dict):
        return value
    table = dict(value)
    if "use" in table:
        table = {**_named(shared, table.pop("use"), f"{where}: use"), **table}
    if isinstance(table.get("where"), str):
        table["where"] = _named(places, table["where"], f"{where}: where")
    return {name: _expand(member, shared, places, where) for name, member in table.items()}


def _named(tables: Tables, name: str, where: str) -> Mapping[str, Any]:
    if name not in tables:
        raise KnowledgeError(f"{where} = {name} is not known")
    return tables[name]


def _shared() -> Tables:
    shared: Tables = read_toml(files("corpus") / "steps.toml")["shared"]
    return shared


def _people() -> tuple[str, ...]:
    return tuple(read_toml(files("corpus") / "steps.toml")["people"])


def _places() -> Tables:
    places = read_toml(files("corpus") / "places.toml")
    return {name: {"id": name, **place} for name, place in places.items()}


def _months(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number)
