"""The pictures of the model card: the same answers give the same bytes.

Drawn with matplotlib, which comes with the test extra; the service never loads this module.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from classifiers.evaluate import Answer, bins, confusion, evaluate
from classifiers.model.held_out import Held
from corpus.terms import CAUSE_IDS

WIDTH_INCHES = 7.0
_COLOURS = {"model": "#8a5a00", "whole": "#1f5fa8"}
_LABELS = {"model": "text model alone", "whole": "whole"}
_DARK = 0.55  # share from which white letters read better


def draw(held: Held, folder: Path) -> None:
    """Write causes.svg, reliability.svg and confusion.svg."""
    folder.mkdir(parents=True, exist_ok=True)
    with _picture(folder / "causes.svg", height=3.6) as axes:
        _causes(axes, held)
    with _picture(folder / "reliability.svg", height=5.2) as axes:
        _reliability(axes, held)
    with _picture(folder / "confusion.svg", height=5.6) as axes:
        _confusion(axes, held["whole"])


@contextmanager
def _picture(path: Path, *, height: float) -> Iterator[Axes]:
    with _style():
        figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
        yield figure.subplots()
        figure.savefig(path, metadata={"Date": None, "Creator": "triage365"})
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(line.rstrip() for line in lines) + "\n", "utf-8")


def _style() -> AbstractContextManager[None]:
    return mpl.rc_context(
        {
            "font.size": 9,
            "svg.fonttype": "none",  # letters stay letters: small files, no font of this machine
            "svg.hashsalt": "triage365",  # else the ids inside differ from run to run
        }
    )


def _causes(axes: Axes, held: Held) -> None:
    places = range(len(CAUSE_IDS))
    for shift, part in ((0.2, "whole"), (-0.2, "model")):
        scores = evaluate(held[part])["per_cause"]
        lengths = [scores[cause]["f1"] for cause in CAUSE_IDS]
        bars = axes.barh(
            [-place + shift for place in places],
            lengths,
            height=0.38,
            color=_COLOURS[part],
            label=_LABELS[part],
        )
        axes.bar_label(bars, [f"{length:.2f}" for length in lengths], padding=2, fontsize=7)
    axes.set_yticks([-place for place in places], CAUSE_IDS)
    axes.set(xlim=(0, 1.08), xlabel="F1 on held-out answers")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=8)


def _reliability(axes: Axes, held: Held) -> None:
    axes.plot([0, 1], [0, 1], color="#888888", linewidth=1, linestyle="--", label="as promised")
    for part, colour in _COLOURS.items():
        filled = bins(held[part])
        axes.plot(
            [b.confidence for b in filled],
            [b.right for b in filled],
            color=colour,
            marker="o",
            label=_LABELS[part],
        )
        for b in filled:
            axes.annotate(
                str(b.n), (b.confidence, b.right), (4, -9), textcoords="offset points", fontsize=7
            )
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="confidence", ylabel="share that is right")
    axes.set_title("Numbers beside the points count messages", fontsize=8)
    axes.legend(loc="upper left", fontsize=8)


def _confusion(axes: Axes, answers: Sequence[Answer]) -> None:
    table = confusion(answers)
    counts = [[table.get(label, {}).get(cause, 0) for cause in CAUSE_IDS] for label in CAUSE_IDS]
    shares = [[n / max(sum(row), 1) for n in row] for row in counts]
    axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=1)
    for row, line in enumerate(counts):
        for column, n in enumerate(line):
            colour = "white" if shares[row][column] > _DARK else "black"
            if n:
                axes.text(column + 0.5, row + 0.5, str(n), ha="center", va="center", color=colour)
    middles = [number + 0.5 for number in range(len(CAUSE_IDS))]
    axes.set_xticks(middles, CAUSE_IDS, rotation=40, ha="right")
    axes.set_yticks(middles, CAUSE_IDS)
    axes.invert_yaxis()
    axes.set(xlabel="answer of the whole", ylabel="label")
    axes.set_title("Some answers off the diagonal are acceptable too", fontsize=8)
