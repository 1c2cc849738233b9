"""The draw: replayable by anybody, fair to everybody, and every change of its record found and named."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.double_random import DrawInvalid, DrawRecord, Exclusion, commitment, draw, replay
from inspection.server.cli import main

CAST = ("lin", "zhao", "tao", "rong", "mei", "bo", "qiu", "hua")
SEED = hashlib.sha256(b"the demo day").hexdigest()
THEN, NOW = datetime(2026, 11, 20, 1, tzinfo=UTC), datetime(2026, 11, 20, 2, tzinfo=UTC)

seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)
pools = st.lists(st.sampled_from(CAST), min_size=1, unique=True)


def drawn(seed: str = SEED, pool: tuple[str, ...] = CAST, count: int = 2, **exclusions: list[str]) -> DrawRecord:
    return draw(
        seed=seed,
        purpose="experts",
        subject="case:JC-5316-20261120-0001/market_regulation",
        pool=pool,
        exclusions=exclusions,
        count=count,
        committed_at=THEN,
        drawn_at=NOW,
    )


def named(record: DrawRecord, **published: str) -> list[str]:
    return [one.what for one in replay(record, **published).differences]


@st.composite
def records(draw_: st.DrawFn) -> DrawRecord:
    pool = draw_(pools)
    out = draw_(st.lists(st.sampled_from(pool), max_size=len(pool) - 1, unique=True))
    count = draw_(st.integers(1, len(pool) - len(out)))
    return drawn(draw_(seeds), tuple(pool), count, **{who: ["CONFLICT_OF_INTEREST"] for who in out})


@given(records())
def test_every_draw_replays_also_after_a_trip_through_json(record: DrawRecord) -> None:
    assert replay(record).verified
    again = msgspec.json.decode(msgspec.json.encode(record), type=DrawRecord)
    assert again == record and replay(again).verified
    assert len(set(record.drawn)) == record.count
    assert not set(record.drawn) & {one.who for one in record.exclusions} and set(record.drawn) <= set(record.pool)


@given(records(), st.randoms())
def test_the_order_in_which_the_pool_is_given_changes_nothing(record: DrawRecord, random: object) -> None:
    shuffled = list(record.pool)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    out = {one.who: list(one.reasons) for one in record.exclusions}
    assert drawn(record.seed, tuple(shuffled), record.count, **out) == record


@given(records(), st.sampled_from(["ou", "An", "新人"]))
def test_somebody_added_to_the_pool_is_named(record: DrawRecord, newcomer: str) -> None:
    pool = tuple(sorted((*record.pool, newcomer)))
    assert "pool" in named(msgspec.structs.replace(record, pool=pool))


@given(records())
def test_somebody_taken_out_of_the_pool_is_named(record: DrawRecord) -> None:
    for gone in record.pool:
        assert "pool" in named(msgspec.structs.replace(record, pool=tuple(one for one in record.pool if one != gone)))


@given(records())
def test_another_exclusion_or_another_reason_for_one_is_named(record: DrawRecord) -> None:
    more = (*record.exclusions, Exclusion(who=record.drawn[0], reasons=("CERTIFICATE_EXPIRED",)))
    assert "exclusions" in named(msgspec.structs.replace(record, exclusions=more))
    for place, one in enumerate(record.exclusions):
        other = msgspec.structs.replace(one, reasons=("DISABLED",))
        changed = (*record.exclusions[:place], other, *record.exclusions[place + 1 :])
        assert "exclusions" in named(msgspec.structs.replace(record, exclusions=changed))


@given(records(), seeds)
def test_another_seed_is_named_by_the_commitment_it_does_not_open(record: DrawRecord, other: str) -> None:
    if other != record.seed:
        assert "seed" in named(msgspec.structs.replace(record, seed=other))
    assert named(msgspec.structs.replace(record, seed="5eed"))[0] == "seed"


@given(records())
def test_whoever_was_not_drawn_cannot_be_written_into_the_result(record: DrawRecord) -> None:
    for other in permutations(record.pool, record.count) if len(record.pool) <= 4 else ():
        if other != record.drawn:
            assert "drawn" in named(msgspec.structs.replace(record, drawn=other))
    assert named(msgspec.structs.replace(record, only_one=not record.only_one))[0] == "only_one"


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "key_points"},
        {"subject": "case:JC-5316-20261120-0002/market_regulation"},
        {"committed_at": NOW},
        {"drawn_at": THEN},
        {"count": 3},
        {"format": "lianjian-draw/2"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_other_field_that_was_changed_is_noticed(change: dict[str, object]) -> None:
    assert not replay(msgspec.structs.replace(drawn(), **change)).verified


def test_a_record_made_anew_in_all_its_parts_differs_from_what_was_published() -> None:
    original = drawn()
    forged = drawn(pool=CAST[:-1])
    assert replay(forged).verified
    assert named(forged, digest_published=original.digest) == ["published digest"]
    other_seed = drawn(seed=hashlib.sha256(b"another").hexdigest())
    assert named(other_seed, commitment_published=original.commitment) == ["published commitment"]


def test_a_single_eligible_person_is_recorded_as_such() -> None:
    record = drawn(pool=("mei", "bo"), count=1, bo=["CERTIFICATE_EXPIRED"])
    assert record.only_one and record.drawn == ("mei",)
    assert not drawn(pool=("mei", "bo"), count=1).only_one


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"seed": "short"}, "$.seed"),
        ({"count": 0}, "$.count"),
        ({"count": 9}, "$.count"),
        ({"pool": ()}, "$.count"),
        ({"ou": ["CONFLICT_OF_INTEREST"]}, "$.exclusions"),
        ({"mei": []}, "$.exclusions"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_its_path(changes: dict[str, object], path: str) -> None:
    with pytest.raises(DrawInvalid) as refused:
        drawn(**changes)  # type: ignore[arg-type]
    assert path in {one["path"] for one in refused.value.details["errors"]}


def test_the_commitment_binds_the_seed_to_its_purpose_subject_and_time() -> None:
    made = {commitment(seed, purpose, subject, at) for seed in (SEED, "0" * 64) for purpose in "ab" for subject in "ab"
            for at in (THEN, NOW, None)}  # fmt: skip
    assert len(made) == 24


def test_the_algorithm_written_again_from_its_description_draws_the_same() -> None:
    """An independent reading of the module's docstring, with plain JSON."""
    record = drawn(bo=["CONFLICT_OF_INTEREST"], count=3)
    said = {
        "count": 3,
        "exclusions": [{"reasons": ["CONFLICT_OF_INTEREST"], "who": "bo"}],
        "pool": sorted(CAST),
        "purpose": record.purpose,
        "subject": record.subject,
    }
    plain = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    context = hashlib.sha256(b"lianjian/draw/context/1\0" + plain).digest()
    key = bytes.fromhex(SEED)
    stream = b"".join(
        hmac.new(key, b"lianjian/draw/stream/1\0" + context + i.to_bytes(8, "big"), hashlib.sha256).digest() for i in range(8)
    )
    words = [int.from_bytes(stream[i : i + 8], "big") for i in range(0, len(stream), 8)]
    left = sorted(set(CAST) - {"bo"})
    result = []
    for place in range(3):
        ahead = len(left) - place
        word = next(words.pop(0) for _ in range(8) if words[0] < 2**64 // ahead * ahead)
        left[place], left[place + word % ahead] = left[place + word % ahead], left[place]
        result.append(left[place])
    assert record.drawn == tuple(result)


def test_every_pair_is_drawn_equally_often_over_many_seeds() -> None:
    """Chi-square over the 20 ordered pairs of five people: 43.8 is exceeded by chance once in a thousand. The seeds are fixed."""
    pool, rounds = CAST[:5], 4000
    seen = dict.fromkeys(permutations(sorted(pool), 2), 0)
    for number in range(rounds):
        one = drawn(seed=hashlib.sha256(number.to_bytes(4, "big")).hexdigest(), pool=pool).drawn
        seen[one[0], one[1]] += 1
    expected = rounds / len(seen)
    assert sum((count - expected) ** 2 / expected for count in seen.values()) < 43.8


def test_the_verb_replays_a_record_and_names_what_was_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = drawn()
    path = tmp_path / "draw.json"
    path.write_bytes(msgspec.json.encode(record))
    assert main(["draw", "--record", str(path), "--digest", record.digest]) == 0
    assert json.loads(capsys.readouterr().out) == {"verified": True, "differences": []}
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(record, pool=CAST[:5])))
    assert main(["draw", "--record", str(path)]) == 1
    assert "pool" in {one["what"] for one in json.loads(capsys.readouterr().out)["differences"]}


def test_the_verb_draws_on_paper(capsys: pytest.CaptureFixture[str]) -> None:
    given_ = ["draw", "--seed", SEED, "--pool", "mei,bo", "qiu", "--exclude", "hua=CONFLICT_OF_INTEREST", "--count", "2"]
    assert main(given_) == 0
    record = msgspec.json.decode(capsys.readouterr().out, type=DrawRecord)
    assert replay(record).verified and record.pool == ("bo", "hua", "mei", "qiu") and "hua" not in record.drawn
    assert main(["draw", "--seed", SEED, "--pool", "mei", "--count", "2"]) == 2
    assert "$.count" in capsys.readouterr().err
    assert main(["draw", "--pool", "mei"]) == 2
