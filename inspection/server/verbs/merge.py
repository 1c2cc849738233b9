"""``lianjian merge``: the merge on paper, without a database: conclusions in, result and reasons out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "merge the agencies' conclusions under a policy and print the result with its reasons"
EXAMPLE = "lianjian merge conclusions.json"

INPUT_REFUSED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """FILE or standard input, one JSON document (docs/schemas/merge_input.schema.json)."""
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="merge input as JSON; - or nothing: standard input")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="a policy file in place of the one the input names")
    parser.add_argument("--json", action="store_true", help="one line of JSON (it is what the verb prints anyway)")
    parser.add_argument("--pretty", action="store_true", help="indented for reading")


def run(args: argparse.Namespace) -> int:
    """Prints the merged result; an input that cannot be merged is one line on standard error and status 2."""
    import msgspec

    from kit.errors import Invalid

    try:
        answer = merged(_read(args.file), args.policy)
    except (Invalid, OSError) as refusal:
        print(_one_line(refusal), file=sys.stderr)
        return INPUT_REFUSED
    sys.stdout.buffer.write(msgspec.json.format(answer, indent=2) if args.pretty else answer)
    sys.stdout.buffer.write(b"\n")
    return 0


def merged(data: bytes, policy_file: Path | None = None) -> bytes:
    """The merge of one JSON document; raises a kind of Invalid that names the path."""
    from inspection.concluding.merge_documents import MergeInputInvalid, below, decoded
    from inspection.merging import merge
    from inspection.policies.policy import Policy
    from inspection.policies.policy_check import PolicyInvalid, check_policy
    from inspection.policies.policy_files import policy_from_yaml, shipped

    document = decoded(data)
    try:
        if policy_file is not None:
            policy = policy_from_yaml(policy_file.read_text(encoding="utf-8"))
        elif isinstance(document.policy, Policy):
            check_policy(document.policy)
            policy = document.policy
        else:
            policy = shipped(document.policy)
    except PolicyInvalid as refusal:
        raise MergeInputInvalid([below("$.policy", problem) for problem in refusal.problems]) from refusal
    return merge(policy, document.required, document.conclusions, document.context).to_json()


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _one_line(refusal: Exception) -> str:
    """What is wrong in one line; how many more problems there are, if any."""
    more = len(getattr(refusal, "details", {}).get("errors", ())) - 1
    return " ".join(str(refusal).split()) + (f" (and {more} more)" if more > 0 else "")
