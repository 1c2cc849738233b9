"""What becomes of a declaration that arrives: new, known, older than what we have, or other content for a known number. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from agencies.powers import Kind, Principal
from kit.errors import Conflict, NotAllowed
from risk.declaration import Declaration


class Verdict(StrEnum):
    """What intake says of one declaration."""

    ACCEPTED = "accepted"
    ALREADY = "already"


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A version that is already here."""

    version: int
    document_hash: str


class DeclarationDiffers(Conflict):
    """This number and version is known with another content; nothing was changed."""

    code = "declaration_differs"
    title_zh = "同一报关单号与版本的内容不一致"
    title_en = "This number and version is known with another content"
    advice_zh = "如需修改，请以更高的版本号重新申报。"
    advice_en = "Send the changed declaration with a higher version."


class VersionTooLow(Conflict):
    """A higher version was received before; ``details['current']`` is its number."""

    code = "version_too_low"
    title_zh = "已接收更高版本的报关单"
    title_en = "A higher version was received before"
    advice_zh = "请核对版本号；只接收高于现有版本的申报。"
    advice_en = "Check the version: only a higher one is accepted."


class NotYours(NotAllowed):
    """An enterprise files as the trader or as the broker of the declaration, for nobody else."""

    code = "not_your_declaration"
    title_zh = "只能申报本企业为申报主体或报关行的报关单"
    title_en = "You file as the trader or the broker, for nobody else"
    advice_zh = "请核对 trader.code 与 broker.code。"
    advice_en = "Check trader.code and broker.code."


def check_filer(declaration: Declaration, principal: Principal) -> None:
    """Raises :class:`NotYours` unless the person's enterprise is the declaration's trader or broker."""
    parties = {declaration.trader.code} | ({declaration.broker.code} if declaration.broker else set())
    if principal.kind is not Kind.ENTERPRISE or principal.enterprise not in parties:
        raise NotYours(path="$.trader.code")


def judge(version: int, document_hash: str, stored: Iterable[Stored]) -> Verdict:
    """ACCEPTED or ALREADY; raises :class:`DeclarationDiffers` or :class:`VersionTooLow`. The resend check comes first."""
    known = list(stored)
    for one in known:
        if one.version == version:
            if one.document_hash == document_hash:
                return Verdict.ALREADY
            raise DeclarationDiffers(version=version)
    current = max((one.version for one in known), default=0)
    if version < current:
        raise VersionTooLow(version=version, current=current)
    return Verdict.ACCEPTED
