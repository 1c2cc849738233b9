"""What a back-test costs: 10,000 rules over 1,000,000 lines on one core, next to decoding the same declarations, in the same run.

A whole back-test is measured as the product does it: files read, keywords found, every rule asked, answers kept, the report made.
Floors: msgspec decoding the declarations into plain structs of texts (the harder one, which the reach is held against) and into
the product's own. Peer: DuckDB with the same table in memory, one WHERE a rule, a sample of rules and extrapolated. Processor
time, but for two processes against one, which is wall time. History and rules come from ``_rulebook.py``.

usage: .venv/bin/python bench/backtest.py [--json] [--lines 1000000] [--rules 10000] [--rounds 3] [--profile]
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
from _figures import Figure, arguments, show
from _history import own, write
from _peers import NotInstalled
from _plain import PlainDeclaration
from _rulebook import rulebook
from _where import where_seconds

from risk.backtests import backtest
from risk.history_files import ANSWERS
from risk.rule import Pack, Rule

plain = msgspec.json.Decoder(PlainDeclaration).decode
EDITED, ASKED_OF_THE_PEER = 60, 40


def spent(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """Seconds, with the garbage of before gone and none collected meanwhile."""
    gc.collect()
    gc.disable()
    try:
        start = clock()
        work()
        return clock() - start
    finally:
        gc.enable()


def decoded(decode: Callable[[bytes], object], raws: Sequence[bytes]) -> Callable[[], None]:
    """Every declaration decoded and let go."""

    def work() -> None:
        for raw in raws:
            decode(raw)

    return work


def fresh(folder: Path) -> None:
    """Nothing is kept of earlier back-tests."""
    shutil.rmtree(folder / ANSWERS, ignore_errors=True)


def whole(folder: Path, pack: Pack, raws: Sequence[bytes], rounds: int) -> list[Figure]:
    """A whole back-test on one core against both floors, in turns; and again with everything kept."""
    took: dict[str, list[float]] = {"plain": [], "own": [], "first": [], "again": []}
    hits = 0
    for _ in range(rounds):
        took["plain"].append(spent(decoded(plain, raws)))
        took["own"].append(spent(decoded(own, raws)))
        fresh(folder)
        took["first"].append(spent(lambda: backtest(folder, [pack], processes=1)))
        took["again"].append(spent(lambda: backtest(folder, [pack], processes=1)))
    hits = sum(one.hits for one in backtest(folder, [pack], processes=1).rules)
    middle = {name: statistics.median(values) for name, values in took.items()}
    said = f"back-test, {len(pack.rules):,} rules, one core ({hits:,} hits)"
    return [
        Figure(figure="floor: msgspec decode into plain structs", value=middle["plain"], unit="s"),
        Figure(figure="floor: msgspec decode into the product's own Declaration", value=middle["own"], unit="s"),
        Figure(figure=said, value=middle["first"] / middle["plain"], unit="×", against="decode, plain", reach=5.0),
        Figure(figure="  against the own decode", value=middle["first"] / middle["own"], unit="×", against="decode, own"),
        Figure(figure="  time", value=middle["first"], unit="s"),
        Figure(figure="  again, nothing edited", value=middle["again"], unit="s"),
    ]


def peer(folder: Path, pack: Pack) -> list[Figure]:
    """DuckDB, one WHERE a rule, as a multiple of ours."""
    said, rules = "DuckDB, one WHERE a rule", random.Random(6).sample(pack.rules, min(ASKED_OF_THE_PEER, len(pack.rules)))
    try:
        seconds = where_seconds(folder, rules) * len(pack.rules)
    except NotInstalled:
        return [Figure(figure=said, value=None, unit="×", against="duckdb", reach=10.0, at_least=True)]
    fresh(folder)
    ours = spent(lambda: backtest(folder, [pack], processes=1))
    said = f"{said}, extrapolated from {len(rules)} rules ({seconds:.0f} s)"
    return [Figure(figure=said, value=seconds / ours, unit="×", against="the back-test", reach=10.0, at_least=True)]


def edited(folder: Path, pack: Pack) -> list[Figure]:
    """One rule edited and tried again, as its officer does: by the kind of scope."""
    backtest(folder, [pack], processes=1)
    draw = random.Random(7)
    of_codes = [rule for rule in pack.rules if rule.scope.hs is not None]
    of_words = [rule for rule in pack.rules if rule.scope.hs is None and rule.scope.keywords is not None]
    figures = []
    for name, rules in (("with HS codes", of_codes), ("words alone", of_words)):
        took = sorted(_tried(folder, pack, rule) for rule in draw.sample(rules, min(EDITED, len(rules))))
        figures += [
            Figure(figure=f"an edited rule {name}, median", value=statistics.median(took) * 1e3, unit="ms", reach=50.0),
            Figure(figure="  nine in ten", value=took[int(0.9 * len(took))] * 1e3, unit="ms"),
        ]
    return figures


def _tried(folder: Path, pack: Pack, rule: Rule) -> float:
    """The whole back-test of the one rule, under a condition nobody asked before."""
    narrower = msgspec.structs.replace(rule.scope, direction=("import", "transit"))
    alone = msgspec.structs.replace(pack, rules=(msgspec.structs.replace(rule, scope=narrower),))
    return spent(lambda: backtest(folder, [alone], processes=1))


def processes(folder: Path, pack: Pack, rounds: int) -> list[Figure]:
    """Two processes against one, wall time, the best of each: others may want the cores."""
    took: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for many, times in took.items():
            fresh(folder)
            times.append(spent(partial(backtest, folder, [pack], processes=many), time.perf_counter))
    ratio = min(took[1]) / min(took[2])
    against = f"one: {min(took[1]):.1f} s"
    return [Figure(figure="two processes", value=ratio, unit="×", against=against, reach=1.6, at_least=True)]


def profiled(folder: Path, pack: Pack) -> None:
    """Prints where the time goes."""
    fresh(folder)
    profile = cProfile.Profile()
    profile.enable()
    backtest(folder, [pack], processes=1)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(16)


def main() -> None:
    """Measures and prints."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="print where the time goes instead")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianjian-bench-") as made:
        folder, pack = Path(made) / "history", rulebook(args.rules)
        writing = time.process_time()
        raws = write(folder, args.lines)
        written = Figure(figure=f"history drawn and written, {args.lines:,} lines", value=time.process_time() - writing, unit="s")
        backtest(folder, [rulebook(10)], processes=1)  # imports, and the files in memory
        if args.profile:
            profiled(folder, pack)
            return
        figures = [written, *whole(folder, pack, raws, args.rounds), *edited(folder, pack)]
        figures += [*processes(folder, pack, args.rounds), *peer(folder, pack)]
    show(figures, as_json=args.json)


if __name__ == "__main__":
    main()
