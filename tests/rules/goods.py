"""One consignment in memory: the pure rules put together as the operations put them, under a clock that the test moves.

``Goods`` is what the state machine of ``test_disposition_life.py`` drives. It decides nothing by itself: every permission, every
next state and every due comes from the rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from goods_parts import BEGINS, CALENDAR, CONTEXT, LEAD, LED_BY, OPEN, REQUIRED, Heard, Item, Row, concludes

from agencies import deadlines
from agencies.deadlines import LAPSE_GRACE, Budget
from inspection import case
from inspection.deciding import adoption, appeal, disposition, proposal
from inspection.deciding.conditions import lets_go
from inspection.deciding.disposition import Action, State, Type
from inspection.deciding.proposal import Proposal
from inspection.fieldwork import session as sessions
from inspection.following_up import enforcement, follow_up, follow_up_plan, recall
from inspection.merging import Conclusion, merge
from inspection.policies.policy import Policy
from inspection.transitions import StateForbids


class Goods:
    """The consignment from its first report on."""

    def __init__(self, policy: Policy, said: Iterable[Conclusion]) -> None:
        self.policy, self.now = policy, BEGINS
        self.said = {one.agency: one for one in said}
        self.rows: list[Row] = []
        self.report()

    @property
    def row(self) -> Row:
        return self.rows[-1]

    def due(self, window: str) -> datetime:
        return deadlines.due(self.now, Budget.parse(self.policy.windows[window]), CALENDAR).due

    # --- conclusions and reports ------------------------------------------------------------------------------------------

    def report(self) -> None:
        """The next version of the report: what was only proposed goes, what was let go and is stricter now is called back."""
        self.merged = merge(self.policy, REQUIRED, tuple(self.said.values()), CONTEXT)
        kept = [row for row in self.rows if row.state not in {*OPEN, State.APPROVED}]
        unseen = len(kept) == len(self.rows) and all(row.type == "RELEASE" and row.state is State.CLOSED for row in kept)
        asked = {line.line: line.disposition for line in self.merged.lines}
        for row in kept:
            let_go = row.state in disposition.LET_GO and lets_go(row.type, self.policy) is not None
            if let_go and recall.recalled_lines({1: row.type}, asked, self.policy):
                row.step(Action.RECALL)
                row.recalled = recall.State.OPEN
        version = max((row.version for row in self.rows), default=0) + 1
        fresh = Row(version, self.merged.disposition, enforcement.first_state(self.merged), proposal.as_merged(self.merged))
        self.rows = [*kept, fresh]
        if self.merged.automatic and unseen:
            self.take_effect(enforcement.DONE)

    def amend(self, agency: str, verdict: str, *codes: str) -> None:
        self.said[agency] = concludes(agency, verdict, *codes, version=self.said[agency].version + 1)
        self.report()

    # --- deciding ---------------------------------------------------------------------------------------------------------

    def propose(self, person: str, type_: Type, *, superior: bool, past_veto: bool, conditions: tuple[str, ...]) -> None:
        request = Proposal(type=type_, reason="…", conditions=conditions, past_veto=past_veto)
        chosen = proposal.choose(
            request, self.merged, policy=self.policy, required=REQUIRED, conclusions=tuple(self.said.values()),
            context=CONTEXT, superior=superior,
        )  # fmt: skip
        if self.row.state is State.CONFLICT:
            self.row.step(Action.RESOLVE)
        elif self.row.state not in OPEN:
            self._escalate(type_)
        self.row.type, self.row.lines, self.row.proposed_by = type_.value, chosen.lines, person
        agencies = {one.agency for one in chosen.departures}
        self.row.heard = {agency: Heard(tuple(one for one in chosen.departures if one.agency == agency)) for agency in agencies}

    def _escalate(self, type_: Type) -> None:
        """What is overdue goes back to a proposal; its follow-ups stay as they are."""
        late = [one for one in self.row.items if one.overdue and one.state in follow_up.OPEN]
        if self.row.state is not State.IN_EXECUTION or not late:
            raise StateForbids(state=self.row.state.value, action="propose", allowed=[])
        named = [one.overdue for one in self.policy.table if one.disposition == late[0].kind and one.overdue]
        if not named or self.policy.strength.index(type_) < max(map(self.policy.strength.index, named)):
            raise StateForbids(state=self.row.state.value, action="escalate", allowed=[])
        self.row.step(Action.ESCALATE)
        self.row.approved_by = None

    def approve(self, person: str) -> None:
        """Another person approves: it takes effect, or waits until every agency departed from was heard."""
        row = self.row
        disposition.check_approver(person, proposed_by=row.proposed_by, lead_inspectors=(LED_BY,))
        disposition.advance(row.state, Action.APPROVE)
        if row.type is None:
            raise StateForbids(state=row.state.value, action="approve", allowed=[])
        lifted = {(1, agency) for agency, one in row.heard.items() if any(each.veto for each in one.departed)}
        proposal.check_vetoes(self.merged, {1: row.type}, lifted)
        row.approved_by = person
        for one in row.heard.values():
            one.state = adoption.advance(one.state, adoption.first_step(self.policy, one.departed))
            if one.state is adoption.State.OPEN:
                one.due = self.due(adoption.terms_of(self.policy, one.departed).window or "")
        if any(one.state is adoption.State.OPEN for one in row.heard.values()):
            row.step(Action.APPROVE)
        else:
            self.take_effect()

    def dissent(self, agency: str) -> None:
        one = self.row.heard[agency]
        one.state = adoption.check_dissent(one.state, self.now, one.due)

    def rule_on_dissent(self, person: str, agency: str, *, uphold: bool) -> None:
        """A superior upholds the departure, or has the conclusion followed after all."""
        one = self.row.heard[agency]
        adoption.check_decides(
            person, proposed_by=self.row.proposed_by, approved_by=self.row.approved_by, lead_inspectors=(LED_BY,)
        )
        one.state = adoption.advance(one.state, adoption.Action.UPHOLD if uphold else adoption.Action.FOLLOW)
        if uphold:
            self._heard()
            return
        self.row.step(Action.FOLLOW_CONCLUSION)
        self.row.type, self.row.lines = self.merged.disposition, proposal.as_merged(self.merged)
        self.row.proposed_by = self.row.approved_by = None
        self.row.heard = {}

    def _heard(self) -> None:
        if self.row.state is State.APPROVED and adoption.may_take_effect(one.state for one in self.row.heard.values()):
            self.take_effect()

    # --- taking effect ----------------------------------------------------------------------------------------------------

    def _lines(self) -> list[follow_up_plan.Line]:
        return [
            follow_up_plan.Line(line=one.line, type=one.type, measures=one.measures, conditions=one.conditions, queued=one.queued)
            for one in self.row.lines
        ]

    def take_effect(self, steps: tuple[Action, ...] | None = None) -> None:
        row = self.row
        lets, waits = lets_go(row.type, self.policy) is not None, follow_up_plan.must_wait(self._lines())
        if steps is None:
            steps = enforcement.APPEALABLE if lets and waits else enforcement.steps_of(Type(row.type or ""), self.policy)
        for action in steps[1:] if row.state in enforcement.DECIDED else steps:
            row.step(action)
        self._replace()
        row.window = self.due(appeal.WINDOW)
        asked: dict[tuple[int, str], set[str]] = {}
        for one in self.said.values():
            for code in (*one.measures, *one.conditions):
                asked.setdefault((1, code), set()).add(one.agency)
        for planned in follow_up_plan.plan(self._lines(), asked, LEAD, self.policy.appealable):
            item = Item(planned.kind, planned.agency, planned.state, planned.before_release)
            row.items.append(item)
            self._clock(item)
        if lets and not waits:
            row.released = True

    def _replace(self) -> None:
        """What earlier decisions asked for is asked no more."""
        for row in self.rows:
            for one in row.items:
                if one.state not in follow_up.FINAL:
                    done = one.state is follow_up.State.VERIFIED
                    one.state = follow_up.advance(one.state, follow_up.Action.CLOSE if done else follow_up.Action.CANCEL)
            if row is self.row or row.state not in disposition.IN_FORCE - {State.CLOSED}:
                continue
            gone = row.state is State.VERIFIED or row.released
            for action in (Action.VERIFY, Action.CLOSE) if gone else (Action.REVOKE,):
                if (row.state, action) in disposition.TRANSITIONS:
                    row.step(action)

    def _clock(self, item: Item) -> None:
        if item.state is follow_up.State.APPEALABLE:
            item.due = self.row.window
        elif item.state is follow_up.State.NOTIFIED:
            window = {"RECTIFY": "rectification", "DETAIN": "detention"}.get(item.kind, item.kind.lower())
            item.due = self.due(window) if window in self.policy.windows else None

    def go_on(self) -> None:
        """What follows from where the follow-ups stand."""
        row = self.row
        if row.state not in disposition.IN_FORCE:
            return
        standing = [one.standing for one in row.items]
        kinds = follow_up.to_begin(standing)
        over = appeal.may_be_carried_out(row.state, window_over=row.window is None or self.now > row.window)
        for one in row.items:
            if one.state in follow_up.NOT_BEGUN and one.kind in kinds:
                begins = over or one.kind not in self.policy.appealable
                if begins or one.state is follow_up.State.QUEUED:
                    one.state = follow_up.advance(one.state, follow_up.Action.BEGIN if begins else follow_up.Action.WAIT)
                    self._clock(one)
        standing = [one.standing for one in row.items]
        lets, told = lets_go(row.type, self.policy) is not None, row.state in {State.NOTIFIED, State.UPHELD}
        begun = any(one.state not in {*follow_up.NOT_BEGUN, follow_up.State.NOTIFIED} for one in standing)
        if told and (follow_up.let_go(standing) if lets else begun):
            row.step(Action.EXECUTE)
            row.released = row.released or lets
        if row.state is State.IN_EXECUTION and follow_up.all_done(standing):
            row.step(Action.VERIFY)
            if not follow_up.needs_new_decision(standing):
                row.step(Action.CLOSE)
                for one in row.items:
                    if one.state is follow_up.State.VERIFIED:
                        one.state = follow_up.advance(one.state, follow_up.Action.CLOSE)

    def act(self, item: Item, action: follow_up.Action, agency: str | None) -> None:
        """One step of a follow-up by ``agency`` (None: the enterprise, or the office that took it over)."""
        saying = {follow_up.Action.VERIFY, follow_up.Action.SEND_BACK, follow_up.Action.REGISTER}
        if action in saying and item.kind not in follow_up.HANDED_OVER:
            follow_up.check_own(item.agency, agency)
        if action is not follow_up.Action.SEND_BACK:
            follow_up.check_way(item.kind, action)
        item.state = follow_up.advance(item.state, action)
        if item.state is follow_up.State.VERIFIED:
            item.verified_by, item.overdue = agency, False
        self.go_on()

    # --- time, objections, recalls ----------------------------------------------------------------------------------------

    def until(self, instant: datetime) -> None:
        """The clock moves; whatever has ended by then ends, no earlier than a lapse may act."""
        self.now = max(self.now, instant)
        for one in self.row.heard.values():
            if one.state is adoption.State.OPEN and one.due is not None and one.due + LAPSE_GRACE <= self.now:
                one.state = adoption.advance(one.state, adoption.Action.LAPSE)
        self._heard()
        for item in self.row.items:
            if item.state is follow_up.State.NOTIFIED and item.due is not None and item.due + LAPSE_GRACE <= self.now:
                item.overdue = True
        if self.row.window is not None and self.row.window + LAPSE_GRACE <= self.now:
            self.go_on()

    def object(self) -> None:
        if self.row.window is None or self.row.state not in appeal.APPEALABLE:
            raise appeal.NothingToAppeal(state=self.row.state.value)
        appeal.check_in_time(self.now, self.row.window)
        self.row.objected = self.row.state
        self.row.step(Action.APPEAL)

    def decide_objection(self, person: str, outcome: appeal.Outcome) -> None:
        row = self.row
        if row.objected is None:
            raise StateForbids(state=row.state.value, action="decide", allowed=[])
        adoption.check_decides(person, proposed_by=row.proposed_by, approved_by=row.approved_by, lead_inspectors=(LED_BY,))
        row.step(appeal.STEPS[outcome])
        was, row.objected = row.objected, None
        if outcome is appeal.Outcome.UPHOLD:
            if was is State.IN_EXECUTION:
                row.step(Action.EXECUTE)
            self.go_on()
            return
        self._cancel(row)
        fresh = Row(row.version + 1, None, enforcement.first_state(self.merged), proposal.as_merged(self.merged))
        self.rows.append(fresh)

    def _cancel(self, row: Row) -> None:
        for one in row.items:
            if one.state in follow_up.OPEN:
                one.state = follow_up.advance(one.state, follow_up.Action.CANCEL)

    def end_recall(self, action: recall.Action) -> None:
        row = next(row for row in self.rows if row.recalled in recall.OPEN)
        if action is recall.Action.LIFT:
            asked = {line.line: line.disposition for line in self.merged.lines}
            recall.check_lift({1: row.type}, asked, self.policy)
        assert row.recalled is not None
        row.recalled = recall.advance(row.recalled, action)

    @property
    def case(self) -> case.State:
        """The state of the case that follows from all this."""
        open_items = sum(one.state in follow_up.OPEN for row in self.rows for one in row.items)
        facts = case.CaseFacts(
            opened=True,
            sessions=(sessions.State.CLOSED,),
            report_issued=True,
            dispositions=tuple(row.state for row in self.rows),
            follow_ups_open=open_items + sum(row.recalled in recall.OPEN for row in self.rows),
        )
        return case.derive_state(facts)
