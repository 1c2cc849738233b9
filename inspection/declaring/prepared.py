"""A declaration that passed validation and was screened, on its way to the database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from inspection.declaring import declaration_state
from inspection.declaring.declaration_state import Action, State
from kit.decoding import Problem
from risk.declaration import Declaration
from risk.screening_result import ScreeningResult


@dataclass(frozen=True)
class Prepared:
    """A declaration that passed validation and was screened, not stored yet."""

    id: UUID
    declaration: Declaration
    document_hash: str
    line_hashes: tuple[str, ...]
    flags: tuple[Problem, ...]
    seed: int
    screened: ScreeningResult
    history: bool
    progress_secret: str | None
    """What opens the public page of its progress; None for history, which has none."""
    opened: bool = False
    """The goods were opened under an earlier version: the case goes on, whatever this one is screened as."""

    @cached_property
    def state(self) -> State:
        """Where the version stands once it is stored."""
        state = State.RECEIVED
        steps = [Action.VALIDATE, Action.SCREEN]
        if not self.history:
            steps.append(Action.OPEN_CASE if self.screened.agencies or self.opened else Action.NOT_CALLED)
        for step in steps:
            state = declaration_state.advance(state, step, history=self.history)
        return state
