"""Who calls: the key behind a request, what it may do, and how often."""

from dataclasses import dataclass
from time import monotonic

from starlette.datastructures import Headers

from service.errors import KeyRequiredError, RateLimitedError, ScopeMissingError
from service.store.keys import SCOPES, find_key
from service.store.store import Store
from service.store.tables import DEFAULT_WORKSPACE

MINUTE_SECONDS = 60
KEPT = ("/v1/diagnoses", "/v1/batches", "/v1/incidents")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request; `key` is None on a loopback address without keys."""

    workspace: str = DEFAULT_WORKSPACE
    scopes: tuple[str, ...] = SCOPES
    key: str | None = None

    def may(self, scope: str | None) -> bool:
        """Whether the scope is held; an administrator holds all."""
        return scope is None or scope in self.scopes or "admin" in self.scopes


def bearer(headers: Headers) -> str | None:
    """The key that a request carries."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.casefold() == "bearer" else None


def known_caller(store: Store, secret: str) -> Caller:
    """The caller with that key.

    Raises:
        KeyRequiredError: No valid key is that one.
        StorageError: The keys cannot be read.
    """
    key = store.read(lambda connection: find_key(connection, secret))
    if key is None:
        raise KeyRequiredError
    return Caller(workspace=key.workspace, scopes=key.scopes, key=key.id)


def needed_scope(method: str, path: str) -> str | None:
    """What a request needs beside a key: knowledge needs nothing more.

    >>> needed_scope("GET", "/v1/diagnoses/7"), needed_scope("POST", "/v1/batches")
    ('read', 'submit')
    """
    if path == "/metrics":
        return "admin"
    if not path.startswith(KEPT):
        return None
    return "read" if method in {"GET", "HEAD"} else "submit"


def check_scope(caller: Caller, method: str, path: str) -> None:
    """Refuse what the key does not allow.

    Raises:
        ScopeMissingError: The key lacks the scope.
    """
    scope = needed_scope(method, path)
    if not caller.may(scope):
        raise ScopeMissingError(f"the key lacks the scope {scope}; an administrator can create one")


class RateLimit:
    """A bucket per key that refills evenly; each service process counts for itself."""

    def __init__(self, per_minute: int) -> None:
        self._per_second = per_minute / MINUTE_SECONDS
        self._room = float(per_minute)
        self._buckets: dict[str, tuple[float, float]] = {}  # as many as there are valid keys

    def take(self, key: str, now: float | None = None) -> None:
        """Count one request.

        Raises:
            RateLimitedError: The bucket of that key is empty; says when to come back.
        """
        at = monotonic() if now is None else now
        left, before = self._buckets.get(key, (self._room, at))
        left = min(self._room, left + (at - before) * self._per_second)
        if left < 1:
            self._buckets[key] = (left, at)
            raise RateLimitedError(retry_seconds=int((1 - left) / self._per_second) + 1)
        self._buckets[key] = (left - 1, at)
