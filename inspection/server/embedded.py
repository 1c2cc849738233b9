"""The embedded PostgreSQL: started with the platform, watched, restarted when it dies, gone when the platform goes.

One data directory is one PostgreSQL, however many of our processes use it. The first to come holds the cluster's lock and runs
PostgreSQL as its child; the others attach, and the first of them to notice that the lock is free takes over.

    with EmbeddedPostgres(Path("var")) as postgres:
        await asyncpg.connect(postgres.owner_url())
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from inspection.server import embedded_place as place
from inspection.server.embedded_cluster import SUPERUSER, Cluster, explain
from inspection.server.embedded_lifeline import Lock
from inspection.server.embedded_place import PostgresCannotRun

DATABASE = "lianjian"
_POLL = 0.005  # seconds between looks while starting
_WATCH = 0.1  # seconds between looks while running
_START_PATIENCE = 120.0  # seconds; a crash recovery replays up to max_wal_size
_STOP_PATIENCE = 30.0
_LONGEST_PAUSE = 5.0

_log = logging.getLogger("lianjian.postgres")


class EmbeddedPostgres:
    """PostgreSQL for one data directory. ``start`` and ``stop`` may be called from any thread and block.

    ``durable=False`` is for the throw-away clusters of tests: nothing is fsynced, and a cluster that had to lie outside the data
    directory (root under a 0700 home) is removed by ``stop``. ``on_exit`` is told the return code each time PostgreSQL ends
    without being asked to; it is restarted either way.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        on_exit: Callable[[int], None] | None = None,
        installation: Path | None = None,
        system_dir: Path = place.SYSTEM_DIR,
    ) -> None:
        self.data_dir = Path(os.path.realpath(data_dir))
        self._durable = durable
        self._on_exit = on_exit
        self._installation = installation
        self._system_dir = system_dir
        self._keeper: threading.Thread | None = None
        self._started = threading.Event()
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._cluster: Cluster | None = None
        self._lock: Lock | None = None
        self._socket_dir: Path | None = None
        self._starter = 0

    def start(self) -> None:
        """Runs PostgreSQL, or attaches to the one that runs already; returns when it accepts connections.

        Raises :class:`PostgresCannotRun` in plain words.
        """
        if self._keeper is not None:
            return
        self._started.clear()
        self._stopping.clear()
        self._starter = os.getpid()
        failure: list[BaseException] = []
        # The death signal fires when the *thread* that started the child ends, so one thread starts every child and stays.
        self._keeper = threading.Thread(target=self._keep, args=(failure,), name="embedded-postgres", daemon=True)
        self._keeper.start()
        self._started.wait()
        if failure:
            self._keeper.join()
            self._keeper = None
            raise failure[0]
        atexit.register(self.stop)

    def stop(self) -> None:
        """Stops PostgreSQL if it is ours (SIGINT: open transactions are rolled back, all is written); detaches if it is not."""
        if self._keeper is None or os.getpid() != self._starter:  # a forked child has no say
            return
        self._stopping.set()
        self._keeper.join()
        self._keeper = None
        atexit.unregister(self.stop)

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def socket_dir(self) -> Path:
        """Folder of the unix socket (0700), once started."""
        if self._socket_dir is None:
            raise RuntimeError("the embedded PostgreSQL is not started")
        return self._socket_dir

    @property
    def home(self) -> Path:
        """Folder that holds the cluster, its log and its lock, once started."""
        if self._cluster is None:
            raise RuntimeError("the embedded PostgreSQL is not started")
        return self._cluster.home

    @property
    def pid(self) -> int | None:
        """Process id of the postmaster when it is our child; None when we are attached."""
        process = self._process
        return None if process is None else process.pid

    def owner_url(self, database: str = DATABASE) -> str:
        """URL of the superuser ``postgres``, who owns what ``migrate`` makes."""
        return self.login_url(SUPERUSER, database)

    def login_url(self, user: str, database: str = DATABASE) -> str:
        """``postgresql://user@/database?host=/socket/folder&port=5432``, without a password: the folder is the lock.

        asyncpg takes it as it is; for SQLAlchemy the scheme becomes ``postgresql+asyncpg`` (``kit.database.sqlalchemy_url``).
        """
        folder = quote(str(self.socket_dir), safe="/")
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={folder}&port=5432"

    def _keep(self, failed: list[BaseException]) -> None:
        """The keeper's life: bring it up, watch it, bring it up again, shut it down."""
        try:
            try:
                self._bring_up(may_create=True)
            except BaseException as failure:  # raised by start() in the thread that waits there
                failed.append(failure)
                return
            finally:
                self._started.set()
            while not self._stopping.wait(_WATCH):
                self._look_after()
        finally:
            self._shut_down()

    def _look_after(self) -> None:
        if self._process is None:
            if self._lock is not None and self._lock.acquire():
                _log.warning("the process that ran PostgreSQL is gone; taking over")
                self._bring_up_again()
            return
        code = self._process.poll()
        if code is None:
            return
        self._process = None
        _log.error("PostgreSQL ended with %s; starting it again", code)
        if self._on_exit is not None:
            try:
                self._on_exit(code)
            except Exception:
                _log.exception("on_exit failed; PostgreSQL is started again all the same")
        self._bring_up_again()

    def _bring_up_again(self) -> None:
        pause = 0.05
        while not self._stopping.is_set():
            try:
                self._bring_up(may_create=False)
            except (PostgresCannotRun, OSError) as failure:
                _log.error("PostgreSQL does not start: %s", failure)
                self._stopping.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return

    def _bring_up(self, *, may_create: bool) -> None:
        try:
            account = place.choose_account(place.pointed_home(self.data_dir))
            home = place.settle_home(self.data_dir, account, self._system_dir)
            binaries = place.settle_binaries(account, self._installation, self._system_dir)
        except OSError as refused:
            raise explain(
                f"无法使用数据目录 {self.data_dir}", f"cannot use the data directory {self.data_dir}", str(refused)
            ) from refused
        self._cluster = Cluster(home, binaries, account, self._durable)
        if self._lock is None:
            self._lock = Lock(home / "lock", account)
        deadline = time.monotonic() + _START_PATIENCE
        while not self._lock.acquire():
            folder = self._cluster.ready_socket_dir()
            if folder is not None:
                self._socket_dir = folder
                return
            self._wait_for(deadline, "另一进程正在启动数据库", "another process is starting PostgreSQL")
        self._run(self._cluster, deadline, may_create=may_create)

    def _run(self, cluster: Cluster, deadline: float, *, may_create: bool) -> None:
        cluster.clear_leftovers()
        if may_create:
            cluster.initialise()
        elif not cluster.data.is_dir():  # an empty database in place of a vanished one would look like a working platform
            raise explain("运行中数据库目录消失", "the cluster vanished while it was running", str(cluster.data))
        wanted = place.settle_socket_dir(cluster.home, cluster.account, self._system_dir)
        self._process = cluster.launch(wanted)
        while (folder := cluster.ready_socket_dir()) is None:
            if self._process.poll() is not None:
                raise explain("数据库无法启动", "PostgreSQL does not start", cluster.last_words())
            self._wait_for(deadline, "数据库启动超时", "PostgreSQL takes too long to start")
        cluster.ensure_database(folder, DATABASE)
        self._socket_dir = folder

    def _wait_for(self, deadline: float, zh: str, en: str) -> None:
        if self._stopping.is_set() or time.monotonic() > deadline:
            said = "" if self._cluster is None else self._cluster.last_words()
            raise explain(zh, en, said)
        time.sleep(_POLL)

    def _shut_down(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _end(process)
            self._tidy_up()
        if self._lock is not None:  # given up last: whoever gets it may touch the cluster
            self._lock.release()
            self._lock = None

    def _tidy_up(self) -> None:
        """Removes what lies outside the data directory and is of no more use."""
        if self._socket_dir is not None and self._socket_dir.parent != self.home:
            with contextlib.suppress(OSError):  # a short one made for this run
                self._socket_dir.rmdir()
        if not self._durable and not self.home.is_relative_to(self.data_dir):
            shutil.rmtree(self.home, ignore_errors=True)
            (self.data_dir / place.POINTER).unlink(missing_ok=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown, then immediate, then by force."""
    for sign, patience in ((signal.SIGINT, _STOP_PATIENCE), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        process.send_signal(sign)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            _log.warning("PostgreSQL did not stop within %s s after %s", patience, sign.name)
        else:
            return
