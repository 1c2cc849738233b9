"""Disposition and follow-up as people drive them, in any order and at any instant, against a plain record of what they did.

The machine does what it likes; the record beside it knows only who did what and when, and says from that alone what may be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from goods import Goods
from goods_parts import AGENCIES, LED_BY, OPEN, Item, concludes
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from inspection import case
from inspection.deciding import adoption, appeal, disposition
from inspection.deciding.disposition import State, Type
from inspection.following_up import follow_up, recall
from inspection.following_up.follow_up import Kind
from inspection.policies.policy_files import shipped, shipped_names
from kit.errors import LianjianError

assert settings.default is not None
LIVES = 1_000 if settings.default.max_examples >= 1_000 else 20
"""A life is thirty acts with everything checked after each: a long run lives a thousand."""
LIN, ZHAO, GAO = "Lin", "Zhao", "Gao"
PEOPLE = st.sampled_from((LIN, ZHAO, GAO, LED_BY))
SUPERIORS = frozenset({GAO})
SAYINGS = st.sampled_from(
    (
        ("PASS",), ("CONDITIONAL", "SECURITY"), ("CONDITIONAL", "DOCUMENT_BY"), ("CONDITIONAL", "DESTINATION_INSPECTION"),
        ("RECTIFY", "RECTIFY"), ("REFUSE", "RETURN"), ("REFUSE", "DESTROY"), ("REFUSE", "DETAIN", "RETURN"),
        ("REFUSE", "DESTROY", "MOVE_TO_SAFE_SITE"), ("CONDITIONAL", "SAMPLE_AND_HOLD"),
    )
)  # fmt: skip
TYPES = st.sampled_from([one for one in Type if one not in (Type.SPLIT, Type.CASE_FILING, Type.MOVE_TO_SAFE_SITE)])
DOING = (
    *(follow_up.Action.VERIFY, follow_up.Action.REGISTER, follow_up.Action.ACKNOWLEDGE),
    *(follow_up.Action.HAND_OVER, follow_up.Action.SUBMIT),
)
"""What brings a follow-up on, what is nearest to its end first."""
POLICIES = {name: shipped(name) for name in shipped_names()}
FINAL_KINDS = frozenset({Kind.RETURN, Kind.DESTROY})
MOMENTS = st.sampled_from([timedelta(seconds=s) for s in (-1, 0, 1, 6)])


@dataclass
class Record:
    """What people did about the present disposition: nothing here is asked of the rules."""

    proposer: str | None = None
    approver: str | None = None
    window_ends: datetime | None = None
    objection_open: bool = False
    upheld: bool = False
    silent: set[str] = field(default_factory=set)
    dissenting: set[str] = field(default_factory=set)
    overruled: set[str] = field(default_factory=set)

    def may_approve(self, person: str) -> bool:
        return person not in (self.proposer, LED_BY)

    def took_part(self, person: str) -> bool:
        return person in (self.proposer, self.approver, LED_BY)


class DispositionLife(RuleBasedStateMachine):
    """People at one consignment."""

    @initialize(
        name=st.sampled_from(shipped_names()),
        said=st.tuples(SAYINGS, SAYINGS, SAYINGS),
    )
    def inspected(self, name: str, said: Any) -> None:
        self.goods = Goods(POLICIES[name], [concludes(agency, *one) for agency, one in zip(AGENCIES, said, strict=True)])
        self.record = Record()

    def tried(self, act: Callable[[], None]) -> bool:
        """Whether the rules let it happen; a refusal changes nothing."""
        before = self.picture()
        try:
            act()
        except LianjianError:
            assert self.picture() == before, "what is refused leaves everything as it was"
            return False
        return True

    def picture(self) -> list[object]:
        rows = self.goods.rows
        items = [(one.kind, one.agency, one.state, one.overdue) for row in rows for one in row.items]
        heard = [(agency, one.state, one.due) for row in rows for agency, one in sorted(row.heard.items())]
        return [[(row.version, row.type, row.state, row.released, row.recalled) for row in rows], items, heard]

    # --- deciding ---------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.goods.row.state not in OPEN)
    @rule(agency=st.sampled_from(AGENCIES), said=SAYINGS)
    def amends(self, agency: Any, said: Any) -> None:
        self.goods.amend(agency, *said)
        self.record = Record()

    @precondition(lambda self: self.goods.row.state not in disposition.SETTLED)
    @rule(person=PEOPLE, type_=TYPES, past_veto=st.booleans())
    def proposes(self, person: str, type_: Type, past_veto: bool) -> None:
        goods, row = self.goods, self.goods.row
        overdue = row.state is State.IN_EXECUTION and any(one.overdue for one in row.items)
        superior = person in SUPERIORS
        act = lambda: goods.propose(person, type_, superior=superior, past_veto=past_veto, conditions=("DOCUMENT_BY",))  # noqa: E731
        may = row.state in OPEN or overdue
        vetoed = {agency for line in goods.merged.lines for agency in line.vetoed_by}
        if self.tried(act):
            assert may
            if type_ in disposition.RELEASING and vetoed:
                assert superior and past_veto, "nobody but a superior, saying so, decides past a veto"
                assert vetoed <= {*row.heard}, "and the agency hears of it"
            passed_over = {agency for agency in AGENCIES if self.asked_for(agency) > self.strength(type_)}
            conflict = any(line.conflicts for line in goods.merged.lines)
            own = goods.merged.disposition == type_
            assert own or conflict or passed_over == {*row.heard}, "nobody is passed over in silence"
            self.record = Record(proposer=person)

    def strength(self, type_: str) -> int:
        return self.goods.policy.strength.index(type_)

    def asked_for(self, agency: str) -> int:
        """How strict what the agency said is, read off its words."""
        said = self.goods.said[agency]
        words = {"PASS": "RELEASE", "CONDITIONAL": "CONDITIONAL_RELEASE"}.get(said.verdict, "RELEASE")
        return max(self.strength(one) for one in (words, *said.measures) if one in self.goods.policy.strength)

    @precondition(lambda self: self.goods.row.state in OPEN | {State.APPROVED})
    @rule(person=PEOPLE)
    def approves(self, person: str) -> None:
        row = self.goods.row
        may = row.state in (State.PROPOSED, State.RESOLVED) and row.type is not None and self.record.may_approve(person)
        vetoed = any(line.vetoed_by for line in self.goods.merged.lines) and not row.heard
        expected = may and not (vetoed and row.type in disposition.RELEASING)
        assert self.tried(lambda: self.goods.approve(person)) is expected
        if expected:
            self.record.approver = person
            self.record.window_ends = row.window

    # --- being heard ------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.goods.row.heard)
    @rule(data=st.data())
    def dissents(self, data: st.DataObject) -> None:
        agency = data.draw(st.sampled_from(sorted(self.goods.row.heard)))
        one = self.goods.row.heard[agency]
        in_time = one.due is not None and self.goods.now <= one.due
        expected = in_time and self.record.approver is not None and agency not in self.record.dissenting | self.record.overruled
        assert self.tried(lambda: self.goods.dissent(agency)) is expected, "the last instant of the window is the agency's"
        if expected:
            self.record.dissenting.add(agency)

    @precondition(lambda self: self.record.dissenting)
    @rule(person=PEOPLE, uphold=st.booleans())
    def decides_dissent(self, person: str, uphold: bool) -> None:
        agency = min(self.record.dissenting)
        expected = not self.record.took_part(person)
        assert self.tried(lambda: self.goods.rule_on_dissent(person, agency, uphold=uphold)) is expected
        if expected and uphold:
            self.record.dissenting.discard(agency)
            self.record.overruled.add(agency)
            self.record.window_ends = self.goods.row.window
        elif expected:
            self.record = Record()

    @precondition(lambda self: self.goods.row.window is not None and not self.record.objection_open)
    @rule()
    def objects(self) -> None:
        row = self.goods.row
        in_force = row.state in (State.NOTIFIED, State.IN_EXECUTION)
        expected = in_force and row.window is not None and self.goods.now <= row.window
        assert self.tried(self.goods.object) is expected
        if expected:
            self.record.objection_open = True

    @precondition(lambda self: self.record.objection_open)
    @rule(person=PEOPLE, outcome=st.sampled_from((appeal.Outcome.UPHOLD, appeal.Outcome.REVOKE)))
    def decides_objection(self, person: str, outcome: appeal.Outcome) -> None:
        expected = not self.record.took_part(person)
        assert self.tried(lambda: self.goods.decide_objection(person, outcome)) is expected
        if expected and outcome is appeal.Outcome.UPHOLD:
            self.record.objection_open, self.record.upheld = False, True
        elif expected:
            self.record = Record()

    # --- following up -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: any(one.state in follow_up.OPEN - follow_up.NOT_BEGUN for one in self.goods.row.items))
    @rule()
    def does_its_part(self) -> None:
        """Whoever has the next word does what is right, so that some lives come to their end."""
        item = next(one for one in self.goods.row.items if one.state in follow_up.OPEN - follow_up.NOT_BEGUN)
        ways = [one for one in DOING if one in follow_up.ways_of(item.kind) and (item.state, one) in follow_up.TRANSITIONS]
        before = item.state
        if ways:
            assert self.tried(lambda: self.goods.act(item, ways[0], item.agency)) is True
            assert item.state is not before

    @precondition(lambda self: self.goods.row.items)
    @rule(data=st.data(), action=st.sampled_from(follow_up.Action), agency=st.sampled_from((*AGENCIES, None)))
    def acts(self, data: st.DataObject, action: Any, agency: Any) -> None:
        item: Item = data.draw(st.sampled_from(self.goods.row.items))
        assume(action not in (follow_up.Action.BEGIN, follow_up.Action.WAIT, follow_up.Action.CLOSE, follow_up.Action.CANCEL))
        before = item.state
        if self.tried(lambda: self.goods.act(item, action, agency)):
            assert before not in follow_up.NOT_BEGUN, "nothing is done before its turn"
            if action in (follow_up.Action.VERIFY, follow_up.Action.SEND_BACK) and item.kind not in follow_up.HANDED_OVER:
                assert agency == item.agency, "only who demanded it says that it is done"

    # --- time and recalls -------------------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from((1, 30, 24 * 20)))
    def waits(self, hours: int) -> None:
        self.goods.until(self.goods.now + timedelta(hours=hours))

    @rule(data=st.data(), off=MOMENTS)
    def waits_for_a_due(self, data: st.DataObject, off: timedelta) -> None:
        row = self.goods.row
        dues = [*(one.due for one in row.items), *(one.due for one in row.heard.values()), row.window]
        ahead = sorted({one for one in dues if one is not None and one > self.goods.now})
        assume(ahead)
        self.goods.until(data.draw(st.sampled_from(ahead)) + off)

    @precondition(lambda self: any(row.recalled in recall.OPEN for row in self.goods.rows))
    @rule(action=st.sampled_from(recall.Action))
    def ends_recall(self, action: Any) -> None:
        was = next(row.type for row in self.goods.rows if row.recalled in recall.OPEN) or ""
        now = self.goods.merged.disposition
        stricter = now is None or self.strength(now) > self.strength(was)
        done = self.tried(lambda: self.goods.end_recall(action))
        assert done is not (action is recall.Action.LIFT and stricter)

    # --- what always holds ------------------------------------------------------------------------------------------------

    @invariant()
    def no_release_before_what_comes_first(self) -> None:
        for row in self.goods.rows:
            if not row.released:
                continue
            automatic = row.approved_by is None
            assert automatic is (row.type == "RELEASE" and row.proposed_by is None) or row.approved_by != row.proposed_by
            for item in row.items:
                if item.kind is Kind.SECURITY and row.state is State.IN_EXECUTION:
                    assert item.state not in follow_up.OPEN, "security first, goods afterwards"

    @invariant()
    def what_cannot_be_undone_waits_for_the_objection(self) -> None:
        row = self.goods.row
        for item in row.items:
            if item.kind in FINAL_KINDS and item.state not in (*follow_up.NOT_BEGUN, follow_up.State.CANCELLED):
                assert self.record.upheld or (row.window is not None and self.goods.now > row.window)

    @invariant()
    def a_departure_in_force_was_heard(self) -> None:
        row = self.goods.row
        if row.state in disposition.IN_FORCE:
            for agency, one in row.heard.items():
                assert one.state in adoption.CLEARED
                assert agency not in self.record.dissenting
                assert one.due is None or agency in self.record.overruled or self.goods.now > one.due

    @invariant()
    def one_decision_is_in_force_and_nothing_is_asked_under_a_dead_one(self) -> None:
        in_force = [row for row in self.goods.rows if row.state in disposition.IN_FORCE - {State.CLOSED, State.VERIFIED}]
        # One that was overtaken while an objection to it is open waits for nothing but its answer.
        assert len([row for row in in_force if row is self.goods.row or row.state is not State.APPEALED]) <= 1
        for row in self.goods.rows:
            if row.state in (State.REVOKED, State.CLOSED):
                assert not any(one.state in follow_up.OPEN for one in row.items)

    @invariant()
    def the_case_is_closed_only_when_nothing_is_left(self) -> None:
        goods = self.goods
        open_ = any(one.state in follow_up.OPEN for row in goods.rows for one in row.items)
        recalled = any(row.recalled in recall.OPEN for row in goods.rows)
        settled = all(row.state in disposition.SETTLED for row in goods.rows)
        assert (goods.case is case.State.CLOSED) is (settled and not open_ and not recalled)


TestDispositionLife = DispositionLife.TestCase
TestDispositionLife.settings = settings(max_examples=LIVES, stateful_step_count=30)
