"""The command ``lianjian``: one verb per module in ``inspection/server/verbs``, loaded only when it is called.

A verb module has ``HELP`` (one line), ``EXAMPLE`` (shown in --help), ``add_arguments(parser)`` and ``run(args) -> int``.
Exit status 0 only on success.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pkgutil import iter_modules

from inspection.server import verbs

INTERRUPTED = 130


def verb_modules() -> dict[str, str]:
    """Verb as typed → module name. ``import_`` is typed ``import``; underscores are typed as dashes."""
    return {m.name.rstrip("_").replace("_", "-"): f"{verbs.__name__}.{m.name}" for m in iter_modules(verbs.__path__)}


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """The parser with every verb, or with ``only`` that one (imports nothing else: start-up stays fast)."""
    parser = argparse.ArgumentParser(prog="lianjian", description="Lianjian 联检: joint inspection at a port, once, together.")
    sub = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, module_name in sorted(verb_modules().items()):
        if only is not None and name != only:
            continue
        module = importlib.import_module(module_name)
        verb = sub.add_parser(
            name,
            help=module.HELP,
            description=module.HELP,
            epilog=f"example:\n  {module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(verb)
        verb.set_defaults(run=module.run)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs one verb and returns its exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    only = arguments[0] if arguments and arguments[0] in verb_modules() else None
    args = build_parser(only).parse_args(arguments)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
