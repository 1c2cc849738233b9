"""What ties a child's life to ours: a lock the kernel gives up at our death, and a signal the kernel sends the child then."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from inspection.server.embedded_place import Account

_PR_SET_PDEATHSIG = 1


def die_with_parent(sign: signal.Signals) -> Callable[[], None] | None:
    """What a child does between fork and exec, after the uid is dropped, so that it never outlives the thread that made it."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_for_the_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before we asked
            os.kill(os.getpid(), signal.SIGKILL)

    return ask_for_the_signal


class Lock:
    """The right to run a cluster: an exclusive lock on a file, held for life, given up by the kernel when the holder dies."""

    _held: ClassVar[weakref.WeakSet[Lock]] = weakref.WeakSet()

    def __init__(self, path: Path, account: Account) -> None:
        self.path = path
        self._account = account
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """True when we hold it now; False when another process (or another object of this one) does."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._account.own(self.path)
        self._descriptor = descriptor
        Lock._held.add(self)
        return True

    def release(self) -> None:
        """Gives it up; does nothing when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            Lock._held.discard(self)

    @staticmethod
    def forget_all() -> None:
        """In a forked child: its copies would keep the lock after the holder's death."""
        for lock in list(Lock._held):
            lock.release()


os.register_at_fork(after_in_child=Lock.forget_all)
