"""Every block of the README does what the README says."""

import json
import re
import shlex
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from samples import NO_ROLES

from classifiers.examples import faults, taken
from classifiers.signatures.book import book_of
from service.cli import main
from service.settings import table

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
CURLS = [block for kind, block in BLOCKS if kind == "bash" and block.startswith("curl")]
CAUSES = ["missing_security_role", "environment_access", "missing_security_role"]


def sent(curl: str) -> tuple[str, dict[str, object]]:
    """The path and what is sent to it, of a curl command."""
    words = shlex.split(curl)
    path = next(w for w in words if w.startswith("http")).removeprefix("http://127.0.0.1:8365")
    if "-F" in words:
        file = ROOT / words[words.index("-F") + 1].removeprefix("file=@")
        return path, {"files": {"file": (file.name, file.read_bytes())}}
    return path, {"json": json.loads(words[words.index("-d") + 1])}


@pytest.mark.parametrize(("curl", "cause"), [*zip(CURLS, CAUSES, strict=True)])
def test_a_curl_example_answers_what_is_said(client, curl, cause):
    path, body = sent(curl)

    created = client.post(path, **body)

    assert created.status_code == 201
    assert created.json()["cause"] == cause
    assert f"`{cause}`" in README or f'"cause": "{cause}"' in README


def test_the_commands_without_a_server_run(tmp_path, monkeypatch, capsys):
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    (tmp_path / "jobs.csv").write_text(f'Name,Message\r\nx,"{NO_ROLES}"\r\n')
    monkeypatch.chdir(tmp_path)
    block = next(block for kind, block in BLOCKS if "triage365 diagnose" in block)

    codes = [main(shlex.split(line)[1:]) for line in block.strip().splitlines()]

    assert codes == [0, 0]
    assert "environment_access" in capsys.readouterr().out
    assert "missing_security_role" in (tmp_path / "jobs-with-causes.csv").read_text()


def test_the_signature_of_the_readme_is_sound():
    block = next(block for kind, block in BLOCKS if kind == "toml")
    book = book_of([("dataverse", tomllib.loads(block))])

    found = [fault for e in book.entries for x in e.matches for fault in faults(book, e, x)]

    assert found == []
    assert [text for entry in book.entries for text in taken(entry)] == []


def test_the_table_of_settings_is_the_settings():
    shown = README.partition("<!-- settings -->\n")[2].partition("\n<!-- /settings -->")[0]

    assert shown == table(), "put the output of `python -m service.settings` there"


def test_the_accuracy_is_that_of_the_card():
    card = (ROOT / "classifiers" / "model" / "CARD.md").read_text("utf-8").splitlines()
    shown = README.partition("<!-- accuracy -->\n")[2].partition("\n<!-- /accuracy -->")[0]

    assert len(shown.splitlines()) == 6
    assert set(shown.splitlines()) <= set(card), "copy the rows of the card"


def test_the_readme_is_short_and_its_links_lead_somewhere():
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)

    assert len(README.splitlines()) <= 150
    assert [link for link in links if not (ROOT / link).exists()] == []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_serve_prints_its_address_and_answers(tmp_path):
    address = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "service.cli", "serve", "--port", address.rpartition(":")[2]]
    environment = {"TRIAGE365_DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}", "PATH": ""}
    with subprocess.Popen(  # noqa: S603 -- our own command
        command, env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as server:
        try:
            first = server.stdout.readline()
            body = answered(f"{address}/healthz")
        finally:
            server.terminate()

    assert address in first
    assert body == {"status": "ok"}
    assert (tmp_path / "a.db").exists()


def answered(url: str) -> object:
    """The answer of a server that may be starting still."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- loopback
                return json.load(answer)
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
