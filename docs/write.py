"""Write docs/variants.md and docs/examples.md: python docs/write.py (run by `make docs`)."""

import json
from collections.abc import Iterator
from pathlib import Path

from classifiers import Diagnoser
from corpus.pages import load_causes
from service.commands.rendering import rendered
from service.commands.variants import variants_page

HERE = Path(__file__).resolve().parent
MESSAGES = HERE / "examples" / "messages.jsonl"
HEAD = """# Ten diagnoses, as a person reads them

Messages out of public threads, with invented names and ids, and what `triage365 diagnose` answers.
What the reporter knew beside a message stands below it. `make docs` writes this page anew from
[examples/messages.jsonl](examples/messages.jsonl).
"""


def main() -> None:
    """Write both pages."""
    (HERE / "variants.md").write_text(variants_page(load_causes()), "utf-8")
    (HERE / "examples.md").write_text(examples_page(Diagnoser.load()), "utf-8")


def examples_page(diagnoser: Diagnoser) -> str:
    """Each message with its answer."""
    lines = MESSAGES.read_text("utf-8").splitlines()
    sections = (_section(n, json.loads(line), diagnoser) for n, line in enumerate(lines, start=1))
    return "\n".join((HEAD, *("\n".join(section) for section in sections)))


def _section(
    number: int, message: dict[str, str | dict[str, str]], diagnoser: Diagnoser
) -> Iterator[str]:
    text, context = str(message["text"]), message["context"]
    diagnosis = diagnoser.diagnose(text, context if isinstance(context, dict) else {})
    yield f"## {number}. {message['title']}\n"
    yield f"```text\n{text.strip()}\n```\n"
    if context:
        yield f"Known beside it: `{json.dumps(context)}`\n"
    yield f"```text\n{rendered(diagnosis, colour=False)}\n```\n"


if __name__ == "__main__":
    main()
