"""Any S3 as object store, through the MinIO SDK. The SDK is synchronous: it runs in a pool of eight threads.

The bytes go through a reader that hashes them and refuses to hand over the last of them unless they are the announced ones. The
SDK then has nothing to complete, aborts its multipart upload, and nothing becomes visible.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, TypeVar, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import certifi
import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from kit.errors import Invalid
from media.checked_reader import CheckedReader, opened
from media.object_store import CHUNK, ObjectMissing, Source, StoreFull, StoreUnavailable, Tally, check_range, object_path

THREADS = 8
PART_SIZE = 8 * 1024 * 1024
ABANDONED_AFTER = timedelta(days=1)
_MISSING = {"NoSuchKey", "NoSuchObject"}
_FULL = {"XMinioStorageFull", "InsufficientCapacity", "QuotaExceeded"}
_PLAIN_WORDS = {
    "NoSuchBucket": ("存储桶不存在", "the bucket does not exist"),
    "InvalidAccessKeyId": ("访问密钥不存在", "the access key is unknown"),
    "SignatureDoesNotMatch": ("密钥不正确", "the secret key is wrong"),
    "AccessDenied": ("没有访问权限", "access is denied"),
    "RequestTimeTooSkewed": ("本机时钟与存储服务器相差过大", "the clocks of this machine and the store differ too much"),
    "NewConnectionError": ("连接被拒绝或主机不可达", "the connection is refused or the host cannot be reached"),
    "NameResolutionError": ("主机名无法解析", "the host name is unknown"),
    "ConnectTimeoutError": ("连接超时", "it does not answer"),
    "ReadTimeoutError": ("应答超时", "it takes too long to answer"),
    "SSLError": ("无法建立安全连接，请核对 secure= 与证书", "no secure connection: check secure= and the certificate"),
}
_T = TypeVar("_T")


class StoreUrlWrong(Invalid):
    """OBJECT_STORE_URL cannot be read; the message never repeats the secret."""

    code = "object_store_url_wrong"
    title_zh = "OBJECT_STORE_URL 有误"
    title_en = "OBJECT_STORE_URL is wrong"
    advice_zh = "形式：s3://KEY:SECRET@host:port/bucket?region=us-east-1&secure=true，密钥中的特殊字符需百分号编码。"
    advice_en = "Write s3://KEY:SECRET@host:port/bucket?region=us-east-1&secure=true, special characters percent-encoded."


def store_from_url(url: str) -> S3Store:
    """The store that OBJECT_STORE_URL names: ``s3://KEY:SECRET@host:port/bucket?region=us-east-1&secure=false&create=true``.

    ``secure`` (default true) is https; ``create`` (default false) lets :meth:`S3Store.check` make a missing bucket. Raises
    :class:`StoreUrlWrong`.
    """
    try:
        parts = urlsplit(url)
        endpoint = parts.netloc.rpartition("@")[2]
        _ = parts.port
    except ValueError:
        raise StoreUrlWrong("host or port cannot be read", part="host") from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    bucket = parts.path.strip("/")
    for wrong, part, why in (
        (parts.scheme != "s3", "scheme", "it must start with s3://"),
        (not endpoint, "host", "host:port is missing"),
        (not parts.username or not parts.password, "keys", "KEY:SECRET@ is missing"),
        (not bucket or "/" in bucket, "bucket", "exactly one bucket must follow the host"),
        (bool(set(options) - {"region", "secure", "create"}), "query", "known are region, secure and create"),
        (options.get("secure", "true") not in {"true", "false"}, "secure", "secure is true or false"),
        (options.get("create", "false") not in {"true", "false"}, "create", "create is true or false"),
    ):
        if wrong:
            raise StoreUrlWrong(why, part=part)
    return S3Store(
        endpoint,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        bucket,
        region=options.get("region") or "us-east-1",
        secure=options.get("secure", "true") == "true",
        create=options.get("create") == "true",
    )


class S3Store:
    """Objects ``ab/cd/<sha256>`` in one bucket. ``region`` is told, never asked for: signing is then pure computation."""

    def __init__(
        self, endpoint: str, key: str, secret: str, bucket: str, *, region: str, secure: bool = True, create: bool = False
    ) -> None:
        self._endpoint = endpoint
        self._bucket = bucket
        self._create = create
        http = urllib3.PoolManager(
            maxsize=THREADS,
            timeout=urllib3.Timeout(connect=5, read=60),
            retries=urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
            cert_reqs="CERT_REQUIRED",
            ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
        )
        self._client = Minio(endpoint, key, secret, secure=secure, region=region, http_client=http)
        self._http = http
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="s3-store")

    async def put(self, sha256: str, source: Source, size: int, media_type: str = "application/octet-stream") -> None:
        """See :class:`media.object_store.ObjectStore`. Above 8 MiB it goes up in parts and is never whole in memory."""
        name = object_path(sha256)
        there = await self._size(name) == size
        reader = CheckedReader(await opened(source), Tally(sha256, size), size)
        try:
            await self._run(lambda: reader.drain() if there else self._upload(name, reader, size, media_type), stop=reader.stop)
        finally:
            reader.stop()

    async def open(self, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See :class:`media.object_store.ObjectStore`."""
        check_range(start, end)
        name = object_path(sha256)
        if end is not None and end <= start:
            await self.size(sha256)
            return
        length = 0 if end is None else end - start  # 0: to the end
        try:
            response = await self._run(lambda: self._client.get_object(self._bucket, name, offset=start, length=length))
        except _PastTheEnd:
            return
        try:
            while chunk := await self._run(lambda: response.read(CHUNK)):
                yield chunk
        finally:
            response.close()
            response.release_conn()

    async def size(self, sha256: str) -> int:
        """See :class:`media.object_store.ObjectStore`."""
        found = await self._size(object_path(sha256))
        if found is None:
            raise ObjectMissing(f"no object {sha256}", sha256=sha256)
        return found

    async def exists(self, sha256: str) -> bool:
        """See :class:`media.object_store.ObjectStore`."""
        return await self._size(object_path(sha256)) is not None

    async def delete(self, sha256: str) -> None:
        """See :class:`media.object_store.ObjectStore`."""
        name = object_path(sha256)
        await self._run(lambda: self._client.remove_object(self._bucket, name))

    async def check(self) -> None:
        """See :class:`media.object_store.ObjectStore`. Several small S3 servers promise more than they do: hence by trying."""
        await self._run(self._find_bucket)
        await self._run(self._probe)
        await self._run(self._abort_abandoned)

    async def close(self) -> None:
        """See :class:`media.object_store.ObjectStore`."""
        self._threads.shutdown(wait=False)
        self._http.clear()

    async def _size(self, name: str) -> int | None:
        try:
            return (await self._run(lambda: self._client.stat_object(self._bucket, name))).size
        except ObjectMissing:
            return None

    def _upload(self, name: str, reader: CheckedReader, size: int, media_type: str) -> None:
        if size == 0:
            reader.drain()  # the SDK reads nothing of an empty object, so it would not be checked
        self._client.put_object(
            self._bucket,
            name,
            cast(BinaryIO, reader),
            size,
            content_type=media_type,
            part_size=PART_SIZE,
            num_parallel_uploads=1,  # with more, parts still on their way outlive the abort
        )

    def _find_bucket(self) -> None:
        try:
            found = self._client.bucket_exists(self._bucket)
        except S3Error:
            return  # an answer to HEAD has no body to say why: the probe will
        if found:
            return
        if not self._create:
            raise StoreUnavailable(
                f"{self._endpoint} 上没有存储桶 {self._bucket}。请先创建，或在 OBJECT_STORE_URL 中加 create=true。",
                f"{self._endpoint} has no bucket {self._bucket}. Create it, or add create=true to OBJECT_STORE_URL.",
            )
        self._client.make_bucket(self._bucket)

    def _probe(self) -> None:
        name = f"probe/{uuid.uuid4().hex}"
        content = os.urandom(64)
        self._client.put_object(self._bucket, name, io.BytesIO(content), len(content))
        try:
            read = [self._client.get_object(self._bucket, name, offset=at, length=n) for at, n in ((0, 0), (16, 16))]
            if [response.data for response in read] != [content, content[16:32]]:
                raise StoreUnavailable(
                    f"{self._endpoint} 读回的内容与写入的不一致。",
                    f"{self._endpoint} gives back other bytes than it was given.",
                )
        finally:
            self._client.remove_object(self._bucket, name)

    def _abort_abandoned(self) -> None:
        """Frees the parts of uploads whose writer was killed. The SDK has no public call for it; its version is pinned."""
        found = self._client._list_multipart_uploads(self._bucket)
        for upload in found.uploads:
            started = upload.initiated_time
            if started is not None and datetime.now(UTC) - started > ABANDONED_AFTER:
                self._client._abort_multipart_upload(self._bucket, upload.object_name, cast(str, upload.upload_id))

    async def _run(self, call: Callable[[], _T], stop: Callable[[], None] | None = None) -> _T:
        """``call`` in a thread; its failure in plain words. A cancelled caller stops the thread and waits for its end."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, call)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if stop is not None:
                stop()
            while not future.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([future])
            raise
        except S3Error as refused:
            raise self._refusal(refused) from refused
        except (MinioException, urllib3.exceptions.HTTPError) as failed:
            cause = getattr(failed, "reason", None) or failed  # of MaxRetryError, what kept it from succeeding
            raise self._in_plain_words(type(cause).__name__, "") from failed

    def _refusal(self, refused: S3Error) -> Exception:
        code = refused.code or ""
        if code in _MISSING:
            return ObjectMissing("the store holds no such object")
        if code == "InvalidRange":
            return _PastTheEnd()
        if code in _FULL:
            return StoreFull(f"{self._endpoint} 的存储空间已满。", f"{self._endpoint} has no room left.")
        return self._in_plain_words(code, refused.message or "")

    def _in_plain_words(self, code: str, said: str) -> StoreUnavailable:
        zh, en = _PLAIN_WORDS.get(code) or ("无法连接或服务异常", "it cannot be reached or fails")
        where = f"{self._endpoint}/{self._bucket}"
        reason = f"{code}: {said}" if said else code
        return StoreUnavailable(f"{where}：{zh}（{reason}）。", f"{where}: {en} ({reason}).")


class _PastTheEnd(Exception):
    """The range begins behind the last byte."""
