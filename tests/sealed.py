"""A small page to seal, for the tests of seals and time stamps."""

from __future__ import annotations

from datetime import UTC, datetime

import typst

from kit.canonical import canonical_bytes

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
DOCUMENT = canonical_bytes({"number": "R-JC-5316-20261120-0001/v1", "outcome": "AUTOMATIC"})
PAGE = (
    b'#pdf.attach("report.json", bytes(sys.inputs.d), mime-type: "application/json", relationship: "source", description: "r")\nR'
)


def page() -> bytes:
    """One page with the document attached, unsealed."""
    pdf = typst.compile(input=PAGE, pdf_standards=["a-3b"], timestamp=0, sys_inputs={"d": DOCUMENT.decode()})
    assert isinstance(pdf, bytes)
    return pdf


def flipped(data: bytes, at: int) -> bytes:
    """The same bytes with one bit of one of them turned."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
