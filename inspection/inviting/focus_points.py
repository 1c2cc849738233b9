"""Focus points 查验要点: from screening hits and the lead's duties to rows of the task sheet, and how long they take. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from inspection.reporting.document_parts import FocusPoint, LegalBasis
from risk.screening_result import Hit

OPENING_MINUTES = 30
CHECK_MINUTES: Mapping[str, int] = {"DOC": 10, "IDENTITY": 10, "PHYSICAL": 20, "MARKING": 15, "LICENCE": 20, "SAMPLE": 30}
"""First guess per check until the port has a history of its own to estimate from."""


def lead_points(agency: str) -> tuple[FocusPoint, ...]:
    """What the lead does on every line whatever the rules say: open, count, compare with the declaration."""
    return (
        FocusPoint(
            agency=agency,
            focus_zh="开箱、清点数量，核对品名、规格、唛头与申报是否相符",
            focus_en="Unpack and count; compare name, specification and marks with the declaration",
            check_kinds=("PHYSICAL", "IDENTITY"),
            legal_basis=(LegalBasis(text="中华人民共和国海关法", article="第二十八条", basis_unverified=True),),
            reason="牵头部门固有职责",
            mandatory=True,
        ),
    )


def points_of(hit: Hit, component: str | None = None) -> tuple[FocusPoint, ...]:
    """The focus points a screening hit asks for, each with the hit's bases, rule and reason."""
    bases = tuple(
        LegalBasis(
            text=basis.title.zh,
            number=basis.number,
            article=basis.article,
            page=basis.page or "",
            basis_unverified=basis.basis_unverified,
        )
        for basis in hit.legal_basis
    )
    return tuple(
        FocusPoint(
            agency=hit.agency,
            line=hit.line,
            component=component,
            focus_zh=focus.zh,
            focus_en=focus.en,
            check_kinds=hit.check_kinds,
            legal_basis=bases,
            rule=hit.rule,
            rule_version=hit.version,
            reason=hit.reason.zh,
            mandatory=hit.mandatory,
        )
        for focus in hit.focus
    )


def estimate(focus_points: Iterable[FocusPoint]) -> int:
    """Minutes on site: opening, then the slowest agency, for specialists work in parallel (主检负责，专业并行)."""
    streams: defaultdict[str, int] = defaultdict(int)
    for point in focus_points:
        streams[point.agency] += sum(CHECK_MINUTES.get(kind, 15) for kind in point.check_kinds or ("",))
    return OPENING_MINUTES + max(streams.values(), default=0)


def printing_order(point: FocusPoint) -> tuple[str, int, str, str, int, str, str]:
    """By agency, then line (every-line points first), component, rule."""
    line, component = point.line or 0, point.component or ""
    return (point.agency, line, component, point.rule, point.rule_version, point.focus_zh, point.reason)


def with_plain_bases(point: FocusPoint) -> FocusPoint:
    """A basis whose page nobody noted says so itself, so that every reader of the JSON sees the same as the paper."""
    bases = tuple(replace(basis, basis_unverified=basis.basis_unverified or not basis.page) for basis in point.legal_basis)
    return replace(point, legal_basis=bases)
