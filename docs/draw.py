"""Draw the README's terminal picture: python docs/draw.py (run by `make pictures`)."""

import io
import re
from pathlib import Path

from rich.console import Console
from rich.text import Text

from classifiers import Diagnoser
from service.commands.rendering import rendered

HERE = Path(__file__).resolve().parent
COLUMNS = 104
LINES = 30
MESSAGE = (
    "RetrievePrivilegeForUser: The user with id 4b1f7a52-7c3e-4d10-9a8b-2f6c1e0d9b35 "
    "has not been assigned any roles. They need a role with the prvReadInvoice privilege."
)
SHAPE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} {terminal_height}">
<style>
text {{ font: {char_height}px ui-monospace, Consolas, monospace; fill: #d8dee9; white-space: pre }}
{styles}
</style>
<rect width="100%" height="100%" rx="10" fill="#1b2129"/>
<defs>{lines}</defs>
<g transform="translate(12, 14)">{backgrounds}<g>{matrix}</g></g></svg>
"""


def main() -> None:
    """Write docs/pictures/diagnose.svg."""
    text = rendered(Diagnoser.load().diagnose(MESSAGE), colour=True)
    shown = "\n".join(["$ triage365 diagnose error.txt", "", *text.splitlines()[:LINES], "…"])
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(shown))
    svg = console.export_svg(code_format=SHAPE, unique_id="triage365", title="")
    svg = re.sub(r"[ \t]+\n", "\n", svg)
    (HERE / "pictures" / "diagnose.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
