"""A diagnosis as a person reads it in a terminal."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifiers import Diagnosis

WIDTH = 96
SHOWN_CHARS = 300  # of the text, on either side of the deciding words
_LABEL_CHARS = 8

_START, _END = "\ue000", "\ue001"  # around the deciding words while lines are wrapped
# A message may hold escape sequences; none of them reaches the terminal.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")
_BOLD, _INVERSE, _DIM, _PLAIN = "\033[1m", "\033[7m", "\033[2m", "\033[0m"
_DANGERS = {
    "access": "it changes rights",
    "sign_in": "it changes how an account signs in",
    "billing": "it lets jobs run: money or licences may move",
}
_HANDOVER = {
    "correlation_id": "correlation id",
    "trace_id": "trace id",
    "request_id": "request id",
    "activity_id": "activity id",
    "timestamp": "time",
    "tenant_id": "tenant",
    "app_id": "application",
}


def rendered(diagnosis: Diagnosis, *, colour: bool, width: int = WIDTH) -> str:
    """The answer in lines: verdict, deciding words, steps, question, what was redacted."""
    return "\n".join(_lines(diagnosis.to_dict(), _Pen(colour, width)))


@dataclass(frozen=True, slots=True)
class _Pen:
    """Emphasis where the terminal shows it, and lines of its width."""

    colour: bool
    width: int

    def bold(self, text: str) -> str:
        return self._shown(text, _BOLD)

    def dim(self, text: str) -> str:
        return self._shown(text, _DIM)

    def mark(self, text: str) -> str:
        return self._shown(text, _INVERSE)

    def wrapped(self, text: str, first: str = "", rest: str | None = None) -> str:
        """One paragraph; `rest` begins its further lines, by default as wide as `first`."""
        return textwrap.fill(
            text.translate(_CONTROLS),
            self.width,
            initial_indent=first,
            subsequent_indent=" " * len(first) if rest is None else rest,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def labelled(self, label: str, value: str, indent: str = "   ") -> str:
        """A quiet line under a step: a short label, then what it says."""
        return self.dim(self.wrapped(value, f"{indent}{label:{_LABEL_CHARS}}"))

    def _shown(self, text: str, sign: str) -> str:
        if not self.colour:
            return text
        return "\n".join(f"{sign}{line}{_PLAIN}" for line in text.split("\n"))


def _lines(answer: Mapping[str, Any], pen: _Pen) -> Iterator[str]:
    if answer["cause"] is None:
        yield pen.bold("No failure found.")
        yield pen.wrapped(answer["summary"])
        yield from _trace(answer["trace"], pen)
        return
    yield _verdict(answer, pen)
    yield ""
    yield pen.wrapped(answer["summary"])
    yield from _evidence(answer, pen)
    yield from _question(answer["question"], pen)
    yield from _resolution(answer["resolution"], answer["act"], pen)
    yield from _rest(answer, pen)


def _verdict(answer: Mapping[str, Any], pen: _Pen) -> str:
    variant = f" · {answer['variant']}" if answer["variant"] else ""
    return pen.bold(f"{answer['cause']}{variant}") + pen.dim(
        f"   {answer['band']} ({answer['confidence']:.0%})"
    )


def _evidence(answer: Mapping[str, Any], pen: _Pen) -> Iterator[str]:
    pieces = [
        e for e in answer["evidence"] if e["start"] is not None and e["cause"] == answer["cause"]
    ]
    if not pieces:
        return
    yield from _title("What decided", pen)
    text = answer["text"]
    yield _highlighted(text, pieces[0], pen) if text else pen.wrapped(pieces[0]["excerpt"], "  ")
    yield pen.dim(pen.wrapped(", ".join(e["origin"] for e in pieces[:3]), "  "))


def _highlighted(text: str, piece: Mapping[str, Any], pen: _Pen) -> str:
    """The deciding words where they stand, marked line by line."""
    start, end = piece["start"], piece["end"]
    before = text[max(0, start - SHOWN_CHARS) : start]
    after = text[end : end + SHOWN_CHARS]
    whole = "".join(
        (
            "… " if start > SHOWN_CHARS else "",
            before,
            f"{_START}{text[start:end].strip()}{_END}",
            after,
            " …" if end + SHOWN_CHARS < len(text) else "",
        )
    )
    head, _, tail = pen.wrapped(" ".join(whole.split()), "  ").partition(_START)
    words, _, tail = tail.partition(_END)
    if not pen.colour:
        return f"{head}»{words}«{tail}"
    return head + "\n".join(_marked(words, pen)) + tail


def _marked(words: str, pen: _Pen) -> Iterator[str]:
    for line in words.split("\n"):
        bare = line.lstrip(" ")
        yield " " * (len(line) - len(bare)) + pen.mark(bare)


def _resolution(resolution: Mapping[str, Any], act: Mapping[str, Any], pen: _Pen) -> Iterator[str]:
    yield from _title(resolution["title"], pen)
    undone = "can be undone" if act["reversible"] else "cannot be undone"
    yield pen.dim(pen.wrapped(f"{act['who']} · about {act['minutes']} minutes · {undone}", "  "))
    place = ""
    for number, step in enumerate(resolution["steps"], start=1):
        yield ""
        yield pen.wrapped(step["text"], f"{number:>2}. ")
        for label, value in _around(step, place):
            yield pen.labelled(label, value, "    ")
        place = step["where"]["modern"]
    yield from _list("After the fix", [after["text"] for after in resolution["after_fix"]], pen)
    yield from _list("How to see that it worked", resolution["verify"], pen)
    oldest = min(step["where"]["checked"] for step in resolution["steps"])
    yield ""
    yield pen.dim(f"Menu names checked in {oldest}.")


def _around(step: Mapping[str, Any], place_before: str) -> Iterator[tuple[str, str]]:
    """What stands under a step; a place is told once while the steps stay there."""
    where = step["where"]
    yield "who", step["who"]
    yield "where", "the same page" if where["modern"] == place_before else where["modern"]
    if where["classic"] and where["modern"] != place_before:
        yield "classic", where["classic"]
    if where["url"] and where["url"].count("/") > 3:  # noqa: PLR2004 -- more than a front page
        yield "link", where["url"]
    if step["copy"]:
        yield "copy", step["copy"]
    yield "see", step["expect"]
    if step["if_refused"]:
        yield "else", step["if_refused"]
    if step["danger"] in _DANGERS:
        yield "careful", _DANGERS[step["danger"]]


def _question(question: Mapping[str, Any] | None, pen: _Pen) -> Iterator[str]:
    if question:
        yield from _title(f"One question decides: {question['text']}", pen)
        for choice in question["choices"]:
            variant = f" · {choice['variant']}" if choice["variant"] else ""
            yield pen.wrapped(choice["answer"], "  - ")
            yield pen.dim(f"      {choice['cause']}{variant}")


def _rest(answer: Mapping[str, Any], pen: _Pen) -> Iterator[str]:
    others = [
        f"{other['cause']} ({other['confidence']:.0%})"
        + (f": {other['why_not']}" if other["why_not"] else "")
        for other in answer["alternatives"]
    ]
    yield from _list("Less likely", others, pen)
    yield from _list("Missing", answer["missing"], pen)
    ids = [f"{_HANDOVER[n]} {value}" for n, value in answer["handover"].items() if n in _HANDOVER]
    yield from _list("For support", ids, pen)
    yield from _trace(answer["trace"], pen)
    hidden = ", ".join(f"{r['count']} × {r['kind']}" for r in answer["redactions"])
    if hidden:
        yield ""
        yield pen.dim(pen.wrapped(f"Redacted before reading: {hidden}"))


def _trace(trace: Mapping[str, Any] | None, pen: _Pen) -> Iterator[str]:
    if trace:
        kind = "sanitised" if trace["sanitised"] else "not sanitised"
        exporter = trace["exporter"] or "unknown"
        yield ""
        yield pen.dim(f"Trace: {trace['entries']} entries by {exporter}, {kind}")
        yield from _list("Not in the file", trace["missing"], pen)


def _title(title: str, pen: _Pen) -> Iterator[str]:
    yield ""
    yield pen.bold(pen.wrapped(title))


def _list(title: str, lines: Sequence[str], pen: _Pen) -> Iterator[str]:
    if lines:
        yield from _title(title, pen)
        for line in lines:
            yield pen.wrapped(line, "  - ")
