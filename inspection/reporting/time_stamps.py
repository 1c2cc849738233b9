"""A time-stamping authority 时间戳机构 (RFC 3161): somebody else's word for when a seal was there.

Which one is a matter of configuration. Without one, the time in a seal is the platform's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509

from kit.errors import Invalid

if TYPE_CHECKING:
    from asn1crypto import tsp  # type: ignore[import-untyped]  # the package carries no types
    from pyhanko.sign.timestamps import TimeStamper

PATIENCE_SECONDS: Final = 10.0
LARGEST_ANSWER: Final = 256 * 1024
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class TimeStampRootsUnusable(Invalid):
    """The PEM file with the authority's roots cannot be used; the message says why."""

    code = "time_stamp_roots_unusable"
    title_zh = "时间戳机构根证书文件不可用"
    title_en = "The file with the roots of the time-stamping authority cannot be used"
    advice_zh = "请检查 LIANJIAN_TIMESTAMP_TRUST：文件须为 PEM，含该机构的根证书。"
    advice_en = "See LIANJIAN_TIMESTAMP_TRUST: a PEM file with the authority's root certificates."


@dataclass(frozen=True)
class Authority:
    """Where the authority answers, and the roots its certificate has to lead to."""

    url: str
    roots: tuple[x509.Certificate, ...]

    @cached_property
    def stamper(self) -> TimeStamper:
        """What asks it, in pyHanko's terms; it remembers how large the authority's answers are."""
        from pyhanko.sign.timestamps import TimeStamper
        from pyhanko.sign.timestamps.common_utils import TimestampRequestError

        url = self.url

        class OverHttp(TimeStamper):
            async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
                from asn1crypto import tsp

                try:
                    return tsp.TimeStampResp.load(await _answer(url, req.dump()))
                except (OSError, ValueError) as fault:
                    raise TimestampRequestError(f"no time stamp: {fault}") from fault

        return OverHttp()  # type: ignore[no-untyped-call]  # the package types its constructor not


def load(url: str, trust: Path) -> Authority:
    """The authority at ``url`` with the roots of a PEM file. Raises :class:`TimeStampRootsUnusable`."""
    try:
        return Authority(url, tuple(x509.load_pem_x509_certificates(trust.read_bytes())))
    except OSError as wrong:
        raise TimeStampRootsUnusable(f"{trust.name}: {wrong.strerror}") from wrong
    except ValueError as wrong:
        raise TimeStampRootsUnusable(f"{trust.name}: no certificate in PEM: {wrong}") from wrong


async def _answer(url: str, query: bytes) -> bytes:
    """What the authority answers. Raises OSError."""
    import httpx

    try:
        async with (
            httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client,
            client.stream("POST", url, content=query, headers={"Content-Type": QUERY}) as answer,
        ):
            said = answer.headers.get("Content-Type", "").partition(";")[0].strip()
            if answer.status_code != httpx.codes.OK or said != REPLY:
                raise OSError(f"answered with status {answer.status_code} and {said or 'no type'}")
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise OSError(f"answered with more than {LARGEST_ANSWER} bytes")
            return bytes(body)
    except httpx.HTTPError as fault:
        raise OSError(str(fault) or type(fault).__name__) from fault
