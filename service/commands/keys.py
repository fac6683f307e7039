"""`triage365 keys`: create, list and revoke API keys."""

import os
import re
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from service.commands.failures import WRONG_USE, CommandError
from service.commands.serve import open_store
from service.errors import StorageError
from service.settings import SettingsError, read_settings
from service.store.keys import add_key, key_named, list_keys, new_secret, revoke_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.store.store import Store

WORKSPACE = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


def create_key(name: str, *, workspace: str, scopes: Sequence[str]) -> int:
    """Create a key and show it, this once."""
    if not WORKSPACE.fullmatch(workspace):
        raise CommandError(
            "a workspace is named by up to 60 small letters, digits, dots and hyphens", WRONG_USE
        )
    secret = new_secret()
    key = key_named(name[:100], workspace=workspace, scopes=scopes, now=datetime.now(UTC))
    with _opened() as store:
        store.write(lambda connection: add_key(connection, key, secret))
    print(secret)
    print(f"key {key.id}: {', '.join(scopes)} in workspace {workspace}; it is not shown again")
    return 0


def show_keys() -> int:
    """List the keys, without their secrets."""
    with _opened() as store:
        keys = store.read(list_keys)
    print(f"{'id':36}  {'workspace':16}  {'scopes':18}  {'created':10}  {'revoked':10}  name")
    for key in keys:
        revoked = key.revoked_at.date().isoformat() if key.revoked_at else "-"
        scopes = ",".join(key.scopes)
        print(
            f"{key.id}  {key.workspace:16}  {scopes:18}  {key.created_at.date()}  {revoked:10}  "
            f"{key.name}"
        )
    return 0


def revoke(key_id: str) -> int:
    """Revoke a key at once."""
    with _opened() as store:
        now = datetime.now(UTC)
        found = store.write(lambda connection: revoke_key(connection, key_id, now=now))
    if not found:
        raise CommandError("there is no valid key of that id; `triage365 keys list` shows them")
    print(f"key {key_id} is revoked")
    return 0


@contextmanager
def _opened() -> "Iterator[Store]":
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        raise CommandError(str(error), WRONG_USE) from error
    store = open_store(settings)
    try:
        yield store
    except StorageError as error:
        raise CommandError("the database did not take it; try again") from error
    finally:
        store.close()
