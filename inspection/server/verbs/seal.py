"""``lianjian seal``: show the platform's seal, or check a sealed report. No database, no network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "Check the electronic seal on a report, or show the certificate of the platform's own seal."
EXAMPLE = "lianjian seal check R-JC-5316-20261120-0001-v1.pdf --trust seal.pem   |   lianjian seal show > seal.pem"
REFUSED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``check FILE --trust PEM`` or ``show``."""
    what = parser.add_subparsers(dest="what", required=True, metavar="check|show")
    check = what.add_parser("check", help="whether a PDF is as it was sealed, by whom, and what its attached JSON hashes to")
    check.add_argument("file", type=Path, metavar="FILE", help="the report as PDF")
    check.add_argument("--trust", type=Path, metavar="PEM", help="certificates you trust; without it nobody is trusted")
    check.add_argument("--json", action="store_true", help="JSON instead of sentences")
    show = what.add_parser("show", help="the certificate of this platform's seal as PEM, its fingerprint on standard error")
    show.add_argument("--data-dir", type=Path, help="the platform's folder (default: LIANJIAN_DATA_DIR or ./var)")


def run(args: argparse.Namespace) -> int:
    """Status 0 when the seal holds, 1 when it does not, 2 for files that cannot be read."""
    from kit.errors import Invalid

    try:
        return _check(args) if args.what == "check" else _show(args)
    except (OSError, ValueError, Invalid) as unusable:
        print(f"lianjian seal: {unusable}", file=sys.stderr)
        return REFUSED


def _check(args: argparse.Namespace) -> int:
    import msgspec
    from cryptography import x509

    from inspection.reporting import seal_check

    roots = tuple(x509.load_pem_x509_certificates(args.trust.read_bytes())) if args.trust else ()
    found = seal_check.check(args.file.read_bytes(), roots)
    if args.json:
        print(msgspec.json.encode({"holds": found.holds, **msgspec.to_builtins(found)}).decode())
        return 0 if found.holds else 1
    print("印章有效 · The seal holds." if found.holds else "印章无效 · The seal does not hold.")
    for label, value in (
        ("签章人 signer", found.signer),
        ("证书指纹 certificate SHA-256", found.certificate_sha256),
        ("签章时间 sealed at", found.sealed_at.isoformat() if found.sealed_at else ""),
        ("时间戳 time stamp", f"{found.stamped_at.isoformat()}  {found.stamped_by}" if found.stamped_at else ""),
        (f"{seal_check.ATTACHED} SHA-256", found.document_sha256 or ""),
    ):
        if value:
            print(f"  {label}: {value}")
    for problem in found.problems:
        print(f"  ! {problem}")
    return 0 if found.holds else 1


def _show(args: argparse.Namespace) -> int:
    import os

    from cryptography.hazmat.primitives import hashes

    from inspection.server.boot import seal_of
    from kit import settings

    own = seal_of(settings.load(os.environ, data_dir=args.data_dir))
    if own is None:
        print("未配置电子印章（LIANJIAN_SEAL_FILE） · This platform has no seal (LIANJIAN_SEAL_FILE).", file=sys.stderr)
        return 1
    sys.stdout.write(own.pem.decode())
    for one in (own.certificate, *(own.authority.roots if own.authority else ())):
        print(f"SHA-256 {one.fingerprint(hashes.SHA256()).hex()}  {one.subject.rfc4514_string()}", file=sys.stderr)
    return 0
