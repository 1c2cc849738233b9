"""The five kinds of refusal. A rule raises a fact; one file at the edge (problem_details.py) maps kinds to HTTP.

A concrete error subclasses a kind, sets a stable ``code`` and carries the facts as ``details``; its English message is the
docstring's business, the Chinese one stands in the message catalogue under the same code.
"""

from __future__ import annotations

from typing import Any, ClassVar


class LianjianError(Exception):
    """Base of everything the product refuses. ``code`` is stable and documented in docs/errors.md.

    ``title_zh`` and ``title_en`` say what is wrong; ``advice_zh`` and ``advice_en`` what to do next.
    ``details`` are JSON values a client may rely on (for example the current state).
    """

    code: ClassVar[str] = "error"
    title_zh: ClassVar[str] = "请求未能完成"
    title_en: ClassVar[str] = "The request could not be completed"
    advice_zh: ClassVar[str] = ""
    advice_en: ClassVar[str] = ""

    def __init__(self, message: str | None = None, **details: Any) -> None:
        super().__init__(message or self.title_en)
        self.message = message
        self.details = details


class NotFound(LianjianError):
    """It does not exist, or it is not yours: the two are never told apart."""

    code = "not_found"
    title_zh = "未找到"
    title_en = "Not found"
    advice_zh = "请核对编号；不属于本单位的对象不予显示。"
    advice_en = "Check the number; what is not yours is not shown."


class NotAllowed(LianjianError):
    """You may see it, but this is not your power."""

    code = "not_allowed"
    title_zh = "无权执行此操作"
    title_en = "Not your power"
    advice_zh = "请由具备该权限的人员办理。"
    advice_en = "Ask a person who holds this power."


class Conflict(LianjianError):
    """The present state does not allow it; ``details`` carry the current state."""

    code = "conflict"
    title_zh = "当前状态不允许此操作"
    title_en = "The present state does not allow this"
    advice_zh = "请刷新后按当前状态办理。"
    advice_en = "Read the current state and decide again."


class StaleVersion(Conflict):
    """Somebody changed it since you read it; ``details`` carry the current version."""

    code = "stale_version"
    title_zh = "内容已被他人更新"
    title_en = "It changed since you read it"
    advice_zh = "请读取最新版本后重试。"
    advice_en = "Read the latest version and try again."


class TooLate(Conflict):
    """The deadline passed before the server received this; ``details`` carry due and received."""

    code = "too_late"
    title_zh = "已超过时限"
    title_en = "The deadline has passed"
    advice_zh = "请联系牵头部门办理逾期事宜。"
    advice_en = "Contact the lead agency about a late answer."


class Invalid(LianjianError):
    """The content does not validate or the rules refuse it; ``details['errors']`` lists path and message per field."""

    code = "invalid"
    title_zh = "内容不符合要求"
    title_en = "The content is not valid"
    advice_zh = "请按所列字段逐项更正后重新提交。"
    advice_en = "Correct the fields listed and send it again."


KINDS: tuple[type[LianjianError], ...] = (NotFound, NotAllowed, Conflict, StaleVersion, TooLate, Invalid)
