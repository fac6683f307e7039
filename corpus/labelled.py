"""Labelled messages: our own examples of what the systems print, and their split by wording."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from corpus.terms import CAUSE_IDS, KnowledgeError


@dataclass(frozen=True, slots=True)
class LabelledMessage:
    """One failure with its label; `acceptable` holds every defensible label, `label` included.

    `label` is None where the text holds no failure. Messages of one `wording` carry the same core
    sentence and stay on the same side of every split.
    """

    id: str
    text: str
    label: str | None
    acceptable: tuple[str | None, ...]
    context: Mapping[str, Any] = field(default_factory=dict)
    kind: str = "error_text"
    variant: str | None = None
    language: str = "en"
    wording: str = ""
    source: str = ""
    system: str = ""


def load_messages() -> list[LabelledMessage]:
    """Read every file of `corpus/messages`, in sorted order.

    Raises:
        KnowledgeError: A line is wrong; the message names file and line.
    """
    return _load("messages")


def load_healthy() -> list[LabelledMessage]:
    """Read every file of `corpus/healthy`: texts without a failure, in which nothing may be found.

    Raises:
        KnowledgeError: A line is wrong, or has a label; the message names file and line.
    """
    healthy = _load("healthy")
    for message in healthy:
        if message.label is not None:
            raise KnowledgeError(f"healthy, {message.id}: a healthy text has the label null")
    return healthy


def read_dataset(path: Path) -> list[LabelledMessage]:
    """Read a labelled JSON Lines file from anywhere.

    Raises:
        KnowledgeError: A line is wrong; the message names file and line.
        OSError: The file cannot be read.
    """
    return list(parse_messages(path.read_text("utf-8").splitlines(), where=path.name))


def parse_messages(lines: Iterable[str], *, where: str) -> Iterator[LabelledMessage]:
    """Turn JSON Lines into messages; blank lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _message(line, f"{where}, line {number}")


def fold(wording: str, folds: int) -> int:
    """The number (0 … folds - 1) of the part of a split to which a wording belongs.

    >>> fold("entra-50055", 5) == fold("entra-50055", 5)
    True
    """
    digest = hashlib.sha256(wording.encode()).digest()
    return int.from_bytes(digest[:4], "big") % folds


def _load(folder: str) -> list[LabelledMessage]:
    found = [f for f in (files("corpus") / folder).iterdir() if f.name.endswith(".jsonl")]
    messages: list[LabelledMessage] = []
    for file in sorted(found, key=lambda f: f.name):
        lines = file.read_text("utf-8").splitlines()
        messages += parse_messages(lines, where=f"{folder}/{file.name}")
    return messages


def _message(line: str, where: str) -> LabelledMessage:
    try:
        item = json.loads(line)
    except ValueError as error:
        raise KnowledgeError(f"{where}: not JSON ({error})") from error
    if not isinstance(item, dict) or not isinstance(item.get("text"), str) or "label" not in item:
        raise KnowledgeError(f"{where}: an item needs text and label")
    label = item["label"]
    acceptable = tuple(item.get("acceptable") or (label,))
    for cause in (label, *acceptable):
        if cause is not None and cause not in CAUSE_IDS:
            raise KnowledgeError(f"{where}: unknown cause {cause}")
    identity = str(item.get("id", where))
    return LabelledMessage(
        id=identity,
        text=item["text"],
        label=label,
        acceptable=acceptable,
        context=item.get("context") or {},
        kind=item.get("kind", "error_text"),
        variant=item.get("variant"),
        language=item.get("language", "en"),
        wording=item.get("wording") or identity,
        source=item.get("source", ""),
        system=item.get("system") or identity.rsplit("-", 1)[0],
    )
