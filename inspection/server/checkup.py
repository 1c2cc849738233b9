"""What a set-up needs to run, tried for real where trying is cheap. Nothing is changed and nothing secret is repeated."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from inspection.server.checkup_calendar import calendar
from inspection.server.checkup_notices import notices
from inspection.server.checkup_rulebooks import rulebooks
from inspection.server.checkup_services import Finding, object_store, ok, postgres, warning, wrong
from kit import settings as kit_settings
from kit.settings import Settings, SettingWrong

OLDEST_PYTHON = (3, 11)
GIB = 1024**3
NEEDED_FREE = GIB
COMFORTABLE_FREE = 10 * GIB
SEAL_WARNING_DAYS = 60


def findings(settings: Settings) -> Iterator[Finding]:
    """Everything, one after the other, as it is found. A check that fails itself is a finding too."""
    for check in (
        python,
        time_zone,
        data_directory,
        free_disk,
        postgres,
        calendar,
        notices,
        rulebooks,
        object_store,
        port,
        fonts,
        seal,
        time_stamps,
    ):
        try:
            yield from check(settings)
        except Exception as unexpected:
            what = f"{type(unexpected).__name__}: {unexpected}"
            yield wrong(check.__name__, f"检查未能完成：{what}", f"the check itself failed: {what}")


def read_settings(environ: Mapping[str, str], data_dir: Path | None) -> tuple[Settings, list[Finding]]:
    """The settings as ``serve`` would read them, without those that are wrong: each of these is a finding."""
    left = dict(environ)
    problems: list[Finding] = []
    while True:
        try:
            return kit_settings.load(left, data_dir=data_dir), problems
        except SettingWrong as problem:
            name = str(problem.details["setting"])
            del left[name]
            zh, en = f"配置项有误：{problem}。{problem.advice_zh}", f"A setting is wrong: {problem}. {problem.advice_en}"
            problems.append(wrong("settings", zh, en))


def python(_: Settings) -> Iterable[Finding]:
    """Python 3.11 or later."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield wrong("python", f"Python {version} 过旧，需要 3.11 或更高版本。", f"Python {version} is too old: 3.11 or later.")
    else:
        yield ok("python", f"Python {version}。", f"Python {version}.")


def time_zone(_: Settings) -> Iterable[Finding]:
    """Zone data: deadlines are worked out in the port's zone."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        yield wrong("time_zone", "缺少时区数据，请安装 tzdata。", "there is no time zone data: install tzdata.")
    else:
        yield ok("time_zone", "时区数据可用。", "Time zone data is there.")


def data_directory(settings: Settings) -> Iterable[Finding]:
    """It can be written, and it is not open to others."""
    folder = Path(os.path.realpath(settings.data_dir))
    there = _nearest(folder)
    if folder.exists() and not folder.is_dir():
        yield wrong("data_directory", f"{folder} 不是目录。", f"{folder} is not a folder.")
        return
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as refused:
        zh = f"数据目录 {folder} 不可写：{refused.strerror}。请更改其所有者，或用 LIANJIAN_DATA_DIR 指定其他目录。"
        en = f"the data directory {folder} cannot be written: {refused.strerror}. Change its owner or set LIANJIAN_DATA_DIR."
        yield wrong("data_directory", zh, en)
        return
    if folder.exists() and folder.stat().st_mode & 0o007:
        zh = f"数据目录 {folder} 对其他用户开放，建议执行 chmod o-rwx。"
        yield warning("data_directory", zh, f"the data directory {folder} is open to other users; chmod o-rwx is advised.")
        return
    what = ("可写", "can be written") if folder.exists() else ("将在首次启动时建立", "will be made at the first start")
    yield ok("data_directory", f"数据目录 {folder} {what[0]}。", f"The data directory {folder} {what[1]}.")


def free_disk(settings: Settings) -> Iterable[Finding]:
    """Room for the database and the evidence."""
    folder = _nearest(Path(os.path.realpath(settings.data_dir)))
    free = shutil.disk_usage(folder).free
    zh, en = f"{folder} 所在磁盘剩余 {free / GIB:.1f} GiB", f"{free / GIB:.1f} GiB are free on the disk of {folder}"
    if free < NEEDED_FREE:
        yield wrong("free_disk", f"{zh}，至少需要 1 GiB。", f"{en}; at least 1 GiB is needed.")
    elif free < COMFORTABLE_FREE:
        yield warning("free_disk", f"{zh}，照片和视频很快会用完。", f"{en}; photos and videos will soon fill it.")
    else:
        yield ok("free_disk", f"{zh}。", f"{en}.")


def port(settings: Settings) -> Iterable[Finding]:
    """The address can be listened on."""
    where = f"{settings.host}:{settings.port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as refused:
        zh = f"无法监听 {where}：{refused.strerror}。可能已有程序（或联检本身）在运行，或用 LIANJIAN_PORT 换一个端口。"
        en = f"cannot listen on {where}: {refused.strerror}. Another program (or Lianjian itself) may run; or set LIANJIAN_PORT."
        yield wrong("port", zh, en)
    else:
        yield ok("port", f"端口 {where} 可用。", f"{where} is free to listen on.")


def fonts(_: Settings) -> Iterable[Finding]:
    """The task sheet and the report can be typeset in Chinese."""
    try:
        import pylopdf_fonts_zh_cn
        import typst

        shipped = [str(pylopdf_fonts_zh_cn.sans_path().parent)]
        typst_fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=shipped)
        compiler = typst.Compiler(font_paths=typst_fonts, ignore_system_fonts=True)
        _pdf, warnings = compiler.compile_with_warnings('#set text(font: "Noto Sans SC")\n联检'.encode(), format="pdf")
    except Exception as failed:
        zh = f"无法排版 PDF：{failed}。请重新安装 typst 和 pylopdf-fonts-zh-cn。"
        yield wrong("fonts", zh, f"PDFs cannot be typeset: {failed}. Install typst and pylopdf-fonts-zh-cn again.")
        return
    if warnings:
        yield wrong("fonts", "缺少中文字体 Noto Sans SC。", "the Chinese font Noto Sans SC is missing.")
    else:
        yield ok("fonts", "中文字体可用。", "The Chinese fonts are there.")


def seal(settings: Settings) -> Iterable[Finding]:
    """Reports can be sealed, and for how long yet."""
    from inspection.reporting.seal import SealUnusable, load

    if settings.seal_file is None:
        if settings.embedded:
            yield ok("seal", "使用平台自签印章，仅供演示。", "The platform seals with a certificate of its own, for trying.")
        else:
            zh = "未配置电子印章（LIANJIAN_SEAL_FILE），报告将不加盖印章。"
            yield warning("seal", zh, "no seal is configured (LIANJIAN_SEAL_FILE): reports are printed unsealed.")
        return
    try:
        until = load(settings.seal_file, settings.seal_password).certificate.not_valid_after_utc
    except SealUnusable as unusable:
        yield wrong("seal", f"{unusable}。{unusable.advice_zh}", f"{unusable}. {unusable.advice_en}")
        return
    left = (until - datetime.now(UTC)).days
    zh, en = f"电子印章证书有效期至 {until:%Y-%m-%d}", f"the seal's certificate is valid until {until:%Y-%m-%d}"
    if left < 0:
        yield wrong("seal", f"{zh}，已过期。", f"{en}: it has expired.")
    elif left < SEAL_WARNING_DAYS:
        yield warning("seal", f"{zh}，还剩 {left} 天。", f"{en}: {left} days are left.")
    else:
        yield ok("seal", f"{zh}。", f"{en[0].upper()}{en[1:]}.")


def time_stamps(settings: Settings) -> Iterable[Finding]:
    """Where the time in the seal comes from. The authority itself is not asked: some count what they are asked."""
    from inspection.reporting.time_stamps import TimeStampRootsUnusable, load

    if settings.timestamp_url is None or settings.timestamp_trust is None:
        yield ok("time_stamps", "印章时间为平台时间（未配置时间戳机构）。", "The time in a seal is the platform's own.")
        return
    try:
        load(settings.timestamp_url, settings.timestamp_trust)
    except TimeStampRootsUnusable as unusable:
        yield wrong("time_stamps", f"{unusable}。{unusable.advice_zh}", f"{unusable}. {unusable.advice_en}")
        return
    yield ok("time_stamps", "已配置时间戳机构。", "A time-stamping authority is configured.")


def _nearest(folder: Path) -> Path:
    """The folder itself, or the first one above it that exists."""
    return next(step for step in (folder, *folder.parents) if step.exists())
