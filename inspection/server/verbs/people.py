"""``lianjian people``: who may sign in. Run by whoever holds the platform's data directory; nobody gets a default password."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from agencies.accounts import Account, Link, NewPerson
    from kit.errors import LianjianError
    from kit.settings import Settings

HELP = "add people who sign in, list them, give a new link for a lost password, disable them"
EXAMPLE = "lianjian people add --admin wen --name Wen"

REFUSED, CANNOT_RUN = 1, 2
KINDS = ("customs", "agency", "enterprise", "auditor", "rules", "admin")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """add, list, link, disable."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="one line of JSON")
    common.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the platform (LIANJIAN_DATA_DIR, default ./var)")
    verbs = parser.add_subparsers(dest="people_verb", required=True, metavar="add|list|link|disable")
    add = verbs.add_parser("add", parents=[common], help="add a person; prints a link that sets the password, once")
    add.add_argument("login", metavar="LOGIN", help="what the person signs in with")
    add.add_argument("--name", required=True, help="the person's or the enterprise's name")
    kind = add.add_mutually_exclusive_group(required=True)
    kind.add_argument("--admin", action="store_true", help="the first administrator; refused when there is one")
    kind.add_argument("--kind", choices=KINDS)
    add.add_argument(
        "--powers", nargs="+", metavar="POWER", help="coordinate approve lead_inspect inspect superior dispatch expert …"
    )
    add.add_argument("--agency", metavar="CODE", help="of an agency's officer: market_regulation, ip …")
    add.add_argument("--port", metavar="CODE", help="of an officer or auditor: the customs code of the port")
    add.add_argument("--enterprise", metavar="CODE", help="of an enterprise: its unified social credit code")
    add.add_argument("--enterprise-name", metavar="NAME", help="adds the enterprise when it is not known yet")
    add.add_argument(
        "--certified-until", type=date.fromisoformat, metavar="DAY", help="of an expert: last day of the certificate"
    )
    verbs.add_parser("list", parents=[common], help="everybody who has an account")
    for verb, help_text in (
        ("link", "a new link for a lost password; earlier links stop working"),
        ("disable", "no sign-in any more; ends every session at once"),
    ):
        verbs.add_parser(verb, parents=[common], help=help_text).add_argument("login", metavar="LOGIN")


def run(args: argparse.Namespace) -> int:
    """0 when done, 1 when refused, 2 when the platform cannot be opened."""
    from inspection.server.embedded_place import PostgresCannotRun
    from kit import logs, settings
    from kit.errors import LianjianError

    try:
        found = settings.load(os.environ, data_dir=args.data_dir)
        logs.configure("warning")
        {"add": _add, "list": _list, "link": _link, "disable": _disable}[args.people_verb](found, args)
    except (settings.SettingWrong, PostgresCannotRun, OSError) as fault:
        print(fault, file=sys.stderr)
        return CANNOT_RUN
    except LianjianError as refused:
        print(_told(refused), file=sys.stderr)
        return REFUSED
    return 0


def _add(found: Settings, args: argparse.Namespace) -> None:
    from agencies import accounts

    new = _new_person(args)
    accounts.check_new(new)

    async def work(session: AsyncSession, now: datetime) -> Link:
        if args.admin:
            await accounts.check_no_administrator(session)
        return await accounts.add(session, new, now)

    _show_link(found, args, _as_platform(found, work), f"已添加 {new.name} · {new.name} added")


def _new_person(args: argparse.Namespace) -> NewPerson:
    from agencies.accounts import CUSTOMS, NewPerson, PersonInvalid
    from agencies.powers import POWERS_OF_KIND, Kind, Power

    kind = Kind.ADMIN if args.admin else Kind(args.kind)
    possible = POWERS_OF_KIND[kind]
    if unknown := sorted(set(args.powers or ()) - {power.value for power in possible}):
        zh, en = f"{kind} 类人员没有此项权限：{'、'.join(unknown)}", f"no power of kind {kind}: {', '.join(unknown)}"
        right = ", ".join(sorted(possible))
        raise PersonInvalid(errors=[{"path": "powers", "message_zh": f"{zh}（可选 {right}）", "message_en": f"{en} ({right})"}])
    # Where a kind holds a single power there is nothing to choose.
    powers = frozenset(map(Power, args.powers)) if args.powers else possible if len(possible) == 1 else frozenset()
    return NewPerson(
        login=args.login,
        name=args.name,
        kind=kind,
        powers=powers,
        agency=args.agency or (CUSTOMS if kind is Kind.CUSTOMS else None),
        port=args.port,
        enterprise=args.enterprise,
        enterprise_name=args.enterprise_name,
        certified_until=args.certified_until,
    )


def _link(found: Settings, args: argparse.Namespace) -> None:
    from agencies import accounts

    link = _as_platform(found, lambda session, now: accounts.renew_link(session, args.login, now))
    _show_link(found, args, link, f"{args.login} 的新链接 · a new link for {args.login}")


def _disable(found: Settings, args: argparse.Namespace) -> None:
    from agencies import accounts

    ended = _as_platform(found, lambda session, now: accounts.disable(session, args.login, now))
    if args.json:
        _json({"login": args.login, "sessions_ended": ended})
    else:
        print(f"{args.login} 已停用，结束会话 {ended} 个 · disabled, {ended} sessions ended")


def _list(found: Settings, args: argparse.Namespace) -> None:
    from agencies import accounts

    async def work(session: AsyncSession, _: datetime) -> Sequence[Account]:
        return await accounts.listed(session)

    everybody = _as_platform(found, work)
    if args.json:
        _json({"people": everybody})
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("登录名 login", "姓名 name", "类别 kind", "权限 powers", "所属 of", "状态 state", box=None)
    for one in everybody:
        of = " ".join(filter(None, (one.port, one.agency, one.enterprise)))
        state = "停用 disabled" if one.disabled_at else "可登录 active" if one.password else "未设密码 no password yet"
        table.add_row(one.login, one.name, one.kind, " ".join(one.powers), of, state)
    Console().print(table)


def _as_platform(found: Settings, work: Callable[[AsyncSession, datetime], Awaitable[Any]]) -> Any:
    """One transaction of the platform itself."""
    import asyncio

    from agencies.powers import PLATFORM
    from inspection.server import boot

    async def once(services: boot.Services) -> Any:
        async with boot.open_database(found, services) as (database, clock), database.unit_of_work(PLATFORM) as session:
            return await work(session, clock.now())

    with boot.services(found) as services:
        return asyncio.run(once(services))


def _show_link(found: Settings, args: argparse.Namespace, link: Link, done: str) -> None:
    url = f"{found.address}/#/first-password/{link.token}"
    if args.json:
        _json({"login": link.login, "link": url, "expires_at": link.expires_at})
        return
    print(done)
    print(f"请在 {link.expires_at:%Y-%m-%d %H:%M} UTC 前打开以下链接设置密码，仅可使用一次：")
    print(f"Open this before {link.expires_at:%Y-%m-%d %H:%M} UTC to set the password; it works once:")
    print(url)


def _json(body: Any) -> None:
    import msgspec

    sys.stdout.buffer.write(msgspec.json.encode(body) + b"\n")


def _told(refused: LianjianError) -> str:
    listed = [f"{one['path']}: {one['message_zh']} · {one['message_en']}" for one in refused.details.get("errors", ())]
    facts = [f"{name}: {value}" for name, value in refused.details.items() if name != "errors"]
    advice = f"{refused.advice_zh} · {refused.advice_en}"
    return "\n".join([f"{refused.title_zh} · {refused.title_en}", *listed, *facts, advice])
