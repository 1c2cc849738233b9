"""The mildest that still follows what was concluded on a line: each agency's word, and what the policy asks for by itself. Pure.

Source: the domain page, section 3 (Adoption, Suspected offence, Standing).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from inspection.concluding.merge_documents import Conclusion, RequiredPair
from inspection.concluding.merge_selection import Required, select
from inspection.concluding.verdict import Contribution, join_all
from inspection.policies.policy import AS_ASKED, Standing
from inspection.policies.policy_reading import Reading


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """The mildest disposition that still follows one agency's conclusion on one line."""

    agency: str
    line: int
    standing: Standing
    at_least: str


def of_conclusions(reading: Reading, required: Sequence[RequiredPair], conclusions: Sequence[Conclusion]) -> Iterator[Floor]:
    """What each conclusion that counts asks for at least; one that is undecided asks for nothing yet."""
    for pair, conclusion in select(Required(required), conclusions).counted.items():
        if conclusion.verdict not in reading.verdicts:
            continue
        part = reading.contribution(conclusion)
        row = next((reading.rows_by_id[hit.row] for hit in part.rows if hit.row is not None), None)
        asked = reading.strongest(part.measures | frozenset(conclusion.measures))
        at_least = asked if row is None or row.disposition == AS_ASKED else row.disposition
        if at_least is not None:
            standing = reading.standing(pair.agency, pair.check or None)
            yield Floor(agency=pair.agency, line=pair.line, standing=standing, at_least=at_least)


def detained(reading: Reading, required: Sequence[RequiredPair], conclusions: Sequence[Conclusion]) -> dict[int, str | None]:
    """What the policy itself asks for, by line, where the goods are evidence of a suspected offence; mere advice aside."""
    by_line = defaultdict[int, list[Contribution]](list)
    for pair, conclusion in select(Required(required), conclusions).counted.items():
        mere = is_mere_advice(reading, reading.standing(pair.agency, pair.check or None))
        if conclusion.verdict in reading.verdicts and not mere:
            by_line[pair.line].append(reading.contribution(conclusion))
    whole = {line: join_all(parts) for line, parts in by_line.items()}
    held = reading.strongest(reading.policy.offence.with_evidence)
    return {line: held for line, one in whole.items() if one.offence and one.evidence_needed}


def is_mere_advice(reading: Reading, standing: Standing) -> bool:
    """Whether a reason is all it takes to pass over what such an agency said; every proposal has one."""
    terms = reading.policy.adoption_of(standing)
    return terms.milder is not None and {*terms.milder} <= {"REASON"}
