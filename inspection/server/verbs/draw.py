"""``lianjian draw``: draws again what the platform drew, or draws on paper. No database."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

HELP = "Replay a double-random draw: the same seed, pool and exclusions give the same result, whoever draws."
EXAMPLE = "lianjian draw --record draw.json   |   lianjian draw --seed 5eed… --pool mei,bo --exclude qiu=CONFLICT_OF_INTEREST"
DIFFERS = 1
REFUSED = 2
NO_REASON_GIVEN = "NAMED"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Either a record to replay, or what to draw from."""
    parser.add_argument(
        "--record", metavar="FILE", help="a draw's record as JSON, - for standard input: draw it again and compare"
    )
    parser.add_argument("--commitment", metavar="HEX", help="with --record: the commitment that was published before the draw")
    parser.add_argument("--digest", metavar="HEX", help="with --record: the record's digest as it stands in the event log")
    parser.add_argument("--seed", help="64 hex digits; any other text stands for its SHA-256")
    parser.add_argument(
        "--pool", nargs="+", metavar="NAME", help="who can be drawn, separated by commas or blanks; @FILE: one a line"
    )
    parser.add_argument("--exclude", nargs="+", default=[], metavar="NAME[=REASON]", help="who of them may not be drawn, and why")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="how many to draw (default 1)")
    parser.add_argument("--purpose", default="paper", help="what the draw is for; part of what the result depends on")
    parser.add_argument("--subject", default="", help="which case it is for; part of what the result depends on")
    parser.add_argument("--json", action="store_true", help="JSON, which is what it prints anyway")


def run(args: argparse.Namespace) -> int:
    """Prints the record of a draw, or ``{"verified","differences"}``: status 1 when something differs, 2 for unusable input."""
    import msgspec

    from kit.errors import Invalid

    try:
        if args.record is not None:
            return _replay(args)
        answer = _draw(args)
    except Invalid as refused:
        return _refuse("; ".join(f"{one['path']}: {one['message']}" for one in refused.details.get("errors", ())) or str(refused))
    except (OSError, msgspec.DecodeError, ValueError) as unusable:
        return _refuse(str(unusable))
    print(answer)
    return 0


def _draw(args: argparse.Namespace) -> str:
    import msgspec

    from agencies.double_random import draw

    if args.seed is None or args.pool is None:
        raise ValueError("--seed and --pool, or --record")
    pool = _names(args.pool)
    why = dict(_with_reason(one) for one in _names(args.exclude))
    record = draw(
        seed=_seed(args.seed),
        purpose=args.purpose,
        subject=args.subject,
        pool=[*pool, *why],
        exclusions={who: [reason] for who, reason in why.items()},
        count=args.count,
    )
    return msgspec.json.encode(record).decode()


def _replay(args: argparse.Namespace) -> int:
    import msgspec

    from agencies.double_random import DrawRecord, replay

    data = sys.stdin.buffer.read() if args.record == "-" else Path(args.record).read_bytes()
    record = msgspec.json.decode(data, type=DrawRecord)
    found = replay(record, commitment_published=args.commitment, digest_published=args.digest)
    print(msgspec.json.encode(found).decode())
    for one in found.differences:
        print(f"lianjian draw: {one.what}: recorded {one.recorded}, but it has to be {one.found}", file=sys.stderr)
    return 0 if found.verified else DIFFERS


def _names(given: list[str]) -> list[str]:
    """Names from the command line, commas of either kind between them, or from a file."""
    parts: list[str] = []
    for one in given:
        parts += Path(one[1:]).read_text(encoding="utf-8").splitlines() if one.startswith("@") else re.split("[,，]", one)
    return [part.strip() for part in parts if part.strip()]


def _with_reason(named: str) -> tuple[str, str]:
    who, _, reason = named.partition("=")
    return who, reason or NO_REASON_GIVEN


def _seed(text: str) -> str:
    from kit.canonical import sha256_hex

    lowered = text.strip().lower()
    return lowered if re.fullmatch("[0-9a-f]{64}", lowered) else sha256_hex(text.encode())


def _refuse(why: str) -> int:
    print(f"lianjian draw: {' '.join(why.split())}", file=sys.stderr)
    return REFUSED
