"""The report: one page that can be forwarded, on which nothing is left open."""

import csv
import re
from pathlib import Path

import pytest
from samples import NO_ROLES

from service.cli import main

TITLES = (
    "System Job Name",
    "System Job Type",
    "Status Reason",
    "Owner",
    "Regarding",
    "Completed On",
)
SECRET = "sk_test_" + "EXAMPLE" * 3


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    rows = [
        (
            "Charge Invoice",
            "Charge Invoice",
            "Failed",
            "Ada",
            f"Invoice {n}",
            f"11/17/2026 {n}:00 AM",
        )
        for n in range(1, 6)
    ]
    odd = ("Odd", "Odd", "Failed", "Ada", "Invoice 9", "11/17/2026 9:00 AM")
    good = ("Create PDF", "Create PDF", "Succeeded", "Ada", "Invoice 1", "11/17/2026 9:30 AM")
    strange = ("x", "<script>alert(1)</script>", *good[2:])
    with (folder / "in.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*TITLES, "Message"])
        writer.writerows((*row, f"{NO_ROLES} key {SECRET}") for row in (*rows, odd))
        writer.writerows((*row, "") for row in (good, strange))
    files = [str(folder / name) for name in ("in.csv", "out.csv", "report.html")]
    assert main(["bulk", *files[:2], "--report", files[2]]) == 0
    return Path(files[2]).read_text("utf-8")


def test_the_first_sentence_counts_what_happened(page: str):
    heading = " ".join(re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)[1].split())

    assert heading == "8 rows, 17 Nov 2026 (local time, zone unknown): 6 failed, 2 succeeded."


def test_a_card_says_whom_to_mend_who_can_and_what_runs_again(page: str):
    card = re.search(r"<article.*?</article>", page, re.DOTALL)[0]

    for words in ("Mend</dt><dd>person", "System Administrator", "First:", "Then run 6 jobs again"):
        assert words in card
    assert "at or before 17 Nov, 01:00" in card


def test_what_works_and_what_is_not_known_have_their_place(page: str):
    for words in ("What still works", "Create PDF", "What this file cannot show"):
        assert words in page


def test_nothing_is_loaded_and_nothing_is_run_that_a_row_brought(page: str):
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:link|img|iframe|script)[^>]*\b(?:src|href)=", page)
    assert "url(" not in page


def test_no_secret_of_a_message_gets_into_the_report(page: str):
    assert SECRET not in page
    assert SECRET.removeprefix("sk_test_") not in page


def test_a_file_without_rows_gives_a_report(tmp_path: Path):
    (tmp_path / "in.csv").write_text("Message,Owner\n")
    files = [str(tmp_path / name) for name in ("in.csv", "out.csv", "report.html")]

    assert main(["bulk", *files[:2], "--report", files[2]]) == 0

    assert "0 rows" in Path(files[2]).read_text("utf-8")


def test_what_the_export_lacks_is_said(tmp_path: Path):
    (tmp_path / "in.csv").write_text(f'Message\n"{NO_ROLES}"\n')
    files = [str(tmp_path / name) for name in ("in.csv", "out.csv", "report.html")]

    assert main(["bulk", *files[:2], "--report", files[2]]) == 0

    shown = Path(files[2]).read_text("utf-8")
    assert "No column Status Reason" in shown
    assert "No column Owner" in shown
