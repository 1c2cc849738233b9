"""Keywords looked for in many texts at once are those that each text holds for itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.declaration import Line
from risk.goods_text import found, needle_of, normalised
from risk.keyword_search import KeywordSearch

# Signs that join texts, accents that cling to what stands before them, letters that grow when folded, an empty text.
PIECES = ["toy", "玩具", "R22", "¦", "‡", "†", "§", "￤", " ", "  ", "\n", "\u0301", "\u0338", "ß", "ﬃ", "Ⅷ", "㎏", "가", "ᆨ", "a"]
STORIES = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
SOUGHT = [["toy", "玩具", "a"], ["toy", "¦", "a‡"], ["¦", "‡", "†", "toy"], ["á", "≠", "ffi", "viii*", "kg"], []]


@given(st.sampled_from(SOUGHT), st.lists(st.tuples(STORIES, STORIES, STORIES), min_size=1, max_size=4))
def test_texts_searched_together_hold_the_words_each_holds_alone(sought: list[str], texts: list[tuple[str, str, str]]) -> None:
    search = KeywordSearch(sought)
    lines = [Line(no=1, hs="730729", name=name, description=story, brand=brand) for name, story, brand in texts]
    together = search.words_of_each(lines) or [()] * len(lines)
    alone = [{w for w in sought for text in one if found(needle_of(w), normalised(text))} for one in texts]
    assert [set(words) for words in together] == [{search.number(w) for w in words} for words in alone]
    assert [set(search.words_of(one)) for one in lines] == [set(words) for words in together]


def test_long_texts_are_searched_one_by_one_and_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    search = KeywordSearch(["toy", "玩具"])
    lines = [Line(no=1, hs="730729", name="toy"), Line(no=2, hs="730729", name="钢", description="玩具 toy")]
    together = search.words_of_each(lines)
    monkeypatch.setattr("risk.keyword_search.TOGETHER", 3)
    assert together == [(0,), (1, 0)]
    assert search.words_of_each(lines) == together
