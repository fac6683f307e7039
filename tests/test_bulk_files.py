"""Files of a batch: what comes in goes out, row by row, whatever the file is like."""

import csv
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from samples import NO_ROLES, NOT_A_MEMBER

from classifiers.columns import ADDED
from service.batches import delimited, sheets
from service.batches.parts import Parts
from service.cli import main

WHEN = datetime(2026, 11, 2, 8, 30)  # noqa: DTZ001 -- workbooks know no zone
TITLES = ("System Job Name", "Status Reason", "Message", "Regarding")


def bulk(source: Path, *options: str) -> tuple[int, Path]:
    target = source.with_name("out" + "".join(source.suffixes))
    return main(["bulk", str(source), str(target), *options]), target


def table(rows: list[tuple[str, ...]], titles: tuple[str, ...] = TITLES, sign: str = ",") -> str:
    out = StringIO()
    csv.writer(out, delimiter=sign).writerows([titles, *rows])
    return out.getvalue()


def read(path: Path, sign: str = ",") -> list[dict[str, str]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True), delimiter=sign))


ROWS: list[tuple[str, ...]] = [
    ("Night run", "Failed", f'{NO_ROLES}\nat Contoso.Plugin, step 2; "quoted"', "Invoice 1"),
    ("Night run", "Succeeded", "", "Invoice 2"),
    ("=HYPERLINK(1)", "Failed", NOT_A_MEMBER, "-5"),
]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_every_delimiter_stays_as_it_is(tmp_path: Path, sign: str):
    (tmp_path / "in.csv").write_text(table(ROWS, sign=sign), newline="")

    code, target = bulk(tmp_path / "in.csv")

    assert code == 0
    found = read(target, sign)
    assert list(found[0]) == [*TITLES, *ADDED]
    assert [row["Message"] for row in found] == [row[2] for row in ROWS]
    assert [row["triage_cause"] for row in found] == [
        "missing_security_role",
        "",
        "environment_access",
    ]
    assert found[2]["System Job Name"] == "'=HYPERLINK(1)"
    assert found[2]["Regarding"] == "-5"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_charset_that_excel_writes_is_read(tmp_path: Path, encoding: str):
    rows = [("Größe prüfen", "Fehlgeschlagen", NO_ROLES, "Müller")]
    titles = ("Systemauftragsname", "Statusgrund", "Nachricht", "Bezug")
    (tmp_path / "in.csv").write_text(table(rows, titles), encoding, newline="")

    code, target = bulk(tmp_path / "in.csv")

    assert code == 0
    assert read(target)[0]["Systemauftragsname"] == "Größe prüfen"
    assert read(target)[0]["triage_cause"] == "missing_security_role"


@pytest.mark.parametrize("suffix", [".csv.gz", ".csv.zst", ".jsonl.gz"])
def test_compressed_files_are_read_and_written(tmp_path: Path, suffix: str):
    lines = json.dumps({"text": NO_ROLES}) + "\n"
    content = (lines if "jsonl" in suffix else table(ROWS)).encode()
    with pa.output_stream(tmp_path / f"in{suffix}", compression="detect") as out:
        out.write(content)

    code, target = bulk(tmp_path / f"in{suffix}")

    assert code == 0
    with pa.input_stream(target, compression="detect") as done:
        assert b"missing_security_role" in done.read()


def test_a_file_that_is_cut_off_gives_the_rows_before(tmp_path: Path, capsys):
    rows = [(f"run {n}", "Failed", NO_ROLES, os.urandom(40).hex()) for n in range(9000)]
    whole = gzip.compress(table(rows).encode())
    (tmp_path / "in.csv.gz").write_bytes(whole[: len(whole) // 2])

    code, target = bulk(tmp_path / "in.csv.gz", "--workers", "1")

    assert code == 1
    assert "cut off" in capsys.readouterr().err
    assert read(target)[0]["triage_cause"] == "missing_security_role"
    assert 100 < len(read(target)) < 9000


def test_broken_rows_are_told_by_number_and_stay_in_their_place(tmp_path: Path, capsys):
    good = f'a,Failed,"{NO_ROLES}",x\r\n'
    broken = "b,Failed\r\n" + "c,Failed,one,two,three,four\r\n"
    (tmp_path / "in.csv").write_text(",".join(TITLES) + "\r\n" + good + broken + good, newline="")

    code, target = bulk(tmp_path / "in.csv")

    assert code == 1
    assert "2 rows could not be read: 2, 3;" in capsys.readouterr().err
    assert [row["System Job Name"] for row in read(target)] == ["a", "b", "c", "a"]
    assert [bool(row["triage_cause"]) for row in read(target)] == [True, False, False, True]


def test_a_quote_that_nobody_closes_costs_only_its_end(tmp_path: Path, capsys):
    (tmp_path / "in.csv").write_text(f'Message,Name\n"{NO_ROLES}",x\n"{NO_ROLES}')

    code, target = bulk(tmp_path / "in.csv")

    assert code == 1
    assert "1 rows could not be read: 2;" in capsys.readouterr().err
    assert read(target)[0]["triage_cause"] == "missing_security_role"


def test_blocks_end_where_rows_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 100)
    row = b'x,"one\ntwo ""three""\n",y\r\n'

    blocks = list(delimited.blocks([row * 7, b'z,"', b'\n"', b",w\n"]))

    assert len(blocks) == 2
    assert all(block.startswith((b"x", b"z")) and block.endswith(b"\n") for block in blocks)
    assert b"".join(blocks) == row * 7 + b'z,"\n",w\n'


def test_titles_that_occur_twice_stay_as_they_are(tmp_path: Path):
    (tmp_path / "in.csv").write_text(f'Name,Name,Message\na,b,"{NO_ROLES}"\n')

    code, target = bulk(tmp_path / "in.csv")

    assert code == 0
    first, second = target.read_text().splitlines()[:2]
    assert first.startswith("Name,Name,Message,triage_cause")
    assert second.startswith('"a","b",')


def test_an_output_may_be_the_input_of_another_run(tmp_path: Path):
    (tmp_path / "in.csv").write_text(table(ROWS), newline="")
    _, first = bulk(tmp_path / "in.csv")

    code = main(["bulk", str(first), str(tmp_path / "again.csv")])

    assert code == 0
    assert (tmp_path / "again.csv").read_bytes() == first.read_bytes().replace(b"'=", b"'=")


def test_tables_of_json_lines_are_recognised_by_their_members(tmp_path: Path):
    row = {"friendlymessage": NO_ROLES, "statuscode": 31, "nested": {"kept": [1.0, "é"]}}
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n" + '{"statuscode":30,"message":"x"}')

    code, target = bulk(tmp_path / "in.jsonl")

    first, second = map(json.loads, target.read_text().splitlines())
    assert code == 0
    assert {name: first[name] for name in row} == row
    assert first["triage_cause"] == "missing_security_role"
    assert second["triage_cause"] is None


def test_parquet_keeps_its_columns_and_their_types(tmp_path: Path):
    theirs = pa.table({"n": [1, 2], "Message": [NO_ROLES, None], "when": [WHEN] * 2})
    pq.write_table(theirs, tmp_path / "in.parquet")

    code, target = bulk(tmp_path / "in.parquet")

    done = pq.read_table(target)
    assert code == 0
    assert done.select(theirs.column_names).equals(theirs)
    assert done["triage_cause"].to_pylist() == ["missing_security_role", None]
    assert done.schema.field("triage_confidence").type == pa.float64()


HIDDEN = [f"(Do Not Modify) {name}" for name in ("System Job", "Row Checksum", "Modified On")]


def workbook(path: Path, titles: list[str], rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("System Jobs")
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.set_column(0, 2, None, None, {"hidden": True})
        sheet.write_row(0, 0, titles)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                extra = (day,) if isinstance(cell, datetime) else ()
                sheet.write(number, column, cell, *extra)
    return path


def test_a_workbook_of_dynamics_is_read_and_written_in_its_layout(tmp_path: Path):
    rows: list[list[Any]] = [
        ["1b", "sum=", WHEN, "Night run", "Failed", NO_ROLES, WHEN, -2147220960, True],
        ["2b", "sum=", WHEN, "Night run", "Succeeded", "", WHEN, 0, False],
    ]
    titles = [*HIDDEN, "System Job Name", "Status Reason", "Message", "Started On", "Error Code"]
    source = workbook(tmp_path / "in.xlsx", [*titles, "Retry"], rows)

    code, target = bulk(source)

    found = CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0).to_python()
    assert code == 0
    assert found[0] == [*titles, "Retry", *ADDED]
    assert found[1][:9] == rows[0]
    assert [row[9] for row in found[1:]] == ["missing_security_role", ""]
    with zipfile.ZipFile(target) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert re.search(rb'<col min="1" max="3"[^>]* hidden="1"', sheet)


def test_a_zip_bomb_is_not_opened(tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "MAX_UNPACKED_BYTES", 20 << 20)
    with zipfile.ZipFile(tmp_path / "in.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (30 << 20))

    code, target = bulk(tmp_path / "in.xlsx")

    assert code == 1
    assert "not opened" in capsys.readouterr().err
    assert not target.exists()


def test_a_zip_bomb_that_lies_about_its_size_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sheets, "MAX_UNPACKED_BYTES", 20 << 20)
    size = 30 << 20
    with zipfile.ZipFile(tmp_path / "in.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    raw = (tmp_path / "in.xlsx").read_bytes()
    lie = raw.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    (tmp_path / "in.xlsx").write_bytes(lie)

    with pytest.raises(sheets.BatchFileError, match="unpacks"):
        sheets.check(tmp_path / "in.xlsx")


REFUSED = [
    pytest.param("in.csv", b"", "no line with column titles", id="an empty table"),
    pytest.param("in.csv", b"\xef\xbb\xbf\r\n", "no line with column titles", id="only a mark"),
    pytest.param("in.csv", b"Name,Owner\nx,y\n", "Advanced Find", id="no message column"),
    pytest.param("in.jsonl", b"", "is empty", id="empty lines"),
    pytest.param("in.jsonl", b"broken\n", "no line of it is a JSON object", id="no JSON"),
    pytest.param("in.xlsx", b"PK", "no XLSX workbook", id="no workbook"),
    pytest.param("in.parquet", b"PAR", "no Parquet file", id="no Parquet"),
]


@pytest.mark.parametrize(("name", "content", "complaint"), REFUSED)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, capsys, name: str, content: bytes, complaint: str
):
    (tmp_path / name).write_bytes(content)

    code, target = bulk(tmp_path / name)

    assert code == 1
    assert complaint in capsys.readouterr().err
    assert not target.exists()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_table_without_rows_gives_a_table_without_rows(tmp_path: Path):
    (tmp_path / "in.csv").write_text("Message,Owner\r\n", newline="")

    code, target = bulk(tmp_path / "in.csv")

    assert code == 0
    assert target.read_text(encoding="utf-8").splitlines() == [
        ",".join(["Message", "Owner", *ADDED])
    ]


def _large(path: Path, rows: int) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        for n in range(rows):
            writer.writerow((f"run {n}", "Failed", f"{NO_ROLES} Step {n % 50}. {'x ' * 800}", n))
    return path


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path):
    source = _large(tmp_path / "in.csv", 12_000)
    command = [sys.executable, "-m", "service.cli", "bulk", str(source)]
    subprocess.run([*command, str(tmp_path / "whole.csv"), "--workers", "2"], check=True)  # noqa: S603 -- our own command
    target = tmp_path / "out.csv"
    parts = Parts.beside(target)
    killed = subprocess.Popen([*command, str(target), "--workers", "1"])  # noqa: S603 -- our own command
    _wait_for(parts, killed)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    first = parts.content(1).stat().st_mtime_ns

    assert not target.exists()
    seen: list[int] = []
    resumed = subprocess.Popen([*command, str(target), "--workers", "2", "--resume"])  # noqa: S603 -- our own command
    while resumed.poll() is None:
        if parts.content(1).exists():
            seen.append(parts.content(1).stat().st_mtime_ns)
        time.sleep(0.02)

    assert resumed.returncode == 0
    assert set(seen) == {first}
    assert target.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not parts.folder.exists()


def test_an_interrupted_run_leaves_no_half_file(tmp_path: Path):
    source = _large(tmp_path / "in.csv", 12_000)
    target = tmp_path / "out.csv"
    command = [sys.executable, "-m", "service.cli", "bulk", str(source), str(target)]
    stopped = subprocess.Popen([*command, "--workers", "2"], stderr=subprocess.PIPE, text=True)  # noqa: S603 -- our own command
    _wait_for(Parts.beside(target), stopped)
    stopped.send_signal(signal.SIGINT)
    _, complaint = stopped.communicate(timeout=30)

    assert stopped.returncode == 1
    assert "--resume" in complaint
    assert "Traceback" not in complaint
    assert not target.exists()
    assert not list(tmp_path.glob("*.part"))


def _wait_for(parts: Parts, running: "subprocess.Popen[Any]") -> None:
    while parts.find(1) is None:
        assert running.poll() is None
        time.sleep(0.01)
