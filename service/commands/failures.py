"""How commands fail: one line, and the exit code that the contract gives it."""

from pathlib import Path

from classifiers import Diagnoser, NotTrainedError
from corpus.terms import KnowledgeError

FAILED = 1
WRONG_USE = 2


class CommandError(Exception):
    """A command could not do its work; the message is the one line that a person reads."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def load_diagnoser(only: str | None = None) -> Diagnoser:
    """Load the diagnoser.

    Raises:
        CommandError: Signatures, codes or model cannot be loaded.
    """
    try:
        return Diagnoser.load(only)
    except (NotTrainedError, KnowledgeError) as error:
        raise CommandError(str(error)) from error


def reason(error: OSError, path: Path | str) -> str:
    """What went wrong with a file, in a few words."""
    if isinstance(error, FileNotFoundError):
        return f"there is no file {path}"
    if isinstance(error, IsADirectoryError):
        return f"{path} is a folder; name a file"
    if isinstance(error, PermissionError):
        return f"{path} may not be opened; check who may read or write it"
    return f"{path}: {error.strerror or 'cannot be used'}"
