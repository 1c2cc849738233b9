"""``If-Match`` on aggregates: a change names the version it was made from, so that nobody overwrites what he has not read."""

from __future__ import annotations

import re
from typing import Final

from kit.errors import LianjianError

_VERSION: Final = re.compile(r'"v(0|[1-9][0-9]{0,8})"')


class PreconditionRequired(LianjianError):
    """The change needs ``If-Match`` with the version that was read."""

    code = "precondition_required"
    title_zh = "缺少版本条件"
    title_en = "The version you read is missing"
    advice_zh = '请以 If-Match: "vN" 注明所依据的版本（首次提交为 "v0"）。'
    advice_en = 'Send If-Match: "vN" with the version you read ("v0" when there is none yet).'


def expected_version(if_match: str | None) -> int:
    """The version in the header ``If-Match`` (0: there is none yet); raises :class:`PreconditionRequired` when it names none."""
    match = _VERSION.fullmatch((if_match or "").strip())
    if match is None:
        raise PreconditionRequired(None if if_match is None else f"If-Match names no version: {if_match[:100]}")
    return int(match[1])


def etag(version: int) -> str:
    """The version as the header ``ETag`` says it: what the next ``If-Match`` repeats."""
    return f'"v{version}"'
