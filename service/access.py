"""Who is let in: by a key, or without one from this machine."""

import ipaddress

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from service.auth import Caller, RateLimit, bearer, check_scope, known_caller
from service.errors import ForeignHostError, KeyRequiredError
from service.settings import Settings
from service.store.store import Store

LOOPBACK_ORIGIN = "http://localhost"


class Access:
    """The rule of the door."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._store = store
        self._needs_key = bool(settings.admin_key) or not is_loopback(settings.host)
        self._hosts = set(names(settings.allowed_hosts))
        self._origins = set(origins(settings.allowed_origins))
        self._rate = RateLimit(settings.requests_per_minute)

    async def admit(self, headers: Headers, method: str, path: str) -> Caller:
        """Say who calls.

        Raises:
            KeyRequiredError: The key is missing or wrong.
            ScopeMissingError: The key does not allow this.
            RateLimitedError: The key has sent too much.
            ForeignHostError: Host or Origin is neither loopback nor listed.
            StorageError: The keys cannot be read.
        """
        guarded = path.startswith("/v1/") or path == "/metrics"
        secret = bearer(headers) if guarded else None
        if secret is not None:
            caller = await run_in_threadpool(known_caller, self._store, secret)
            self._rate.take(caller.key or "")
            check_scope(caller, method, path)
            return caller
        if self._needs_key and guarded:
            raise KeyRequiredError
        if not self._needs_key:
            self._check_host(headers)
        return Caller()

    def _check_host(self, headers: Headers) -> None:
        """A web page that resolves its own name to 127.0.0.1 still sends it as Host and Origin."""
        origin = headers.get("origin", LOOPBACK_ORIGIN).casefold()
        named = [headers.get("host", "")]
        if origin not in self._origins:
            named.append(origin.split("//")[-1])
        for name in named:
            host = _without_port(name)
            if not is_loopback(host) and host not in self._hosts:
                raise ForeignHostError


def names(listed: str) -> list[str]:
    """The words of a setting that lists some.

    >>> names("a.example, B.example,")
    ['a.example', 'b.example']
    """
    return [name.strip().casefold() for name in listed.split(",") if name.strip()]


def origins(listed: str) -> list[str]:
    """The origins that pages and browser extensions send; an id stands for its extension.

    >>> origins("https://desk.contoso.example, 6f1c")
    ['https://desk.contoso.example', 'chrome-extension://6f1c', 'moz-extension://6f1c']
    """
    found: list[str] = []
    for name in names(listed):
        if "://" in name:
            found.append(name.rstrip("/"))
        else:
            found += [f"{browser}-extension://{name}" for browser in ("chrome", "moz")]
    return found


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _without_port(name: str) -> str:
    host = name.strip().casefold()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
