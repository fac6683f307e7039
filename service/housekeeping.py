"""What a running service does beside answering: the first key, and retention every hour."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from starlette.concurrency import run_in_threadpool

from service.dependencies import Clock
from service.errors import StorageError
from service.once import HOURS_KEPT
from service.settings import Settings
from service.store.keys import ensure_first_key
from service.store.retention import MOST, forget
from service.store.store import Store

HOUR_SECONDS = 3600
GOOD_KEY_CHARS = 20

log = logging.getLogger(__name__)


def keep_first_key(settings: Settings, store: Store, clock: Clock) -> None:
    """Store the hash of the key that the settings give.

    Raises:
        StorageError: The database did not take it.
    """
    if not settings.admin_key:
        return
    if len(settings.admin_key) < GOOD_KEY_CHARS:
        log.warning("TRIAGE365_ADMIN_KEY is short; take 20 random characters or more")
    store.write(lambda connection: ensure_first_key(connection, settings.admin_key, now=clock()))


def sweep(settings: Settings, store: Store, clock: Clock) -> int:
    """Delete what is older than the settings allow; says how many diagnoses.

    A database that is away waits an hour.
    """
    now = clock()
    before = now - timedelta(days=settings.retention_days)
    try:
        count = forget(store, before=before, replies_before=now - timedelta(hours=HOURS_KEPT))
    except StorageError:
        log.warning("retention could not delete; it tries again in an hour")
        return 0
    if count:
        log.info("retention deleted old diagnoses", extra={"count": count})
    return count


async def sweep_hourly(
    settings: Settings, store: Store, clock: Clock, stopped: asyncio.Event
) -> None:
    """Sweep until told to stop; a sweep that runs is finished first."""
    while not stopped.is_set():
        if await run_in_threadpool(sweep, settings, store, clock) >= MOST:
            continue  # more is left
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), HOUR_SECONDS)
