"""Take the pictures of the bulk report: python docs/screenshots.py (run by `make pictures`).

Needs Chromium (Debian: apt-get install chromium).
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures"
SHOTS = (  # name, width, height, dark
    ("report-wide", 1440, 1720, False),
    ("report-dark", 1440, 1720, True),
    ("report-narrow", 390, 2600, False),
)
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars",
)  # fmt: skip
NARROWEST = 500  # Chromium makes no window narrower than this: a frame does


def main() -> None:
    """Write docs/pictures/report-*.png."""
    chromium = shutil.which("chromium") or sys.exit("there is no chromium; install it")
    with TemporaryDirectory() as name:
        folder = Path(name)
        _report(folder)
        for picture, width, height, dark in SHOTS:
            page = folder / f"{picture}.html"
            page.write_text(
                f'<body style="margin:0"><iframe src="report.html" style="border:0;width:{width}px;'
                f'height:{height}px"></iframe>'
            )
            target = PICTURES / f"{picture}.png"
            theme = [f"--blink-settings=preferredColorScheme={0 if dark else 1}"]
            size = f"--window-size={max(NARROWEST, width)},{height}"
            profile = f"--user-data-dir={folder / 'profile'}"
            where = [f"--screenshot={target}", page.as_uri()]
            subprocess.run(  # noqa: S603 -- our own page
                [chromium, *QUIET, *theme, size, profile, *where], check=True, capture_output=True
            )


def _report(folder: Path) -> None:
    """The report on an invented night."""
    night = folder / "System Jobs 17-11-2026 08-05.csv"
    report = str(folder / "report.html")
    made = [sys.executable, str(HERE.parent / "bench" / "night.py"), str(night)]
    told = [sys.executable, "-m", "service.cli", "bulk", str(night), str(folder / "out.csv")]
    subprocess.run(made, check=True)  # noqa: S603 -- our own command
    subprocess.run([*told, "--report", report], check=True)  # noqa: S603 -- our own command


if __name__ == "__main__":
    main()
