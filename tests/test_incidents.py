"""Scope: what a file shows about an incident, and above all what it does not show."""

from collections.abc import Sequence

import pyarrow as pa
import pytest
from samples import MISSING_PRIVILEGE, NO_ROLES, USER

from classifiers import Diagnoser
from classifiers.batches import Batches
from classifiers.incidents import Incident, Ledger, ledger_of
from classifiers.scope import findings, organisations, still_works
from classifiers.sightings import is_day_first, moment, read, sightings_of

OTHER = "7c3e4d10-9a8b-4f6c-8e0d-9b354b1f7a52"
KEY = '{"error": {"message": "Expired API Key provided: sk_live_***", "code": "api_key_expired"}}'
REVOKED = (
    "AADSTS50173: The provided grant has expired due to it being revoked. The grant was issued on "
    "'2026-10-01T08:00:00Z' and the TokensValidFrom date for this user is '2026-11-01T07:00:00Z'."
)
TITLES = (
    "System Job Name", "System Job Type", "Status Reason", "Owner", "Regarding", "Completed On",
    "Message", "Correlation Id", "Organization",
)  # fmt: skip
Row = tuple[str, ...]


def row(name: str, state: str, owner: str, time: str, message: str = "", **cells: str) -> Row:
    return (
        name, cells.get("type", name), state, owner, cells.get("about", f"{name} at {time}"),
        f"2026-11-02 {time}", message, cells.get("trace", ""), cells.get("host", ""),
    )  # fmt: skip


@pytest.fixture(scope="module")
def batches(diagnoser: Diagnoser) -> Batches:
    return Batches(diagnoser)


@pytest.fixture
def ledger(batches: Batches, diagnoser: Diagnoser):
    def count(rows: Sequence[Row]) -> Ledger:
        columns = dict(zip(TITLES, zip(*rows, strict=True), strict=True))
        batch = pa.RecordBatch.from_pydict({n: list(v) for n, v in columns.items()})
        sightings = sightings_of(batch, batches.annotate(batch))
        return ledger_of(lambda: read(sightings, first_row=1, day_first=False), diagnoser.knowledge)

    return count


def kinds(ledger: Ledger, number: int = 0) -> set[str]:
    return {finding.kind for finding in findings(ledger.ranked[number], ledger)}


def test_the_id_in_the_message_beats_the_owner_column(ledger):
    counted = ledger([row("Night run", "Failed", "Somebody Else", "08:00", NO_ROLES)])

    assert counted.ranked[0].subject == f"person {USER}"


def test_one_owner_who_fails_in_everything_while_others_succeed_is_that_account(ledger):
    counted = ledger(
        [
            row("Import", "Failed", "Ada", "08:00", NO_ROLES),
            row("Export", "Failed", "Ada", "08:05", NO_ROLES),
            row("Import", "Succeeded", "Grace", "08:10"),
        ]
    )

    assert "account" in kinds(counted)


def test_only_one_providers_jobs_failing_is_that_provider(ledger):
    counted = ledger(
        [
            row("Charge Invoice", "Failed", "Service", "08:00", KEY),
            row("Create PDF", "Succeeded", "Service", "08:10"),
        ]
    )

    assert kinds(counted) == {"provider"}


def test_one_privilege_missing_for_two_people_points_to_the_role(ledger):
    counted = ledger(
        [
            row("Read", "Failed", "Ada", "08:00", MISSING_PRIVILEGE),
            row("Read", "Failed", "Grace", "08:00", MISSING_PRIVILEGE.replace(USER, OTHER)),
        ]
    )

    assert len(counted.incidents) == 2
    assert "role" in kinds(counted)


def test_everything_stopping_after_it_ran_is_the_environment(ledger):
    counted = ledger(
        [
            *(row("Import", "Succeeded", owner, "07:00") for owner in ("Ada", "Grace")),
            *(row("Import", "Failed", owner, "08:00", NO_ROLES) for owner in ("Ada", "Grace")),
        ]
    )

    assert "everything" in kinds(counted)


def test_failed_then_succeeded_is_recovered(ledger):
    counted = ledger(
        [
            row("Charge", "Succeeded", "Service", "09:00", about="Invoice 1"),
            row("Charge", "Failed", "Service", "08:00", NO_ROLES, about="Invoice 1"),
        ]
    )

    assert counted.ranked[0].recovered == 1
    assert not counted.ranked[0].is_open


def test_succeeded_then_failed_is_open(ledger):
    counted = ledger(
        [
            row("Charge", "Succeeded", "Service", "07:00", about="Invoice 1"),
            row("Charge", "Failed", "Service", "08:00", NO_ROLES, about="Invoice 1"),
        ]
    )

    assert counted.ranked[0].is_open


def test_retries_and_equal_traces_are_one_failure(ledger):
    counted = ledger(
        [
            row("Sync", "Failed", "Service", f"08:0{n}", NO_ROLES, trace="t1", about=f"Invoice {n}")
            for n in range(3)
        ]
    )

    assert counted.ranked[0].rows == 3
    assert len(counted.ranked[0].failures) == 1


def test_equal_times_of_valid_tokens_are_one_reset(ledger):
    counted = ledger([row("Sync", "Failed", "Service", f"08:0{n}", REVOKED) for n in range(3)])

    assert "reset" in kinds(counted)


def test_two_organisations_are_never_one_incident(ledger):
    hosts = ("contoso.crm.dynamics.com", "https://fabrikam.crm4.dynamics.com/")
    counted = ledger([row("Sync", "Failed", "Service", "08:00", NO_ROLES, host=h) for h in hosts])

    assert len(counted.incidents) == 2
    assert len(organisations(counted)) == 2


UNSOUND = [
    pytest.param(
        [row("Import", "Failed", "Ada", f"08:0{n}", NO_ROLES) for n in range(5)],
        id="one owner is not one user",
    ),
    pytest.param(
        [
            row("Import", "Failed", "Ada", "08:00", NO_ROLES),
            row("Export", "Failed", "Grace", "08:00", NO_ROLES),
        ],
        id="no success is not everything fails",
    ),
    pytest.param(
        [
            row("Charge Invoice", "Failed", "Service", "08:00", KEY),
            row("Create PDF", "Succeeded", "Service", "07:00"),
        ],
        id="a success before says nothing about meanwhile",
    ),
    pytest.param(
        [
            row("Import", "Failed", "Ada", "08:00", NO_ROLES),
            row("Export", "Failed", "Ada", "08:00", NO_ROLES),
            row("Import", "Succeeded", "Grace", "07:00"),
        ],
        id="others who succeeded only before show no account",
    ),
    pytest.param(
        [
            row("Read", "Failed", "Ada Example", "08:00", MISSING_PRIVILEGE),
            row("Read", "Failed", "Ada Example", "08:05", MISSING_PRIVILEGE),
        ],
        id="one account twice is no role",
    ),
]


@pytest.mark.parametrize("rows", UNSOUND)
def test_nothing_is_inferred_from(ledger, rows: list[Row]):
    assert kinds(ledger(rows)) == set()


def test_waiting_without_a_text_does_not_name_the_owner(ledger):
    counted = ledger([row("Import", "Waiting", "Ada", "08:00")])

    assert {incident.cause for incident in counted.ranked} == {"undetermined_permissions"}
    assert counted.silent == 1


def test_the_owner_of_a_flow_is_not_the_failing_connection(ledger):
    counted = ledger([row("Sync flow", "Failed", "Ada", "08:00", "Unauthorized", type="Flow")])

    assert "Ada" not in counted.ranked[0].subject


def test_equal_names_are_not_one_person(ledger):
    texts = (MISSING_PRIVILEGE, MISSING_PRIVILEGE.replace(USER, OTHER))
    counted = ledger([row("Read", "Failed", "Ada Example", "08:00", text) for text in texts])

    assert len(counted.incidents) == 2


@pytest.mark.parametrize("state", ["Canceled", "Abgebrochen", "Awaiting Provisioning", "32"])
def test_cancelled_or_waiting_for_provisioning_is_not_failed(ledger, state: str):
    counted = ledger([row("Import", state, "Ada", "08:00", NO_ROLES)])

    assert counted.named == 0
    assert counted.cancelled == 1
    assert not counted.incidents


def test_many_rows_do_not_outrank_many_invoices(ledger):
    repeats = [
        row("Import", "Failed", "Ada", f"08:{n:02}", NO_ROLES, about="Invoice 1") for n in range(30)
    ]
    others = [
        row("Import", "Failed", "Eve", f"08:{n:02}", NO_ROLES.replace(USER, OTHER))
        for n in range(3)
    ]

    assert ledger([*repeats, *others]).ranked[0].subject == f"person {OTHER}"


def test_money_comes_first(ledger):
    reads = [row("Read", "Failed", "Ada", f"08:0{n}", NO_ROLES) for n in range(5)]

    counted = ledger([*reads, row("Charge Invoice", "Failed", "Service", "08:00", KEY)])

    assert counted.ranked[0].money
    assert counted.ranked[0].at_stake == 1


def test_what_still_works_is_counted(ledger):
    counted = ledger(
        [
            row("Charge Invoice", "Failed", "Service", "08:00", KEY),
            *(row("Create PDF", "Succeeded", "Service", f"08:1{n}") for n in range(4)),
        ]
    )

    assert still_works(counted) == [("Create PDF", 4)]


def test_times_are_read_in_the_order_that_the_file_shows():
    batch = pa.RecordBatch.from_pydict({"time": ["02/11/2026 08:00", "17/11/2026 09:00"]})

    assert is_day_first(batch)
    assert moment("02/11/2026 08:00", day_first=True) == "2026-11-02 08:00:00"


def test_what_is_kept_of_an_incident_is_bounded(ledger, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("classifiers.incidents.MAX_DISTINCT", 2)

    counted = ledger([row("Read", "Failed", "Ada", f"08:0{n}", NO_ROLES) for n in range(5)])

    assert isinstance(counted.ranked[0], Incident)
    assert len(counted.ranked[0].objects) == 2
