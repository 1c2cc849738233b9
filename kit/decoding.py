"""JSON bytes into structs, naming every bad field: msgspec stops at the first one.

A body that msgspec accepts is decoded once, at msgspec's speed. Only a refused body is decoded again without types and walked
beside the struct, so the walk costs nothing to those who send good documents.
Paths are JSONPath (RFC 9535) as msgspec writes them: ``$.lines[2].hs``.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

import msgspec

from kit.errors import Invalid

T = TypeVar("T")
MAX_PROBLEMS = 2_000
EXCERPT = 60

_BYTE = re.compile(r"\(byte (\d+)\)")
_NUL_ESCAPE = b"\\u0000"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One bad (or, as a flag, one remarkable) field. ``facts`` are JSON values a program may rely on."""

    path: str
    code: str
    message_zh: str
    message_en: str
    facts: dict[str, str | int] = {}


class MalformedJson(Invalid):
    """The bytes are not JSON; ``details`` carry ``line`` and ``column`` (from 1, in characters). Edges answer 400."""

    code = "malformed_json"
    title_zh = "内容不是有效的 JSON"
    title_en = "The body is not valid JSON"
    advice_zh = "请按所示行列检查引号、逗号与括号，并以 UTF-8 编码重新发送。"
    advice_en = "Check quotes, commas and brackets at the line and column shown, and send it again in UTF-8."


def decode(raw: bytes | memoryview, kind: type[T], refusal: type[Invalid] = Invalid) -> T:
    """``raw`` as a ``kind``. Raises :class:`MalformedJson`, or ``refusal`` whose ``details["errors"]`` names every bad field.

    A NUL character is refused wherever it stands: it is JSON, but no database text can hold it.
    """
    try:
        document: T = _decoder(cast("Hashable", kind)).decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise refusal(errors=msgspec.to_builtins(_problems_in(raw, kind))) from None
    if _NUL_ESCAPE in bytes(raw) and (found := list(_nul_characters(parse(raw), "$"))):
        raise refusal(errors=msgspec.to_builtins(found))
    return document


def parse(raw: bytes | memoryview) -> Any:
    """``raw`` as plain JSON values; raises :class:`MalformedJson` with line and column."""
    try:
        return msgspec.json.decode(raw)
    except RecursionError:
        raise MalformedJson("nested too deeply", reason="nested too deeply", line=1, column=1) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as refused:
        raise _malformed(bytes(raw), refused) from None


def problems(value: Any, kind: Any) -> list[Problem]:
    """Every reason why plain ``value`` is no ``kind`` (a struct or any annotation msgspec knows); empty when it is one."""
    found: list[Problem] = []
    _walk(value, kind, "$", found)
    if len(found) > MAX_PROBLEMS:
        left = len(found) - MAX_PROBLEMS
        zh, en = f"另有 {left} 处错误未列出", f"{left} more errors are not listed"
        return [*found[:MAX_PROBLEMS], Problem(path="$", code="more", message_zh=zh, message_en=en)]
    return found


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _problems_in(raw: bytes | memoryview, kind: Any) -> list[Problem]:
    found = problems(parse(raw), kind)
    # The typed decoder refused what the walk accepts: say at least that, never let it through.
    return found or [Problem(path="$", code="invalid", message_zh="内容不符合要求", message_en="The content is not valid")]


def _malformed(raw: bytes, refused: Exception) -> MalformedJson:
    reason, at = str(refused).removeprefix("JSON is malformed: "), len(raw)
    if byte := _BYTE.search(reason):
        at, reason = int(byte[1]), reason[: byte.start()].strip()
    try:
        before = raw[:at].decode()
    except UnicodeDecodeError as bad:
        before, reason = raw[: bad.start].decode(), "not UTF-8"
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return MalformedJson(f"line {line}, column {column}: {reason}", reason=reason, line=line, column=column)


def _nul_characters(value: Any, path: str) -> Iterator[Problem]:
    if isinstance(value, str) and "\x00" in value:
        yield Problem(path=path, code="nul_character", message_zh="含有空字符（U+0000）", message_en="contains a NUL character")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nul_characters(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _nul_characters(item, f"{path}.{name}")


def _walk(value: Any, hint: Any, path: str, found: list[Problem]) -> None:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as refused:
        inner = _without_none(hint)
        bare = get_args(inner)[0] if get_origin(inner) is Annotated else inner
        before = len(found)
        if isinstance(bare, type) and issubclass(bare, msgspec.Struct) and isinstance(value, dict):
            _walk_struct(value, bare, path, found)
        elif get_origin(bare) in (list, tuple) and isinstance(value, list):
            for index, item in enumerate(value):
                _walk(item, get_args(bare)[0], f"{path}[{index}]", found)
        elif get_origin(bare) is dict and isinstance(value, dict):
            for name, item in value.items():
                _walk(item, get_args(bare)[1], f"{path}.{name}", found)
        if len(found) == before:
            found.append(_problem(value, inner, path, str(refused)))


def _walk_struct(value: dict[str, Any], kind: type[msgspec.Struct], path: str, found: list[Problem]) -> None:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, field in fields.items():
        if name in value:
            _walk(value[name], field.type, f"{path}.{name}", found)
        elif field.required:
            found.append(
                Problem(path=f"{path}.{name}", code="missing", message_zh=f"缺少必填项 {name}", message_en=f"{name} is required")
            )
    if kind.__struct_config__.forbid_unknown_fields:
        found.extend(_unknown(name, fields, path) for name in value if name not in fields)


def _unknown(name: str, known: dict[str, Any], path: str) -> Problem:
    shown = name[:EXCERPT]
    near = get_close_matches(shown, known, n=1)
    zh, en = f"没有名为 {shown} 的字段", f"there is no field {shown}"
    if near:
        zh, en = f"{zh}，是否应为 {near[0]}？", f"{en}; did you mean {near[0]}?"
    return Problem(path=f"{path}.{shown}", code="unknown_field", message_zh=zh, message_en=en)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        rest = [option for option in get_args(hint) if option is not NoneType]
        return rest[0] if len(rest) == 1 else hint
    return hint


_NAMES = {
    "str": ("文本", "text"),
    "int": ("整数", "an integer"),
    "float": ("数字", "a number"),
    "bool": ("布尔值", "true or false"),
    "decimal": ("十进制数", "a decimal number"),
    "datetime": ("带时区偏移的时间，如 2026-11-20T09:12:00+08:00", "an instant with offset, such as 2026-11-20T09:12:00+08:00"),
    "date": ("日期，如 2027-03-01", "a date, such as 2027-03-01"),
    "uuid": ("UUID", "a UUID"),
    "object": ("对象", "an object"),
    "array": ("数组", "an array"),
}


def _problem(value: Any, hint: Any, path: str, refused: str) -> Problem:
    """The leaf's own words, by what the type asks for; msgspec's English where we have nothing better."""
    code, zh, en = _reason(value, hint, refused)
    if isinstance(value, str | int | float | bool):
        text = msgspec.json.encode(value[: EXCERPT + 1] if isinstance(value, str) else value).decode()
        shown = text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"
        zh, en = f"{zh}；实际为 {shown}", f"{en}; it is {shown}"
    return Problem(path=path, code=code, message_zh=zh, message_en=en)


def _reason(value: Any, hint: Any, refused: str) -> tuple[str, str, str]:
    bare, meta = _unwrapped(hint)
    if value is None:
        return "missing", "不得为空", "must not be null"
    if get_origin(bare) is Literal and isinstance(value, str):
        options = [str(option) for option in get_args(bare)]
        return "not_allowed", f"应为下列之一：{'、'.join(options)}", f"must be one of {', '.join(options)}"
    if meta is not None and isinstance(value, str) and meta.pattern and "regex" in refused:
        zh = (meta.extra or {}).get("zh") or meta.description or meta.pattern
        return "format", f"应为 {zh}", f"must be {meta.description or meta.pattern}"
    if "length" in refused and meta is not None:
        unit_zh, unit_en = ("个字符", "characters") if isinstance(value, str) else ("项", "items")
        zh, en = _bounds(meta.min_length, meta.max_length)
        return "length", f"应有 {zh} {unit_zh}", f"must have {en} {unit_en}"
    if meta is not None and isinstance(value, int | float) and (">=" in refused or "<=" in refused):
        zh, en = _bounds(meta.ge, meta.le)
        return "range", f"应为 {zh}", f"must be {en}"
    return _type_reason(refused)


def _type_reason(refused: str) -> tuple[str, str, str]:
    plain = refused.split(" - at ", maxsplit=1)[0]
    if "timezone" in plain:
        return "no_offset", f"应为{_NAMES['datetime'][0]}", f"must be {_NAMES['datetime'][1]}"
    wanted = re.search(r"Expected `(\w+)", plain)
    name = wanted[1] if wanted else "datetime" if "RFC3339" in plain and "date`" not in plain else ""
    if "decimal" in plain.lower():
        name = "decimal"
    elif "encoded date" in plain and "datetime" not in plain:
        name = "date"
    if name in _NAMES:
        return "type" if wanted else "format", f"应为{_NAMES[name][0]}", f"must be {_NAMES[name][1]}"
    return "invalid", f"不符合要求（{plain}）", plain


def _bounds(low: float | None, high: float | None) -> tuple[str, str]:
    if low is not None and high is not None:
        return f"{low} 至 {high}", f"{low} to {high}"
    return (f"至少 {low}", f"at least {low}") if high is None else (f"至多 {high}", f"at most {high}")


def _unwrapped(hint: Any) -> tuple[Any, msgspec.Meta | None]:
    if get_origin(hint) is Annotated:
        bare, *extras = get_args(hint)
        return bare, next((extra for extra in extras if isinstance(extra, msgspec.Meta)), None)
    return hint, None
