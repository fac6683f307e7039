"""API keys in the database: hashes, never the keys."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from sqlalchemy import Connection, Row, Select, func, insert, select, update
from sqlmodel import col

from service.store.tables import DEFAULT_WORKSPACE, KeyRow

SCOPES = ("submit", "read", "admin")
KEY_PREFIX = "t365_"  # lets a scanner of secrets know our keys
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; the key itself is known to its owner alone."""

    id: str
    name: str
    workspace: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None


def new_secret() -> str:
    """A key with 256 random bits: a plain hash of it cannot be turned back."""
    return KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)


def hash_of(secret: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def add_key(connection: Connection, key: Key, secret: str) -> Key:
    """Keep the hash of a new key."""
    row = {
        "id": key.id,
        "hashed": hash_of(secret),
        "name": key.name,
        "workspace": key.workspace,
        "scopes": " ".join(key.scopes),
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    }
    connection.execute(insert(KeyRow).values(row))
    return key


def key_named(name: str, *, workspace: str, scopes: Sequence[str], now: datetime) -> Key:
    """A key that is not stored yet."""
    return Key(str(uuid4()), name, workspace, tuple(scopes), now)


def ensure_first_key(connection: Connection, secret: str, *, now: datetime) -> None:
    """Keep the key that the settings give, unless it is there; another one takes its place."""
    key_id = str(uuid5(NAMESPACE_OID, hash_of(secret)))
    known = connection.execute(select(col(KeyRow.id)).where(col(KeyRow.hashed) == hash_of(secret)))
    if known.first() is None:
        key = Key(key_id, "TRIAGE365_ADMIN_KEY", DEFAULT_WORKSPACE, SCOPES, now)
        add_key(connection, key, secret)


def find_key(connection: Connection, secret: str) -> Key | None:
    """The key with that secret, if it was not revoked."""
    wanted = (col(KeyRow.hashed) == hash_of(secret)) & col(KeyRow.revoked_at).is_(None)
    row = connection.execute(_keys().where(wanted)).first()
    return _key(row) if row else None


def list_keys(connection: Connection) -> list[Key]:
    """Every key, the oldest first."""
    return [_key(row) for row in connection.execute(_keys().order_by(col(KeyRow.created_at)))]


def count_valid(connection: Connection) -> int:
    """How many keys open the door."""
    query = select(func.count()).select_from(KeyRow).where(col(KeyRow.revoked_at).is_(None))
    return connection.execute(query).scalar_one()


def revoke_key(connection: Connection, key_id: str, *, now: datetime) -> bool:
    """Whether a valid key of that id was there; it opens nothing any more."""
    wanted = (col(KeyRow.id) == key_id) & col(KeyRow.revoked_at).is_(None)
    return bool(connection.execute(update(KeyRow).where(wanted).values(revoked_at=now)).rowcount)


def _keys() -> Select[*tuple[Any, ...]]:
    return select(
        col(KeyRow.id),
        col(KeyRow.name),
        col(KeyRow.workspace),
        col(KeyRow.scopes),
        col(KeyRow.created_at),
        col(KeyRow.revoked_at),
    )


def _key(row: Row[*tuple[Any, ...]]) -> Key:
    key_id, name, workspace, scopes, created_at, revoked_at = row
    return Key(key_id, name, workspace, tuple(scopes.split()), created_at, revoked_at)
