"""Run by tests: a process that holds an embedded PostgreSQL, tells its facts as one JSON line, and stops at the end of its input.

Started by root with ``--uid`` it gives root up for good first, as an ordinary user's process would be. Whatever it needs is
imported before: root's interpreter may lie where that user cannot read.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import sys
import time
from pathlib import Path

from inspection.server.embedded import EmbeddedPostgres
from inspection.server.embedded_place import PostgresCannotRun

PR_SET_DUMPABLE = 4


def become(uid: int) -> None:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # as after an exec: its /proc entries are its own


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--installation", type=Path)
    parser.add_argument("--system-dir", type=Path)
    parser.add_argument("--durable", action="store_true")
    args = parser.parse_args()
    if args.uid is not None:
        become(args.uid)
    given = {"installation": args.installation, "system_dir": args.system_dir}
    postgres = EmbeddedPostgres(args.data_dir, durable=args.durable, **{k: v for k, v in given.items() if v is not None})
    began = time.monotonic()
    try:
        postgres.start()
    except PostgresCannotRun as reason:
        print(json.dumps({"zh": reason.zh, "en": reason.en}), flush=True)
        sys.exit(1)
    facts = {
        "seconds": time.monotonic() - began,
        "pid": postgres.pid,
        "home": str(postgres.home),
        "url": postgres.owner_url(),
        "uid": os.geteuid(),
    }
    print(json.dumps(facts), flush=True)
    sys.stdin.read()
    postgres.stop()


if __name__ == "__main__":
    main()
