"""A rulebook is replaced while others screen: every result names the version whose hits it carries."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from screening_cases import declaration, line, rule, screener

from risk.rulebook_in_force import RulebookInForce
from risk.screening import Screener

SWAPS, SCREENINGS, THREADS = 10, 10_000, 4


def versions() -> list[Screener]:
    """One rulebook a version, each with one rule of its own for the same goods."""
    return [screener(rule(f"t.version-{version}")) for version in range(SWAPS + 1)]


def finished(done: threading.Semaphore, many: int) -> None:
    """Waits until ``many`` more have been screened."""
    for _ in range(many):
        done.acquire()


def test_ten_swaps_under_ten_thousand_screenings_and_every_result_names_the_version_whose_hits_it_carries() -> None:
    books = versions()
    hits_of = {book.ruleset: f"t.version-{version}" for version, book in enumerate(books)}
    held, goods, some = RulebookInForce(books[0]), declaration(line(hs="730729")), SCREENINGS // (SWAPS + 1)
    may, done = threading.Semaphore(some), threading.Semaphore(0)

    def screen_some(_: int) -> list[tuple[str, list[str]]]:
        results = []
        for _ in range(SCREENINGS // THREADS):
            may.acquire()
            result = held.screen(goods)
            results.append((result.ruleset, [hit.rule for hit in result.hits]))
            done.release()
        return results

    with ThreadPoolExecutor(THREADS) as pool:
        running = pool.map(screen_some, range(THREADS))
        finished(done, some // 2)  # at every swap as many are still on their way, and nobody runs ahead of the next version
        for book in books[1:]:
            held.replace(book, warm=["730729"])
            may.release(some)
            finished(done, some)
        may.release(SCREENINGS)
        seen = [one for results in running for one in results]
    assert len(seen) == SCREENINGS
    assert all(hits == [hits_of[ruleset]] for ruleset, hits in seen)
    assert len({ruleset for ruleset, _ in seen}) == SWAPS + 1


def test_after_a_swap_the_next_screening_uses_the_new_rules_for_goods_already_seen() -> None:
    goods = declaration(line(hs="730729", name="管件"))
    held = RulebookInForce(screener(rule("t.old")))
    assert [hit.rule for hit in held.screen(goods).hits] == ["t.old"]
    held.replace(screener(rule("t.a-first", {"hs": {"prefixes": ["84"]}}), rule("t.new")))
    assert [hit.rule for hit in held.screen(goods).hits] == ["t.new"]
