"""No file imports itself through others: folders are rooms, but between files there is an up and a down (ADR 15)."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGES = ("kit", "agencies", "risk", "media", "inspection")


def order_of(imports: dict[str, set[str]]) -> list[str]:
    """The files from the ground up. Raises :class:`CycleError` with the loop."""
    return list(TopologicalSorter(imports).static_order())


def test_no_file_imports_itself_through_others() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {name: set(graph.find_modules_directly_imported_by(name)) for name in graph.modules}
    assert len(order_of(imports)) > 400
    assert "inspection.case_tables" in imports["inspection.case_access"], "the graph knows what is imported"


def test_a_loop_is_named() -> None:
    with pytest.raises(CycleError, match="in a cycle"):
        order_of({"a": {"b"}, "b": {"c"}, "c": {"a"}})
