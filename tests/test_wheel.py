"""The wheel holds its data: what is installed answers as the repository does."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from samples import NO_ROLES

from classifiers import Diagnoser

ROOT = Path(__file__).resolve().parent.parent


def test_the_wheel_gives_the_same_answer_from_another_folder(diagnoser: Diagnoser, tmp_path: Path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 -- our own build
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")

    done = subprocess.run(
        [sys.executable, "-m", "service.cli", "diagnose", "--json"],
        input=NO_ROLES,
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
    )

    assert json.loads(done.stdout) == diagnoser.diagnose(NO_ROLES).to_dict()
