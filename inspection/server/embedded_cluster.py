"""One PostgreSQL cluster on disk: making it, the command that runs it, and what an earlier run may have left behind.

Whoever calls these holds the cluster's lock (embedded_lifeline.Lock): at most one process of ours makes, cleans or runs it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from inspection.server.embedded_lifeline import die_with_parent
from inspection.server.embedded_place import SOCKET_FILE, Account, PostgresCannotRun

SUPERUSER = "postgres"
_LOG_LIMIT = 16 * 1024 * 1024
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}  # no PG* variable of ours may reach the server

INITDB = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8",  # with C, pg_trgm is blind to Chinese
    "--data-checksums",
    f"--username={SUPERUSER}",
    "--auth-local=trust",  # the socket lies in a 0700 folder: whoever gets there is us
    "--auth-host=reject",
    "--no-instructions",
)
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "1GB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",  # off lost 99 of 198,575 acknowledged rows at a SIGKILL
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_error_verbosity": "terse",  # DETAIL lines and statements carry values, and values may be secret
    "log_min_error_statement": "panic",
}
_CREATE_IF_MISSING = """
SELECT format('CREATE DATABASE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec
"""
THROW_AWAY = {"fsync": "off", "full_page_writes": "off"}  # a SIGKILL still loses nothing acknowledged

_PLAIN_WORDS = (
    ("No space left on device", "磁盘空间不足。", "the disk is full."),
    ("Disk quota exceeded", "磁盘配额已用完。", "the disk quota is used up."),
    ("Read-only file system", "文件系统为只读。", "the file system is read-only."),
    ("invalid locale name", "系统缺少 C.UTF-8 语言环境。", "the system has no locale C.UTF-8."),
    ("could not create shared memory segment", "共享内存不足或被禁止。", "shared memory is short or forbidden."),
    ("could not map anonymous shared memory", "内存不足。", "there is not enough memory."),
    ("could not create semaphores", "系统信号量不足。", "the system is short of semaphores."),
    ("pre-existing shared memory block", "上一次运行的进程尚未退出。", "processes of an earlier run are still there."),
    ("cannot be run as root", "PostgreSQL 不能以 root 运行。", "PostgreSQL does not run as root."),
    (
        "database files are incompatible",
        "数据由其他版本的 PostgreSQL 建立。",
        "the data was made by another version of PostgreSQL.",
    ),
    ("GLIBC_", "系统的 C 库过旧。", "the system's C library is too old."),
    ("Permission denied", "没有访问权限。", "access is denied."),
    ("Operation not permitted", "操作不被允许。", "the operation is not permitted."),
)


def explain(zh: str, en: str, output: str) -> PostgresCannotRun:
    """The error for ``output`` of a PostgreSQL program: what is wrong in plain words, then its own last lines."""
    known = next(((z, e) for needle, z, e in _PLAIN_WORDS if needle in output), ("", ""))
    said = " | ".join(line.strip() for line in output.strip().splitlines()[-3:])
    return PostgresCannotRun(f"{zh}：{known[0]}（{said}）", f"{en}: {known[1]} ({said})")


@dataclass(frozen=True)
class Cluster:
    """A cluster in ``home/data``, run by ``account`` with the programs in ``binaries``."""

    home: Path
    binaries: Path
    account: Account
    durable: bool = True

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.home / "data"

    @property
    def draft(self) -> Path:
        """Where initdb works; what a killed one left there is removed."""
        return self.home / "data.new"

    @property
    def log(self) -> Path:
        """What PostgreSQL says; the one before it is kept as ``postgres.log.1``."""
        return self.home / "postgres.log"

    def initialise(self) -> None:
        """initdb into ``data.new``, then one rename: a cluster is whole or it is not there."""
        _remove(self.draft)
        if self.data.is_dir():
            return
        done = self._run("initdb", "-D", str(self.draft), *INITDB, *([] if self.durable else ["--no-sync"]))
        if done.returncode != 0:
            _remove(self.draft)
            raise explain("无法建立数据库（initdb）", "initdb could not make the cluster", done.stdout)
        self.draft.rename(self.data)
        _fsync_folder(self.home)

    def launch(self, socket_dir: Path) -> subprocess.Popen[bytes]:
        """Starts PostgreSQL in the foreground, in a session of its own, so that Ctrl-C reaches only us.

        When our thread dies it gets SIGQUIT: it stops at once and replays its log at the next start. (SIGINT would first
        write a checkpoint, which takes as long as it takes.)
        """
        quoted = str(socket_dir).replace('"', '""')
        settings = SETTINGS | ({} if self.durable else THROW_AWAY) | {"unix_socket_directories": f'"{quoted}"'}
        command = [str(self.binaries / "postgres"), "-D", str(self.data)]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self._open_log() as log:
            return subprocess.Popen(  # noqa: S603 -- our own binaries
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                env=_ENVIRONMENT,
                umask=0o077,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGQUIT),  # noqa: PLW1509 -- one prctl, bound before the fork
                **self.account.popen,
            )

    def ready_socket_dir(self) -> Path | None:
        """The socket folder of the PostgreSQL that runs on this cluster and accepts connections, else None."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return None
        if len(lines) < 8 or lines[7].strip() != "ready":
            return None
        folder = Path(lines[4])
        return folder if _accepts(folder / SOCKET_FILE) else None

    def ensure_database(self, socket_dir: Path, name: str) -> None:
        """Creates database ``name`` if it is missing."""
        connect = ("-h", str(socket_dir), "-U", SUPERUSER, "-d", "postgres")
        done = self._run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"name={name}", *connect, text=_CREATE_IF_MISSING)
        if done.returncode != 0:
            raise explain(f"无法创建数据库 {name}", f"cannot create the database {name}", done.stdout)

    def clear_leftovers(self, patience: float = 5.0) -> None:
        """Ends what an earlier run left on this cluster (the lock is ours, so nothing on it has a right to run).

        After a SIGKILL of the postmaster its backends finish their statements first and keep the shared memory; and in a
        container the number in postmaster.pid may by now be another program's, which PostgreSQL would take for its own.
        """
        deadline = time.monotonic() + patience
        sign = signal.SIGQUIT
        while left := self._processes():
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
            if time.monotonic() > deadline:
                sign = signal.SIGKILL
            time.sleep(0.02)
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and _names_a_living_process(pid_file):
            pid_file.unlink()

    def last_words(self) -> str:
        """The end of the log: what PostgreSQL said of the start that failed."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 2048))
            return log.read().decode(errors="replace")

    def _processes(self) -> list[int]:
        """Processes of PostgreSQL whose working folder is this cluster (Linux; elsewhere none are found)."""
        here = {str(self.data.resolve()), str(self.draft.resolve())}
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                program = (entry / "exe").readlink().name.removesuffix(" (deleted)")
                if program == "postgres" and str((entry / "cwd").readlink()) in here:
                    found.append(int(entry.name))
        return found

    def _open_log(self) -> IO[bytes]:
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.rename(self.log.with_suffix(".log.1"))
        descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.account.own(self.log)
        return os.fdopen(descriptor, "ab")

    def _run(self, program: str, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """One program of PostgreSQL to its end; what it says, on either stream, is in ``stdout``."""
        try:
            return subprocess.run(  # noqa: S603 -- our own binaries
                [self.binaries / program, *arguments],
                input=text,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=self.home,
                env=_ENVIRONMENT,
                umask=0o077,
                start_new_session=True,
                check=False,
                preexec_fn=die_with_parent(signal.SIGKILL),
                **self.account.popen,
            )
        except OSError as refused:
            raise explain(f"无法执行 {program}", f"cannot run {program}", str(refused)) from refused


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as tried:
        try:
            tried.connect(str(path))
        except OSError:
            return False
    return True


def _names_a_living_process(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0]), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
