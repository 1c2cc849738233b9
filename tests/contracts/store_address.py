"""How the tests write down where a store lies, so that another process can open the same one."""

from __future__ import annotations

from pathlib import Path

from media.file_store import FileStore
from media.object_store import ObjectStore
from media.s3_store import store_from_url


def store_at(address: str) -> ObjectStore:
    """The store of an address: ``s3://…`` or a folder's path."""
    return store_from_url(address) if address.startswith("s3://") else FileStore(Path(address))
