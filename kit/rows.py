"""Many rows of one table in one statement: array parameters on the session's own asyncpg connection.

An ORM flush of the same rows costs several times as much, and COPY does not pass row-level security.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Table, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Base, driver_connection

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def insert(session: AsyncSession, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """``INSERT … SELECT … FROM unnest(…)``: one array per column; without rows nothing is sent.

    ``columns`` are names with PostgreSQL types (``id uuid, tags text[], data jsonb``), never anything a person has typed.
    Values of ``jsonb`` and ``text[]`` columns are given as JSON text (:func:`json_text`).
    """
    listed = list(rows)
    if listed:
        connection = await driver_connection(session)
        await connection.execute(_statement(table, columns), *(list(column) for column in zip(*listed, strict=True)))


async def insert_mapped(session: AsyncSession, rows: Sequence[Base]) -> None:
    """Objects of one mapped class that no session knows yet, every column of them (an attribute never set is NULL).

    They stay strangers to the session: what is read afterwards is read from the database.
    """
    if not rows:
        return
    name, names, kinds = _mapped(type(rows[0]))
    as_json = [kind in _AS_TEXT for kind in kinds]
    columns = ", ".join(f"{column} {kind}" for column, kind in zip(names, kinds, strict=True))
    values = ([_value(row, column, json) for column, json in zip(names, as_json, strict=True)] for row in rows)
    await insert(session, name, columns, values)


def json_text(value: Any) -> str:
    """How a value of a ``jsonb`` or ``text[]`` column travels."""
    return msgspec.json.encode(value).decode()


_AS_TEXT = {"jsonb", "text[]"}
"""unnest flattens arrays of arrays, and asyncpg spells jsonb as text anyway: these travel as texts and are cast row by row."""


@lru_cache(maxsize=256)
def _statement(table: str, columns: str) -> str:
    pairs = [column.split(maxsplit=1) for column in columns.split(", ")]
    names = ", ".join(f'"{name}"' for name, _ in pairs)
    arrays = ", ".join(f"${n}::{'text' if kind in _AS_TEXT else kind}[]" for n, (_, kind) in enumerate(pairs, start=1))
    values = ", ".join(_cast(name, kind) for name, kind in pairs)
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM unnest({arrays}) AS given({names})"  # noqa: S608 - ours


def _cast(name: str, kind: str) -> str:
    if kind == "text[]":
        return f'ARRAY(SELECT jsonb_array_elements_text(given."{name}"::jsonb))'
    return f'given."{name}"' + ("::jsonb" if kind == "jsonb" else "")


@lru_cache(maxsize=64)
def _mapped(of: type[Base]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Table, columns and their PostgreSQL types; attributes are called as their columns all over the product."""
    table = inspect(of).local_table
    assert isinstance(table, Table)
    return table.name, tuple(table.columns.keys()), tuple(c.type.compile(_DIALECT).lower() for c in table.columns)


def _value(row: Base, column: str, as_json: bool) -> Any:
    value = getattr(row, column)
    return json_text(value) if as_json and value is not None else value
