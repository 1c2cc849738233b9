"""What may happen to a deadline on its way: paused, resumed, extended, corrected, ended. Every function returns a new ledger.

Each entry names who made it and why, is refused where the terms or the time do not allow it, and is never taken back.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from agencies.calendars import NOTHING, WorkCalendar, check_instant
from agencies.deadline_ledger import Correction, Extension, Ledger, Pause, calendar_name, left_of, project
from agencies.deadlines import in_time
from kit.errors import Conflict, Invalid, TooLate


class PauseNotAllowed(Invalid):
    """The terms of this deadline do not know this reason, or its total of pauses is used up."""

    code = "pause_not_allowed"
    title_zh = "该时限不允许以此理由中止"
    title_en = "This deadline may not be paused for that"
    advice_zh = "请改用该时限允许的中止理由；累计中止时间用尽后不得再中止。"
    advice_en = "Give a reason these terms allow; once the total of pauses is used up there is no further one."


class ExtensionNotAllowed(Invalid):
    """More than the law or the terms allow."""

    code = "extension_not_allowed"
    title_zh = "延长超过法定或约定上限"
    title_en = "The extension exceeds its limit"
    advice_zh = "请在剩余的可延长范围内办理。"
    advice_en = "Extend within what is left of the limit."


class DeadlineNotRunning(Conflict):
    """Paused twice, resumed while running, or already ended; ``details['state']`` says which."""

    code = "deadline_not_running"
    title_zh = "时限当前状态不允许此操作"
    title_en = "The deadline is not in the state for this"


def begin_earlier(ledger: Ledger, start: datetime) -> Ledger:
    """The hours run from ``start`` already: an acknowledgement came before the time that was assumed."""
    _check_running(ledger, paused=False)
    return msgspec.structs.replace(ledger, start=min(ledger.start, check_instant(start)))


def pause(ledger: Ledger, *, reason: str, by: str, at: datetime, calendar: WorkCalendar) -> Ledger:
    """Stops the clock for a reason the terms allow, while there is something left of it: at the due instant it is too late."""
    _check_running(ledger, paused=False)
    _check_in_time(ledger, at + timedelta.resolution, calendar)
    if reason not in ledger.terms.pause_reasons:
        raise PauseNotAllowed(f"{reason!r} is not a reason here", reason=reason, allowed=list(ledger.terms.pause_reasons))
    if left_of(ledger).pause <= NOTHING:
        cap = int(ledger.terms.pause_cap.total_seconds())
        raise PauseNotAllowed("the total of pauses is used up", reason=reason, cap_seconds=cap)
    _check_order(ledger, at)
    return msgspec.structs.replace(ledger, pauses=(*ledger.pauses, Pause(since=check_instant(at), reason=reason, by=by)))


def resume(ledger: Ledger, at: datetime) -> Ledger:
    """Lets the clock run again."""
    _check_running(ledger, paused=True)
    _check_order(ledger, at)
    ended = msgspec.structs.replace(ledger.pauses[-1], until=check_instant(at))
    return msgspec.structs.replace(ledger, pauses=(*ledger.pauses[:-1], ended))


def extend(ledger: Ledger, amount: int, *, reason: str, by: str, at: datetime, calendar: WorkCalendar) -> Ledger:
    """Gives ``amount`` more units of the basis, within the limit and before the deadline is due."""
    _check_running(ledger, paused=ledger.paused)
    _check_in_time(ledger, at, calendar)
    left = left_of(ledger).extension
    if not 0 < amount <= left:
        raise ExtensionNotAllowed(f"{amount} of {left} left", amount=amount, left=left, limit=ledger.terms.extension_limit)
    entry = Extension(at=check_instant(at), amount=amount, reason=reason, by=by)
    return msgspec.structs.replace(ledger, extensions=(*ledger.extensions, entry))


def end(ledger: Ledger, at: datetime) -> Ledger:
    """Answered, lapsed or withdrawn: nothing moves this deadline any more."""
    _check_running(ledger, paused=ledger.paused)
    return msgspec.structs.replace(ledger, ended_at=check_instant(at))


def correct(ledger: Ledger, before: datetime, calendar: WorkCalendar, *, now: datetime, grace: timedelta) -> Ledger:
    """Recomputes a running deadline, due ``before`` until now, under a corrected or newly published calendar.

    One that has ended, or whose due has passed, is returned as it is: no correction revives a missed deadline.
    A new due that lies before ``now`` grants the later of the old due and ``now + grace``. The entry logs both.
    """
    if ledger.ended_at is not None or before < now:
        return ledger
    moved = msgspec.structs.replace(ledger, calendar=calendar_name(calendar))
    after = project(moved, calendar).due.astimezone(UTC)
    granted = max(check_instant(before), check_instant(now) + grace) if after < now else None
    entry = Correction(
        at=check_instant(now),
        calendar=moved.calendar,
        old_due=check_instant(before),
        computed_due=after,
        granted=granted,
    )
    return msgspec.structs.replace(moved, corrections=(*ledger.corrections, entry))


def _check_running(ledger: Ledger, *, paused: bool) -> None:
    if ledger.ended_at is not None:
        raise DeadlineNotRunning("it has ended", state="ended")
    if ledger.paused is not paused:
        raise DeadlineNotRunning(
            "it is paused" if ledger.paused else "it is running", state="paused" if ledger.paused else "running"
        )


def _check_in_time(ledger: Ledger, at: datetime, calendar: WorkCalendar) -> None:
    due_at = project(ledger, calendar).due
    if not in_time(at, due_at):
        raise TooLate("the deadline has passed", due=due_at.isoformat(), received_at=at.isoformat())


def _check_order(ledger: Ledger, at: datetime) -> None:
    last = max(filter(None, (ledger.start, *(p.since for p in ledger.pauses), *(p.until for p in ledger.pauses))))
    if at < last:
        raise DeadlineNotRunning("an entry cannot precede the one before it", state="later_entry", last=last.isoformat())
