"""The command line does what the contract says and fails in one clear line."""

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from samples import NO_ROLES, NOT_A_MEMBER, TRACE

from classifiers import Diagnoser
from classifiers.columns import ADDED
from service.cli import main


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    command = [sys.executable, "-m", "service.cli", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603 -- our own command


def test_diagnose_reads_standard_input_and_shows_the_steps():
    done = run("diagnose", given=NO_ROLES)

    assert done.returncode == 0
    assert "missing_security_role · no_role_at_all" in done.stdout
    assert "»" in done.stdout
    assert "1. " in done.stdout


def test_diagnose_gives_the_whole_diagnosis_as_json(diagnoser: Diagnoser, tmp_path: Path):
    (tmp_path / "answer.txt").write_text(f"HTTP/1.1 403 Forbidden\n\n{NOT_A_MEMBER}")

    done = run("diagnose", str(tmp_path / "answer.txt"), "--identity", "user", "--json")

    assert json.loads(done.stdout)["cause"] == "environment_access"
    assert set(json.loads(done.stdout)) == set(diagnoser.diagnose("x").to_dict())


def test_diagnose_reads_a_gzipped_trace(tmp_path: Path):
    (tmp_path / "trace.har.gz").write_bytes(gzip.compress(json.dumps(TRACE).encode()))

    done = run("diagnose", str(tmp_path / "trace.har.gz"), "--json")

    assert json.loads(done.stdout)["trace"]["root"] == 1


def test_diagnose_starts_without_the_heavy_libraries():
    code = (
        "import sys, service.cli as c, io; sys.stdin = io.TextIOWrapper(io.BytesIO(b'denied'));"
        "c.main(['diagnose', '--json']);"
        "heavy = {'sklearn', 'pandas', 'fastapi', 'sqlmodel', 'pyarrow', 'scipy'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 -- our own command

    assert done.returncode == 0, done.stderr


WRONG_USE = [
    pytest.param(["diagnose", "none.txt"], 1, "there is no file none.txt", id="no such file"),
    pytest.param(["diagnose", "."], 1, "is a folder", id="a folder"),
    pytest.param(["diagnose"], 2, "the input is empty", id="an empty input"),
    pytest.param(["diagnose", "--colour"], 2, "unrecognized arguments", id="an unknown option"),
    pytest.param(["diagnose", "--identity", "cat"], 2, "invalid choice", id="a strange identity"),
    pytest.param(["frobnicate"], 2, "invalid choice", id="an unknown command"),
    pytest.param(["causes", "none"], 2, "triage365 causes", id="an unknown cause"),
    pytest.param(["evaluate", "none.jsonl"], 1, "there is no file", id="no such data set"),
    pytest.param(["bulk", "a.csv", "b.jsonl"], 2, "same format", id="two formats"),
    pytest.param(["bulk", "a.txt", "b.txt"], 1, "ends in .csv or .jsonl", id="an unknown format"),
    pytest.param(["bulk", "a.csv", "b.csv"], 1, "there is no file", id="no such table"),
    pytest.param(["serve", "--port", "99999"], 2, "1 to 65535", id="a port that is none"),
    pytest.param(["serve", "--host", "192.0.2.1"], 2, "TRIAGE365_ADMIN_KEY", id="an open door"),
]


@pytest.mark.parametrize(("arguments", "code", "complaint"), WRONG_USE)
def test_wrong_use_gets_one_line_and_no_traceback(
    arguments, code, complaint, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    done = run(*arguments)

    assert done.returncode == code
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_cannot_be_opened_is_said_in_one_line(monkeypatch, capsys):
    monkeypatch.setenv("TRIAGE365_DATABASE_URL", "sqlite:////proc/none/triage365.db")

    assert main(["serve"]) == 1
    assert "TRIAGE365_DATABASE_URL" in capsys.readouterr().err


def test_an_unknown_setting_stops_the_service(monkeypatch, capsys):
    monkeypatch.setenv("TRIAGE365_COLOUR", "red")

    assert main(["serve"]) == 2
    assert "unknown setting TRIAGE365_COLOUR" in capsys.readouterr().err


def test_bulk_keeps_every_row_of_a_json_lines_file(diagnoser: Diagnoser, tmp_path: Path):
    rows = [
        {"id": 1, "text": NO_ROLES},
        {"id": 2, "text": NOT_A_MEMBER, "context": {"identity": "application"}},
        {"id": 3, "text": ""},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")

    assert main(["bulk", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")]) == 0

    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [
        {name: line[name] for name in row} for line, row in zip(lines, rows, strict=True)
    ] == rows
    for line, row in zip(lines[:2], rows[:2], strict=True):
        verdict = diagnoser.diagnose(row["text"], row.get("context")).verdict
        assert line["triage_cause"] == verdict.cause
        assert line["triage_confidence"] == verdict.confidence
    assert lines[2]["triage_cause"] is None


TABLE = (
    "\ufeffSystem Job Name;Status Reason;Message;Error Code\r\n"
    f'Night run;Failed;"{NO_ROLES}\n   at Microsoft.Crm";-2147209463\r\n'
    "=1+1;Succeeded;;-5\r\n"
)


def test_bulk_reads_a_job_export_and_defuses_formulas(tmp_path: Path):
    (tmp_path / "in.csv").write_text(TABLE, "utf-8")

    assert main(["bulk", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]) == 0

    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert list(rows[0]) == ["System Job Name", "Status Reason", "Message", "Error Code", *ADDED]
    assert rows[0]["triage_cause"] == "missing_security_role"
    assert rows[1]["triage_cause"] == ""
    assert rows[1]["System Job Name"] == "'=1+1"
    assert [row["Error Code"] for row in rows] == ["-2147209463", "-5"]


def test_bulk_reports_rows_that_it_cannot_read_and_keeps_the_others(tmp_path: Path, capsys):
    lines = [json.dumps({"text": NO_ROLES}), "{broken", json.dumps({"text": NO_ROLES})]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))

    code = main(["bulk", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")])

    assert code == 1
    assert "1 rows could not be read: 2" in capsys.readouterr().err
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param("", "no line with column titles", id="an empty table"),
        pytest.param("Name,Owner\r\nx,y\r\n", "Advanced Find", id="no message column"),
    ],
)
def test_bulk_says_what_a_table_lacks(tmp_path: Path, capsys, content, complaint):
    (tmp_path / "in.csv").write_text(content)

    code = main(["bulk", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")])

    assert code == 1
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_evaluate_prints_the_measures(tmp_path: Path, capsys):
    items = [
        {"id": "a", "text": NO_ROLES, "label": "missing_security_role"},
        {"id": "b", "text": "The operation has timed out", "label": "not_permissions"},
    ]
    (tmp_path / "set.jsonl").write_text("\n".join(map(json.dumps, items)))

    assert main(["evaluate", str(tmp_path / "set.jsonl"), "--json"]) == 0

    measures = json.loads(capsys.readouterr().out)
    assert measures["n"] == 2
    assert measures["right"] == 1.0
    assert measures["right_when_named"] == 1.0
    assert {"macro_f1", "calibration_error", "per_cause", "confusion"} <= set(measures)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["causes"], "workflow_owner", id="causes"),
        pytest.param(["causes", "workflow_owner"], "Start Job", id="one cause"),
        pytest.param(["runbook"], "Application User", id="runbook"),
        pytest.param(["runbook", "--format", "html"], "<h1>", id="runbook as HTML"),
        pytest.param(["signatures", "list"], "missing_security_role", id="signatures"),
    ],
)
def test_the_knowledge_is_printed(capsys, arguments, words):
    assert main(arguments) == 0
    assert words in capsys.readouterr().out
