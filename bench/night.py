"""A night's System Jobs of an invented company, for pictures and for a first look at the report.

Usage: python bench/night.py night.csv
"""

import csv
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

TITLES = (
    "System Job Name", "System Job Type", "Status Reason", "Owner", "Regarding", "Created On",
    "Completed On", "Retry Count", "Error Code", "Message", "Correlation Id",
)  # fmt: skip
START = datetime(2026, 11, 16, 18)  # noqa: DTZ001 -- exports name no zone
ADA, GRACE = "6f2c1e0d-9b35-4b1f-8a52-7c3e4d109a8b", "0d9b354b-1f7a-4527-9c3e-4d109a8b2f6c"
APP = "9a8b2f6c-1e0d-4935-ab1f-7a527c3e4d10"
ROLE = (
    "Principal user (Id={}, type=8, roleCount=2, privilegeCount=310, accessMode=0), is missing "
    "prvReadInvoice privilege (Id=7c1a2b3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d) on OTC=1090 for entity "
    "'invoice'."
)
KEY = (
    '{{"error": {{"message": "Expired API Key provided: sk_live_***{}", '
    '"type": "invalid_request_error", "code": "api_key_expired"}}}}'
)
REVOKED = (
    "AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is "
    "needed. The user might have changed or reset their password. The grant was issued on "
    "'2026-10-01T08:00:00.0000000Z' and the TokensValidFrom date (before which tokens are not "
    "valid) for this user is '2026-11-16T21:40:00.0000000Z'."
)
OTHER = "The operation has timed out after 00:02:00 while calling the plug-in."
VAGUE = "Access is denied. Contact your administrator."
FAILURES = (  # job, type, owner, message, chance, hour from which it fails
    ("Charge Invoice", "Charge Invoice", "W365 Service", KEY, 0.9, 3),
    ("Sync Invoice to QuickBooks", "Sync Invoice", "W365 Service", None, 0.0, 0),
    ("Read invoices for dashboard", "Workflow", "Ada Example", ROLE.format(ADA), 0.8, 5),
    ("Read invoices for dashboard", "Workflow", "Grace Example", ROLE.format(GRACE), 0.8, 5),
    ("Sync License Change Log", "Sync License Change Log", "csp-agent", REVOKED, 1.0, 4),
    ("Create PDF", "Create PDF", "W365 Service", OTHER, 0.05, 0),
    ("Send Email", "Send Email", "W365 Service", VAGUE, 0.04, 0),
)


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """So many rows in the order of time."""
    dice = random.Random(365)  # noqa: S311 -- repeatable, guards nothing
    for number in range(count):
        name, kind, owner, message, chance, hour = dice.choice(FAILURES)
        when = START + timedelta(hours=14 * number / count)
        failed = message is not None and 14 * number / count >= hour
        failed = failed and dice.random() < chance
        text = (message or "").format(dice.randrange(1000, 9999)) if failed else ""
        yield (
            name, kind, "Failed" if failed else "Succeeded", owner,
            f"INV-2026-{dice.randrange(count // 6):05}", _shown(when),
            _shown(when + timedelta(seconds=dice.randrange(300))),
            dice.randrange(3) if failed else 0,
            -2147220891 if "privilegeCount" in text else "", text,
            f"{dice.getrandbits(128):032x}",
        )  # fmt: skip


def _shown(when: datetime) -> str:
    return f"{when.month}/{when.day}/{when.year} {when:%I:%M %p}"


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([TITLES, *rows(4_000)])
