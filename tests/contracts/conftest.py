"""Fixtures of the contract suites: both object stores, and places a cluster can lie in."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from postgres_processes import folder_for_all
from s3_server import NoServer, s3_server
from store_address import store_at

from media.object_store import ObjectStore

# What only root can do (drop to another account) is not collected for others: there it is not missing, it is not a case.
collect_ignore = [] if os.geteuid() == 0 else ["test_embedded_postgres_as_root.py"]


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """OBJECT_STORE_URL of a real S3 server."""
    try:
        with s3_server(tmp_path_factory.mktemp("s3")) as url:
            yield url
    except NoServer as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session", params=["folder", "s3"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a store lies: a folder's path or an S3 address."""
    if request.param == "folder":
        return str(tmp_path_factory.mktemp("objects"))
    return str(request.getfixturevalue("s3_url"))


@pytest.fixture(scope="session")
async def store(address: str) -> AsyncIterator[ObjectStore]:
    """One store for the whole suite: objects are named by their content, so tests do not meet."""
    store = store_at(address)
    await store.check()
    yield store
    await store.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can walk into (pytest's own are 0700), with a short path."""
    with folder_for_all() as folder:
        yield folder
