"""`make check` names the menu paths that nobody has read for a year; it warns and fails nothing."""

import sys
from datetime import UTC, datetime

from corpus import load_places, stale_places


def warn_of_stale_places(this_month: str) -> None:
    """Name on standard error each place whose path was last read over twelve months ago."""
    for place in stale_places(this_month, load_places()):
        print(
            f"warning: corpus/places.toml, {place.id}: last read in {place.checked}, look again",
            file=sys.stderr,
        )


if __name__ == "__main__":
    warn_of_stale_places(datetime.now(UTC).strftime("%Y-%m"))
