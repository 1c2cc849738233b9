"""A merge policy 处置策略: a versioned document that says everything the merge decides by. No verdict is known to the code.

Verdicts and their ranks, who binds and who advises, from which rank on a verdict vetoes, the graded table, measures that exclude
each other, what follows from silence, how a conclusion may be departed from, and the time limits. Shipped in
``inspection/policies``: ``graded``, ``veto``, ``veto_strict``. Whether a document makes sense as a whole is checked in
``inspection/policies/policy_check.py``.
Source: the domain page, section 3.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Standing = Literal["BINDING", "PRESUMPTIVE", "ADVISORY"]
Credit = Literal["aeo", "ordinary", "low"]
Lane = Literal["green", "yellow", "red", "blue"]
OnMissing = Literal["BLOCK", "ESCALATE", "SUBSTITUTE", "DEEMED"]
Resolution = Literal["EXCLUSIVE", "FIRST", "STRICTER", "RELEASE_FIRST", "AHEAD"]
Step = Literal["REASON", "SECOND_APPROVER", "NOTICE", "DISSENT"]
MergedBy = Literal["LINE", "CHECK"]
Office = Literal["LEAD", "SUPERIOR"]

Code = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,63}$", description="a code of the policy, upper case")]
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="lower case, digits and underscores")]
Budget = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}(h|wh|wd|d)$", description="2h, 2wh, 3wd or 30d")]

AS_ASKED = "AS_ASKED"
"""As a row's disposition: the strongest measure asked for."""
ANYTHING = "*"
"""As the other half of an exclusion: whatever else is asked for."""
WINDOWS = (
    *("conclusion", "report", "dissent", "appeal", "late_sync", "rectification", "detention", "detention_extension"),
    *("info_request", "info_request_in_session", "rights_holder_reply", "ip_determination", "recall"),
    *("document_by", "return", "destroy", "move_to_safe_site"),
)
"""The time limits the platform asks a policy for by name; a row of the table or of the adoption may name further ones."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A verdict and its rank (higher is stricter; no two alike).

    ``measures`` are those that may stand beside it, ``conditions`` says whether conditions may, ``needs`` lists measures and
    conditions of which at least one must, ``implies`` the measure asked for where none that disposes of the goods is named.
    """

    code: Code
    rank: Annotated[int, Meta(ge=0, le=1000)]
    measures: tuple[Code, ...] = ()
    conditions: bool = True
    needs: tuple[Code, ...] = ()
    implies: Code | None = None
    text_zh: str = ""
    text_en: str = ""


class AgencyStanding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The standing of an agency, or of one of its checks (its domain)."""

    agency: Name
    standing: Standing
    check: Name | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A row of the graded table. A column left out fits anything; each column named makes the row more specific.

    ``asks`` fits a conclusion that asks for one of these measures, ``causes`` one with such a cause. ``conditions`` and
    ``measures`` are added; ``window`` names a time limit of the policy, ``overdue`` the disposition once it has passed.
    """

    id: Name
    disposition: Code
    text_zh: str
    text_en: str
    verdicts: tuple[Code, ...] = ()
    causes: tuple[Name, ...] = ()
    asks: tuple[Code, ...] = ()
    credit: tuple[Credit, ...] = ()
    hazard: bool | None = None
    place: Literal["PORT", "ELSEWHERE"] | None = None
    conditions: tuple[Code, ...] = ()
    measures: tuple[Code, ...] = ()
    window: Name | None = None
    recheck: Literal["DEMANDING_AGENCY", "ANY_AGENCY"] | None = None
    overdue: Code | None = None

    @property
    def specificity(self) -> int:
        """How many columns the row names."""
        named = (self.verdicts, self.causes, self.asks, self.credit)
        return sum(1 for column in named if column) + (self.hazard is not None) + (self.place is not None)


class Replacement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """``measure`` becomes another one; NOT_RETURNABLE: the goods cannot be returned or are prohibited."""

    measure: Code
    becomes: Code
    when: Literal["NOT_RETURNABLE"]


class Exclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Two measures that exclude each other and how that is resolved; ``*`` is any other measure."""

    between: tuple[str, str]
    by: Resolution
    text_zh: str = ""
    text_en: str = ""


class Offence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a suspected offence adds, and what it adds besides where the goods are evidence."""

    measures: tuple[Code, ...] = ()
    with_evidence: tuple[Code, ...] = ()


class ReleaseFirst(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Goods first, case later 货物先放、案件后办: the disposition in place of a release, and its conditions."""

    disposition: Code
    conditions: tuple[Code, ...]


class PendingTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may happen while nothing but results of this cause are missing and nobody is stricter than ``up_to``."""

    cause: Code
    up_to: Code
    credit: tuple[Credit, ...]
    disposition: Code
    conditions: tuple[Code, ...]


class Missing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What follows from the lapse of an agency. DEEMED needs the ``clause`` of the mandate that allows it.

    ``lanes`` and ``credit`` restrict the row to such a risk; left out, they fit any.
    """

    agency: Name
    action: OnMissing
    clause: str = ""
    lanes: tuple[Lane, ...] = ()
    credit: tuple[Credit, ...] = ()


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """What decides what silence means on a line: lane, credit, the goods, and the agencies called for it (``beside``)."""

    lane: Lane | None = None
    credit: Credit = "ordinary"
    hazard: bool = False
    prohibited: bool = False
    beside: frozenset[str] = frozenset()


class Adoption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What departing from a conclusion of this standing takes; ``milder`` None: refused.

    ``by`` is who may depart, ``window`` the time limit of a dissent, ``unresolved_to`` who decides one that stays. A release
    waits for the window, but for the priority classes in ``not_waiting``.
    """

    standing: Standing
    stricter: tuple[Step, ...]
    milder: tuple[Step, ...] | None
    by: Office = "LEAD"
    window: Name | None = None
    unresolved_to: Office = "SUPERIOR"
    not_waiting: tuple[Code, ...] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A merge policy as a whole. Lists are sets to the merge; only ``strength`` is ordered, from mild to strict.

    ``to_lead``: verdicts for which the table may leave the lead to decide. ``merged_by`` CHECK: the checks of a line are never
    merged with each other, and it is released only if each of them is. ``appealable``: dispositions that cannot be undone and
    wait, once approved, until they can no longer be appealed against.
    """

    name: Name
    version: Annotated[int, Meta(ge=1, le=2_147_483_647)]
    title_zh: str
    title_en: str
    verdicts: Annotated[tuple[Verdict, ...], Meta(min_length=1)]
    strength: Annotated[tuple[Code, ...], Meta(min_length=1)]
    undecided: tuple[Code, ...] = ()
    to_lead: tuple[Code, ...] = ()
    merged_by: MergedBy = "LINE"
    conditions: tuple[Code, ...] = ()
    releasing: tuple[Code, ...] = ()
    automatic: tuple[Code, ...] = ()
    side_measures: tuple[Code, ...] = ()
    appealable: tuple[Code, ...] = ()
    default_standing: Standing = "PRESUMPTIVE"
    standing: tuple[AgencyStanding, ...] = ()
    advisory_cap: Code
    veto_at: Code | None = None
    table: tuple[Row, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    offence: Offence = Offence()
    release_first: ReleaseFirst | None = None
    split_blockers: tuple[Code, ...] = ()
    pending_test: PendingTest | None = None
    default_on_missing: Literal["BLOCK", "ESCALATE"] = "BLOCK"
    on_missing: tuple[Missing, ...] = ()
    never_deemed_beside: tuple[Name, ...] = ()
    low_lanes: tuple[Lane, ...] = ()
    adoption: tuple[Adoption, ...] = ()
    windows: dict[Name, Budget] = {}

    @property
    def measures(self) -> frozenset[str]:
        """Every measure a conclusion may ask for: what disposes of goods without releasing them, and the side measures."""
        return frozenset(self.strength) - frozenset(self.releasing) | frozenset(self.side_measures)

    def adoption_of(self, standing: Standing) -> Adoption:
        """What departing from such a conclusion takes; where the policy says nothing: a reason to be stricter, never milder."""
        stated = next((one for one in self.adoption if one.standing == standing), None)
        return stated or Adoption(standing=standing, stricter=("REASON",), milder=None)

    def standing_of(self, agency: str, check: str | None = None) -> Standing:
        """BINDING, PRESUMPTIVE or ADVISORY; a row for the check stands before one for the agency."""
        rows = {one.check: one.standing for one in self.standing if one.agency == agency}
        return rows.get(check) or rows.get(None) or self.default_standing

    def may_be_deemed(self, risk: Risk) -> bool:
        """Whether silence may stand for anything here: never for dangerous or prohibited goods, food or drugs."""
        return not (risk.hazard or risk.prohibited or not risk.beside.isdisjoint(self.never_deemed_beside))

    def on_lapse(self, agency: str, risk: Risk, check: str | None = None) -> Missing:
        """The most specific row for a lapse of the agency, else the default; whether the goods allow DEEMED is not asked.

        A DEEMED row for an agency that is not advisory counts in low lanes only.
        """
        fitting = [
            row
            for row in self.on_missing
            if row.agency == agency
            and (not row.lanes or risk.lane in row.lanes)
            and (not row.credit or risk.credit in row.credit)
        ]
        row = max(fitting, key=lambda one: (bool(one.lanes) + bool(one.credit), one.action), default=None)
        deemable = row is not None and bool(row.clause) and self._silence_may_speak(agency, check, risk.lane)
        if row is None or (row.action == "DEEMED" and not deemable):
            return Missing(agency=agency, action=self.default_on_missing)
        return row

    def on_missing_of(self, agency: str, risk: Risk, check: str | None = None) -> Missing:
        """What follows from a lapse of ``agency`` on goods of this ``risk``: its ``action``, with the ``clause`` of a DEEMED."""
        row = self.on_lapse(agency, risk, check)
        if row.action == "DEEMED" and not self.may_be_deemed(risk):
            return Missing(agency=agency, action=self.default_on_missing)
        return row

    def _silence_may_speak(self, agency: str, check: str | None, lane: Lane | None) -> bool:
        return self.standing_of(agency, check) == "ADVISORY" or lane in self.low_lanes
