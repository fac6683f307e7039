"""The door: bodies are counted and checked before anything parses them (plain ASGI)."""

import ipaddress
import json
from hmac import compare_digest

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import (
    MEDIA_TYPE,
    BodyTooLargeError,
    ForeignHostError,
    KeyRequiredError,
    NotUtf8Error,
    ServiceError,
    TooDeepError,
)
from service.settings import Settings

TRACE_PATH = "/v1/diagnoses/trace"
MULTIPART_ROOM = 16_384  # bytes around the file: boundaries and part headers


class Guard:
    """Refuses foreign hosts, missing keys, and bodies that are too large, too deep or not UTF-8."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request, then hand it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            headers = Headers(scope=scope)
            check_access(headers, scope["path"], self.settings)
            receive = await self._checked(scope, headers, receive)
        except ServiceError as error:
            await _refuse(error, send)
            return
        await self.app(scope, receive, send)

    async def _checked(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        if scope["method"] not in {"POST", "PUT", "PATCH"}:
            return receive
        is_trace = scope["path"] == TRACE_PATH
        limit = self.settings.max_trace_bytes if is_trace else self.settings.max_json_bytes
        body = await _read(headers, receive, limit + (MULTIPART_ROOM if is_trace else 0))
        if not is_trace:
            check_json(body, self.settings.max_json_depth)
        return _replay(body, receive)


def check_access(headers: Headers, path: str, settings: Settings) -> None:
    """With a key configured, ask for it; without, take only loopback or listed hosts.

    A web page that resolves its own name to 127.0.0.1 still sends that name as Host and Origin.

    Raises:
        KeyRequiredError: The key is missing or wrong.
        ForeignHostError: Host or Origin is neither loopback nor listed.
    """
    if settings.admin_key:
        if path.startswith("/v1/") and not _has_key(headers, settings.admin_key):
            raise KeyRequiredError
        return
    listed = {name.strip().casefold() for name in settings.allowed_hosts.split(",")} - {""}
    origin = headers.get("origin")
    for name in (headers.get("host", ""), origin.split("//")[-1] if origin else "localhost"):
        host = _without_port(name)
        if not is_loopback(host) and host not in listed:
            raise ForeignHostError


def check_json(body: bytes, depth: int) -> None:
    """Check a body without building it.

    Raises:
        NotUtf8Error: It is not UTF-8.
        TooDeepError: It is nested more than `depth` levels.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise NotUtf8Error from None
    if text.count("[") + text.count("{") > depth and _depth(text) > depth:
        raise TooDeepError


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _has_key(headers: Headers, key: str) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return scheme.casefold() == "bearer" and compare_digest(given.strip().encode(), key.encode())


def _without_port(name: str) -> str:
    host = name.strip().casefold()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _depth(text: str) -> int:
    """The deepest nesting of brackets outside strings."""
    deepest = depth = 0
    quoted = False
    signs = iter(text)
    for sign in signs:
        if quoted:
            if sign == "\\":
                next(signs, None)
            quoted = sign != '"'
        elif sign == '"':
            quoted = True
        elif sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


async def _read(headers: Headers, receive: Receive, limit: int) -> bytes:
    """The whole body; chunked ones are counted as they come."""
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise BodyTooLargeError
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise BodyTooLargeError
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


async def _refuse(error: ServiceError, send: Send) -> None:
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"cache-control", b"no-store")]
    if isinstance(error, KeyRequiredError):
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": int(error.status), "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(error.problem()).encode()})
