"""A diagnosis as a person reads it in a terminal."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from classifiers import Diagnosis

WIDTH = 96
SHOWN_CHARS = 1200

_BOLD, _INVERSE, _DIM, _PLAIN = "\033[1m", "\033[7m", "\033[2m", "\033[0m"


def rendered(diagnosis: Diagnosis, *, colour: bool) -> str:
    """The answer in lines: verdict, deciding words, steps, question, what was redacted."""
    answer = diagnosis.to_dict()
    return "\n".join(_lines(answer, _Pen(colour)))


class _Pen:
    """Emphasis, where the terminal shows it."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def bold(self, text: str) -> str:
        return f"{_BOLD}{text}{_PLAIN}" if self.colour else text

    def mark(self, text: str) -> str:
        return f"{_INVERSE}{text}{_PLAIN}" if self.colour else f"»{text}«"

    def dim(self, text: str) -> str:
        return f"{_DIM}{text}{_PLAIN}" if self.colour else text


def _lines(answer: Mapping[str, Any], pen: _Pen) -> Iterator[str]:
    if answer["cause"] is None:
        yield pen.bold("No failure found.")
        yield from _trace(answer["trace"], pen)
        return
    variant = f" · {answer['variant']}" if answer["variant"] else ""
    yield pen.bold(f"{answer['cause']}{variant}") + pen.dim(
        f"   {answer['band']} ({answer['confidence']:.0%})"
    )
    yield ""
    yield _wrapped(answer["summary"])
    yield from _evidence(answer, pen)
    yield from _steps(answer["resolution"], pen)
    yield from _question(answer["question"], pen)
    yield from _rest(answer, pen)


def _evidence(answer: Mapping[str, Any], pen: _Pen) -> Iterator[str]:
    pieces = [
        e for e in answer["evidence"] if e["start"] is not None and e["cause"] == answer["cause"]
    ]
    if not pieces:
        return
    yield ""
    yield pen.bold("What decided") + pen.dim("   " + ", ".join(e["origin"] for e in pieces[:3]))
    text = answer["text"]
    shown = _highlighted(text, pieces[0], pen) if text else pieces[0]["excerpt"]
    yield textwrap.indent(shown, "  ")


def _highlighted(text: str, piece: Mapping[str, Any], pen: _Pen) -> str:
    before = max(0, piece["start"] - SHOWN_CHARS // 4)
    after = min(len(text), piece["end"] + SHOWN_CHARS // 4)
    start = ("… " if before else "") + text[before : piece["start"]]
    end = text[piece["end"] : after] + (" …" if after < len(text) else "")
    return start + pen.mark(text[piece["start"] : piece["end"]]) + end


def _steps(resolution: Mapping[str, Any] | None, pen: _Pen) -> Iterator[str]:
    if not resolution:
        return
    yield ""
    yield pen.bold(resolution["title"])
    for number, step in enumerate(resolution["steps"], start=1):
        yield _wrapped(f"{number}. {step['text']}", indent="   ")
        for label, value in _around(step):
            yield pen.dim(_wrapped(f"   {label}: {value}", indent="      "))
    yield from _list("After the fix", [after["text"] for after in resolution["after_fix"]], pen)
    yield from _list("How to see that it worked", resolution["verify"], pen)


def _around(step: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "who", step["who"]
    where = step["where"]
    yield (
        "where",
        where["modern"] + (f"  (classic: {where['classic']})" if where["classic"] else ""),
    )
    yield "you should see", step["expect"]
    if step["if_refused"]:
        yield "if it is refused", step["if_refused"]
    if step["danger"] != "none":
        yield "careful", step["danger"]


def _question(question: Mapping[str, Any] | None, pen: _Pen) -> Iterator[str]:
    if question:
        yield ""
        yield pen.bold("The question that decides: ") + question["text"]
        for choice in question["choices"]:
            variant = f" · {choice['variant']}" if choice["variant"] else ""
            yield _wrapped(f"- {choice['answer']}") + pen.dim(f"  → {choice['cause']}{variant}")


def _rest(answer: Mapping[str, Any], pen: _Pen) -> Iterator[str]:
    for other in answer["alternatives"]:
        yield pen.dim(
            _wrapped(f"Not {other['cause']} ({other['confidence']:.0%}): {other['why_not']}")
        )
    yield from _list("Missing", answer["missing"], pen)
    yield from _trace(answer["trace"], pen)
    hidden = ", ".join(f"{r['count']} × {r['kind']}" for r in answer["redactions"])
    if hidden:
        yield pen.dim(f"Redacted: {hidden}")


def _trace(trace: Mapping[str, Any] | None, pen: _Pen) -> Iterator[str]:
    if trace:
        kind = "sanitised" if trace["sanitised"] else "not sanitised"
        yield pen.dim(
            f"Trace: {trace['entries']} entries by {trace['exporter'] or 'unknown'}, {kind}"
        )
        yield from _list("Not in the file", trace["missing"], pen)


def _list(title: str, lines: Sequence[str], pen: _Pen) -> Iterator[str]:
    if lines:
        yield ""
        yield pen.bold(title)
        for line in lines:
            yield _wrapped(f"- {line}", indent="  ")


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
