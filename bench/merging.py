"""The merge of 1,000 conclusions: a consignment of 250 lines, four agencies on each, one line in six not passed.

Floor: msgspec decoding the same conclusions and required pairs into the same structs, in the same run. The merge checks its
input, selects, joins, decides every line and the case, and says why; encoding the result is told beside it. Milliseconds are of
processor time: the merge waits for nothing, and a busy machine is not the merge's doing.

usage: .venv/bin/python bench/merging.py [--json] [--rounds 60]
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec
from _figures import Figure, arguments, show

from inspection.concluding.merge_documents import Conclusion, Context, MergeInput, RequiredPair
from inspection.merging import merge
from inspection.policies.policy_files import shipped, shipped_names

LINES, AGENCIES = 250, ("customs", "environment", "ip", "market_regulation")
REACH_MS = 10.0
SAID: tuple[tuple[int, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (84, "PASS", (), ()),
    (4, "PASS_AFTER_INTERVENTION", (), ()),
    (4, "CONDITIONAL", (), ("SECURITY",)),
    (3, "CONDITIONAL", ("SAMPLE_AND_HOLD",), ("DOCUMENT_BY",)),
    (3, "RECTIFY", ("RECTIFY",), ()),
    (1, "REFUSE", ("RETURN",), ()),
    (1, "REFUSE", ("DESTROY", "CASE_FILING"), ()),
)
"""Weight, verdict, measures, conditions of what the agencies say."""
BASES, CAUSES = ("TESTED", "DOCUMENT", "RECOGNISED"), (None, "certificate_invalid", "label_missing")
T = TypeVar("T")


def consignment(seed: int = 1) -> bytes:
    """The input of ``lianjian merge``: 1,000 conclusions, and some that were amended since or are dry runs."""
    chance = random.Random(seed)
    pairs = [RequiredPair(agency=agency, line=line) for line in range(1, LINES + 1) for agency in AGENCIES]
    said = []
    for pair in pairs:
        _, verdict, measures, conditions = chance.choices(SAID, [weight for weight, *_ in SAID])[0]
        said.append(
            Conclusion(
                agency=pair.agency,
                line=pair.line,
                verdict=verdict,
                version=chance.choice((1, 1, 1, 2)),
                measures=measures,
                conditions=conditions,
                basis=chance.choice(BASES),  # type: ignore[arg-type]
                cause=chance.choice(CAUSES),
                dry_run=chance.random() < 0.01,
            )
        )
    chance.shuffle(said)
    document = MergeInput(policy="graded", required=tuple(pairs), conclusions=tuple(said), context=Context(credit="aeo"))
    return msgspec.json.encode(document)


def timed(work: Callable[[], T], rounds: int) -> tuple[float, T]:
    """Median milliseconds of processor time of ``work``, and what it gave."""
    result = work()
    took = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        took.append((time.process_time() - start) * 1000)
    return statistics.median(took), result


def main() -> None:
    """Measures and prints."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    args = parser.parse_args()
    raw = consignment()
    decoder = msgspec.json.Decoder(MergeInput)
    floor, document = timed(lambda: decoder.decode(raw), args.rounds)
    figures = []
    for name in shipped_names():
        policy = shipped(name)
        took, result = timed(partial(merge, policy, document.required, document.conclusions, document.context), args.rounds)
        encoded, _ = timed(result.to_json, args.rounds)
        asked = f"merge of {len(document.conclusions):,} conclusions, {name}"
        figures += [
            Figure(figure=asked, value=took, unit="ms", reach=REACH_MS),
            Figure(
                figure=f"  {name}: as a multiple of the floor", value=took / floor, unit="×", against="msgspec decode of the same"
            ),
            Figure(figure=f"  {name}: encoding the result", value=encoded, unit="ms"),
        ]
    figures.append(Figure(figure="  floor: msgspec decode of the same conclusions", value=floor, unit="ms"))
    show(figures, as_json=args.json)


if __name__ == "__main__":
    main()
