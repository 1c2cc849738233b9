"""The body of an upload as it comes: at the edge, for every route that takes a whole file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from litestar import Request
from litestar.exceptions import InternalServerException

from kit.errors import Invalid


class UploadBroken(Invalid):
    """The sender went away before its last byte; nothing was kept."""

    code = "upload_broken"
    title_zh = "上传中断，未保存任何内容"
    title_en = "The upload broke off; nothing was kept"
    advice_zh = "网络恢复后请重新发送。"
    advice_en = "Send it again when the network is back."


async def chunks(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """What the sender sends, piece by piece. Raises :class:`UploadBroken`."""
    try:
        async for chunk in request.stream():
            if chunk:
                yield chunk
    except InternalServerException as gone:  # the framework's word for a client that went away
        raise UploadBroken() from gone
