"""Idempotency keys: a request that is sent twice has its effect once."""

import hashlib
import hmac
from collections.abc import Iterator
from threading import Lock
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response

from service.dependencies import CallerDep, StoreDep
from service.errors import InProgressError, KeyReusedError
from service.store.replies import Once, Reply

HOURS_KEPT = 24
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Any unique word: the same request, sent again within 24 hours with the same "
        "word, gets the first answer and stores nothing.",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]


class RepeatedRequest(Exception):  # noqa: N818 -- no error: the first answer is given again
    """The request was answered before."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__()


class Running:
    """The requests with an idempotency key that this process works on."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._lock = Lock()

    @property
    def count(self) -> int:
        """How many."""
        return len(self._ids)

    def begin(self, once: Once) -> None:
        """Note that a request is worked on.

        Raises:
            InProgressError: It is already.
        """
        with self._lock:
            if once.id in self._ids:
                raise InProgressError
            self._ids.add(once.id)

    def end(self, once: Once) -> None:
        """Note that it is not any more."""
        with self._lock:
            self._ids.discard(once.id)


def once_of(key: str, *, workspace: str, asked: str, body: bytes) -> Once:
    """Hashes that find a request again; the key is kept nowhere, so bodies cannot be guessed."""
    named = hashlib.sha256(f"{workspace}\0{key}".encode()).hexdigest()
    signed = hmac.new(key.encode(), asked.encode() + b"\0" + body, hashlib.sha256)
    return Once(id=named, fingerprint=signed.hexdigest())


def replied(reply: Reply, *, again: bool = False) -> Response:
    """A reply as it goes over the wire."""
    headers = {"Location": reply.location} if reply.location else {}
    if again:
        headers["Idempotent-Replayed"] = "true"
    return Response(reply.body, reply.status, headers, media_type="application/json")


async def _body(request: Request) -> bytes:
    return await request.body() if "idempotency-key" in request.headers else b""


def _once(
    request: Request,
    caller: CallerDep,
    store: StoreDep,
    body: Annotated[bytes, Depends(_body)],
    key: IdempotencyKey = None,
) -> Iterator[Once | None]:
    if key is None:
        yield None
        return
    asked = f"{request.method} {request.url.path}?{request.url.query}"
    once = once_of(key, workspace=caller.workspace, asked=asked, body=body)
    _repeat(store, once)
    running: Running = request.app.state.running
    running.begin(once)
    try:
        yield once
    finally:
        running.end(once)


def _repeat(store: "StoreDep", once: Once) -> None:
    reply = store.reply(once.id)
    if reply is None:
        return
    if reply.fingerprint != once.fingerprint:
        raise KeyReusedError
    raise RepeatedRequest(reply)


OnceDep = Annotated[Once | None, Depends(_once, scope="function")]
