"""The door: bodies are counted and checked before anything parses them (plain ASGI)."""

import json

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access import Access
from service.errors import (
    MEDIA_TYPE,
    BodyTooLargeError,
    NotUtf8Error,
    ServiceError,
    TooDeepError,
)
from service.settings import Settings

TRACE_PATH = "/v1/diagnoses/trace"
MULTIPART_ROOM = 16_384  # bytes around the file: boundaries and part headers


class Guard:
    """Refuses foreign hosts, missing keys, and bodies that are too large, too deep or not UTF-8."""

    def __init__(self, app: ASGIApp, settings: Settings, access: Access) -> None:
        self.app = app
        self.settings = settings
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request, then hand it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            headers = Headers(scope=scope)
            caller = await self.access.admit(headers, scope["method"], scope["path"])
            scope.setdefault("state", {})["caller"] = caller
            receive = await self._checked(scope, headers, receive)
        except ServiceError as error:
            await _refuse(error, send)
            return
        await self.app(scope, receive, send)

    async def _checked(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        if scope["method"] not in {"POST", "PUT", "PATCH"}:
            return receive
        if scope["path"] == TRACE_PATH:
            limit = self.settings.max_trace_bytes + MULTIPART_ROOM
            _check_announced(headers, limit)
            return _counted(receive, limit)
        limit = self.settings.max_json_bytes
        _check_announced(headers, limit)
        body = await _read(_counted(receive, limit))
        check_json(body, self.settings.max_json_depth)
        return _replay(body, receive)


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


def _check_announced(headers: Headers, limit: int) -> None:
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise BodyTooLargeError


def _counted(receive: Receive, limit: int) -> Receive:
    """Let a body pass as it comes, up to the limit."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise BodyTooLargeError
        return message

    return counted


async def _read(receive: Receive) -> bytes:
    """The whole body."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
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
    given = {"Content-Type": MEDIA_TYPE, **error.headers()}
    headers = [(name.lower().encode(), value.encode()) for name, value in given.items()]
    await send({"type": "http.response.start", "status": int(error.status), "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(error.problem()).encode()})
