"""What it costs to find the rules that hold for a declaration, next to decoding it from the same bytes, in the same run.

Screening is the index alone: from a declaration decoded just before to the places where each rule holds, on declarations never
seen before, the traded HS codes looked up. Explanations, score, lane and the hash of the input are timed apart. Two floors:
msgspec decoding into plain structs of texts (the harder one, which the reach is held against), and into the product's own
checked ``Declaration``. Processor time, medians of several rounds in turns. The rulebooks stand in ``_rulebook.py``.

usage: .venv/bin/python bench/screening.py [--json] [--rounds 7] [--profile]
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import random
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import msgspec
from _figures import Figure, arguments, show
from _peers import NotInstalled, cel_microseconds
from _plain import PlainDeclaration
from _rulebook import codes, declarations, rulebook, sorted_rules, words
from _rulebook_file import as_json_lines, as_text
from _zen import zen_hits, zen_microseconds

from risk.declaration import Declaration
from risk.index import RuleIndex
from risk.pack_files import check_text
from risk.rule import Keywords, Pack, Rule, Scope
from risk.rule_examples import example_problems
from risk.screening import Screener

SIZES = ((100, 3.0), (1_000, 6.0), (10_000, 12.0))
EACH = 2_000
"""Declarations a round."""

AT_ONCE = 50
"""Declarations decoded before they are screened: as in intake, what is screened was read just before."""

MICRO = 1e6
own = msgspec.json.Decoder(Declaration).decode
plain = msgspec.json.Decoder(PlainDeclaration).decode


def spent(work: Callable[[Any], object], items: Sequence[Any], *, collected: bool = True) -> float:
    """Microseconds of processor time for one item, on average."""
    if collected:
        gc.collect()
    start = time.process_time()
    for item in items:
        work(item)
    return (time.process_time() - start) / len(items) * MICRO


def screened(index: RuleIndex, raws: Sequence[bytes]) -> float:
    """Microseconds for one declaration just decoded, on average; the decoding is not counted."""
    spans = []
    for first in range(0, len(raws), AT_ONCE):
        goods = [own(raw) for raw in raws[first : first + AT_ONCE]]
        spans.append(spent(index.places, goods, collected=False))
    return statistics.mean(spans)


def index_of(pack: Pack) -> RuleIndex:
    """The index, warm for the traded codes, after a thousand declarations."""
    index = RuleIndex(sorted_rules(pack))
    index.warm(codes())
    for raw in declarations(1_000, seed=999):
        index.places(own(raw))
    return index


def cost(rounds: int) -> list[Figure]:
    """Screening at the three sizes, against both floors."""
    indexes = {size: index_of(rulebook(size)) for size, _ in SIZES}
    idle = index_of(rulebook(10_000, hit_by=100))
    took: dict[Any, list[float]] = {key: [] for key in ("plain", "own", "idle", *indexes)}
    hits: dict[int, list[float]] = {size: [] for size in indexes}
    for turn in range(rounds):
        raws = declarations(EACH, seed=1_000 + turn)
        took["plain"].append(spent(plain, raws))
        took["own"].append(spent(own, raws))
        for size, index in indexes.items():
            took[size].append(screened(index, raws))
            hits[size].append(sum(len(places) for raw in raws for places in index.places(own(raw)).values()) / len(raws))
        took["idle"].append(screened(idle, raws))
    middle = {key: statistics.median(values) for key, values in took.items()}
    figures = [
        Figure(figure="floor: msgspec decode into plain structs", value=middle["plain"], unit="µs"),
        Figure(figure="floor: msgspec decode into the product's own Declaration", value=middle["own"], unit="µs"),
    ]
    for size, reach in SIZES:
        said = f"screening, {size:,} rules ({statistics.mean(hits[size]):.2f} hits)"
        figures += [
            Figure(figure=said, value=middle[size] / middle["plain"], unit="×", against="decode, plain", reach=reach),
            Figure(
                figure=f"  {size:,}: against the own decode", value=middle[size] / middle["own"], unit="×", against="decode, own"
            ),
            Figure(figure=f"  {size:,}: time", value=middle[size], unit="µs"),
        ]
    grown = Figure(
        figure="growth, 100 to 10,000 rules at the same hits",
        value=middle["idle"] / middle[100],
        unit="×",
        against="itself",
        reach=3.0,
    )
    return [*figures, grown]


def peers(size: int = 1_000) -> list[Figure]:
    """A CEL binding and zen-engine at 1,000 rules, as multiples of the index; without a value where one is not installed."""
    pack, few, many = rulebook(size), declarations(20, seed=44), declarations(200, seed=45)
    index, ordered = index_of(pack), sorted_rules(pack)
    time_of_index = screened(index, declarations(EACH, seed=46))
    coded = [rule for rule in pack.rules if rule.scope.keywords is None or rule.scope.hs is not None]

    def times(said: str, against: str, measured: Callable[[], float], reach: float | None) -> Figure:
        try:
            value: float | None = measured() / time_of_index
        except NotInstalled:
            value = None
        return Figure(figure=said, value=value, unit="×", against=against, reach=reach, at_least=reach is not None)

    def zen() -> float:
        goods = [own(raw) for raw in many]
        for one in goods[:20]:
            assert zen_hits(pack.rules, one) == _by_line(index, ordered, one)
        return zen_microseconds(pack.rules, goods)

    cel, engine = "common-expression-language", "zen-engine"
    return [
        times(
            f"CEL binding, one program a rule, {size:,} rules",
            cel,
            lambda: cel_microseconds(pack.rules, [own(raw) for raw in few]),
            200.0,
        ),
        times(f"zen-engine, table shaped for its index, {size:,} rules", engine, zen, 10.0),
        times(
            f"  the {size - len(coded)} rules that ask for words alone left out of its table",
            engine,
            lambda: zen_microseconds(coded, [own(raw) for raw in many]),
            None,
        ),
    ]


def _by_line(index: RuleIndex, ordered: Sequence[Rule], goods: Declaration) -> list[set[str]]:
    """The rules that hold, line by line; those about the header on each."""
    found = index.places(goods)
    return [
        {ordered[at].meta.id for at, places in found.items() if any(line in {number, -1} for line, _ in places)}
        for number in range(len(goods.lines))
    ]


def publishing(size: int = 10_000) -> list[Figure]:
    """From the text of a pack to a screener: read, checked, its examples run, indexed. Written one entry a line, as people do."""
    text, as_json = as_text(rulebook(size)), as_json_lines(rulebook(size))
    check_text(as_text(rulebook(10)), "warm.yaml")  # the code lists are read once in a process
    times = [time.process_time()]
    pack, problems = check_text(text, "bench.yaml")
    times.append(time.process_time())
    assert pack is not None, problems[:3]
    wrong = sum(1 for rule in pack.rules for _ in example_problems(rule))
    times.append(time.process_time())
    Screener([pack])
    times.append(time.process_time())
    read, examples, indexed = (after - before for before, after in pairwise(times))
    said = f"publishing {size:,} rules ({len(text.encode()) / 1e6:.1f} MB, {text.count(chr(10)):,} lines)"
    return [
        Figure(figure=said, value=times[-1] - times[0], unit="s", reach=2.0),
        Figure(figure="  read and checked", value=read, unit="s"),
        Figure(figure=f"  examples run ({wrong:,} of the made-up ones do not come out)", value=examples, unit="s"),
        Figure(figure="  hashed and indexed", value=indexed, unit="s"),
        Figure(figure="  read and checked, had it been written as JSON", value=spent(_checked, [as_json]) / MICRO, unit="s"),
    ]


def _checked(text: str) -> None:
    assert check_text(text, "bench.yaml")[0] is not None


def worst_case(rounds: int = 1_000) -> list[Figure]:
    """500 lines, each with 200 keywords, under rules that ask for no HS code at all."""
    draw, found = random.Random(5), words()[:200]
    some = rulebook(400).rules
    rules = [_wild(rule, draw, found) for rule in some]
    index = RuleIndex(sorted(rules, key=lambda rule: rule.meta.id))
    raw = msgspec.json.decode(declarations(1, seed=3, lines=500)[0])
    for line in raw["lines"]:
        line["description"] = " ".join(draw.sample(found, k=200))
    goods = msgspec.convert(raw, Declaration)
    index.places(goods)
    times = sorted(spent(index.places, [goods]) for _ in range(rounds))
    ratio = times[int(len(times) * 0.999)] / statistics.median(times)
    return [
        Figure(figure="worst case, p99.9 of its time", value=ratio, unit="×", against="its median", reach=10.0),
        Figure(figure="  its median", value=statistics.median(times) / 1_000, unit="ms"),
    ]


def _wild(rule: Rule, draw: random.Random, found: Sequence[str]) -> Rule:
    asked = Keywords(any=tuple(draw.sample(found, k=5))) if draw.random() < 0.5 else None
    return msgspec.structs.replace(
        rule, scope=Scope(keywords=asked, origin=None, thresholds=rule.scope.thresholds, direction=("import",))
    )


def explained(rounds: int) -> list[Figure]:
    """The whole result of 10,000 rules: places, facts, score, lane, hash of the input."""
    screener = Screener([rulebook(10_000)])
    screener.warm(codes())
    raws = declarations(300, seed=77)
    times = [spent(screener.screen, [own(raw) for raw in raws]) for _ in range(max(3, rounds // 2))]
    return [Figure(figure="whole result with explanations, 10,000 rules", value=statistics.median(times), unit="µs")]


def profiled() -> None:
    """Prints where the time of 10,000 rules goes."""
    index = index_of(rulebook(10_000))
    goods = [own(raw) for raw in declarations(EACH, seed=55)]
    profile = cProfile.Profile()
    profile.enable()
    for one in goods:
        index.places(one)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(14)


def main() -> None:
    """Measures and prints."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--profile", action="store_true", help="print where the time goes instead")
    args = parser.parse_args()
    if args.profile:
        profiled()
        return
    show([*cost(args.rounds), *peers(), *publishing(), *worst_case(), *explained(args.rounds)], as_json=args.json)


if __name__ == "__main__":
    main()
