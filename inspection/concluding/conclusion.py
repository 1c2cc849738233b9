"""A conclusion 部门结论 as its agency sends it: what it says on each line, and when two of them say the same. Pure.

Whether verdict, measures and conditions go together is the policy's business and checked by the merge
(``inspection/concluding/merge_check.py``); here stands what no policy can change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from agencies import signature
from inspection.concluding.merge_documents import Conclusion, LineNo
from inspection.concluding.verdict import DEEMED, Basis
from inspection.policies.policy import Code, Name
from kit.canonical import canonical_hash
from kit.errors import Conflict, Invalid

MOST_LINES = 2_000
NOT_MERGED = frozenset({"note", "cites"})
"""What a line says besides: the outcome does not follow from it."""

Note = Annotated[str, Meta(pattern=r"^[^\x00]*$", max_length=4_000)]
Codes = Annotated[tuple[Code, ...], Meta(max_length=50)]


class ConclusionInvalid(Invalid):
    """The conclusion cannot stand as it is; ``details['errors']`` names every bad field and what would be right."""

    code = "conclusion_invalid"
    title_zh = "部门结论内容有误"
    title_en = "The conclusion is not valid"
    advice_zh = "请按所列字段更正后重新提交。"
    advice_en = "Correct the fields listed and send it again."


class TakenBack(Conflict):
    """What was concluded is amended, not taken back; ``details['errors']`` says on which lines nothing would be left."""

    code = "conclusion_taken_back"
    title_zh = "已作出的结论不得撤回，只能修改"
    title_en = "A conclusion is amended, never taken back"
    advice_zh = "修改后的结论须覆盖原结论的全部商品项；综合报告签发后，须为明确结论。"
    advice_en = "Speak on every line you spoke on before; once the report has issued, with a decided verdict."


class ConclusionLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the agency concludes on a line (None: on every line required of it).

    ``exclusive``: its law makes the measure mandatory; ``offence``: it suspects one, ``evidence_needed``: and the goods prove it.
    ``cites``: the recognition records, or the rights holder's confirmations, that the basis rests on.
    """

    line: LineNo | None
    verdict: Code
    check: Name | None = None
    measures: Codes = ()
    conditions: Codes = ()
    basis: Basis | None = None
    cause: Name | None = None
    exclusive: bool = False
    offence: bool = False
    evidence_needed: bool = False
    note: Note = ""
    cites: Annotated[tuple[UUID, ...], Meta(max_length=20)] = ()

    @property
    def pair(self) -> tuple[int, str]:
        """What it speaks on: line (0: every one) and check."""
        return self.line or 0, self.check or ""


class ConclusionContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version as it is sent: signed over :func:`statement` with the key ``key_id`` of the sender, base64url."""

    lines: Annotated[tuple[ConclusionLine, ...], Meta(min_length=1, max_length=MOST_LINES)]
    signature: str | None = None
    key_id: str | None = None


def settled(content: ConclusionContent, undecided: Sequence[str]) -> tuple[ConclusionLine, ...]:
    """The lines in one order and spelling; raises :class:`ConclusionInvalid` for what cannot stand under any policy.

    ``undecided`` are the verdicts that establish nothing yet, and therefore need no basis.
    """
    if errors := [{"path": path, "message": message} for path, message in _problems(content.lines, undecided)]:
        raise ConclusionInvalid(errors=errors)
    plain = [
        replace(line, measures=tuple(sorted({*line.measures})), conditions=tuple(sorted({*line.conditions})))
        for line in content.lines
    ]
    return tuple(sorted(plain, key=lambda line: line.pair))


def content_hash(case: str, agency: str, lines: Sequence[ConclusionLine]) -> str:
    """SHA-256 (hex) of the agency's :func:`settled` lines in this case: what the signer stands for."""
    return canonical_hash({"case": case, "agency": agency, "lines": [msgspec.to_builtins(line) for line in lines]})


def statement(case: str, agency: str, version: int, lines: Any) -> bytes:
    """What is signed: the canonical bytes of ``lines`` exactly as they are sent, for this version in this case."""
    return signature.statement(signature.CONCLUSION, case=case, agency=agency, version=version, lines=lines)


def for_merge(agency: str, version: int, lines: Sequence[ConclusionLine]) -> list[Conclusion]:
    """The lines in the words of the merge, in the same order."""
    shared = [name for name in ConclusionLine.__struct_fields__ if name not in NOT_MERGED]
    return [Conclusion(agency=agency, version=version, **{name: getattr(line, name) for name in shared}) for line in lines]


def stored_lines(document: list[dict[str, Any]]) -> tuple[ConclusionLine, ...]:
    """The lines of a stored version."""
    return msgspec.convert(document, tuple[ConclusionLine, ...])


def _problems(lines: Sequence[ConclusionLine], undecided: Sequence[str]) -> Iterator[tuple[str, str]]:
    seen: dict[tuple[int, str], int] = {}
    everywhere = {line.check for line in lines if line.line is None}
    for at, line in enumerate(lines):
        first = seen.setdefault(line.pair, at)
        if first != at:
            yield f"$.lines[{at}].line", f"$.lines[{first}] speaks on it already; say it once"
        elif line.line is not None and line.check in everywhere:
            yield f"$.lines[{at}].line", "another entry speaks on every line (null); name the lines or none of them"
        if line.basis == DEEMED:
            yield f"$.lines[{at}].basis", "silence is recorded by the platform; whoever concludes has another basis"
        elif line.basis is None and line.verdict not in undecided:
            yield f"$.lines[{at}].basis", "say what the verdict rests on, for example TESTED or DOCUMENT"
