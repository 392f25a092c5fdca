"""Legal changes of a state, each made with what goes along with it in one conditional update.

A ``Lifecycle`` is the table of what may follow what. ``Transitions`` binds one to a table of the
database: ``move`` changes state and payload together, ``WHERE state IN (allowed sources)``, so that
two who change the same row cannot both succeed. Where no row was changed, the answer says why: the
move is not legal, somebody else was faster, or there is no such row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, Table, Update, bindparam, select, update
from sqlalchemy import orm as sqlalchemy_orm

from flowy.db.session import Row, Session
from flowy.db.statement import Statement

Executor = Session | Connection | sqlalchemy_orm.Session
"""What a move runs on: a session at driver level, or SQLAlchemy's connection or session."""


class Lifecycle:
    """Which state may follow which.

    Args:
        name: What has these states, for messages: "run", "process".
        sources: To each state, the states that may go over to it; a state that is only a start has
            none.
    """

    def __init__(self, name: str, sources: Mapping[str, Iterable[str]]) -> None:
        self.name = name
        self.sources = {str(target): frozenset(allowed) for target, allowed in sources.items()}
        unknown = frozenset().union(*self.sources.values()) - self.sources.keys()
        if unknown:
            raise ValueError(f"states of a {name} without a row of their own: {sorted(unknown)}")

    @property
    def states(self) -> frozenset[str]:
        """All states."""
        return frozenset(self.sources)

    def allows(self, source: str, target: str) -> bool:
        """Tell whether a state may follow another.

        Raises:
            ValueError: There is no such target.
        """
        return source in self.allowed(target)

    def allowed(self, target: str) -> frozenset[str]:
        """Return the states that may go over to a state.

        Raises:
            ValueError: There is no such state.
        """
        if target not in self.sources:
            raise ValueError(
                f"a {self.name} has no state {target!r}; its states are {sorted(self.sources)}"
            )
        return self.sources[target]


class Outcome(StrEnum):
    """What became of an attempt to change a state."""

    MOVED = "moved"
    """State and payload are changed."""
    UNCHANGED = "unchanged"
    """It is in that state already; nothing is changed, the payload neither."""
    ILLEGAL = "illegal"
    """Its state does not allow the move."""
    LOST = "lost"
    """Somebody else was faster: it is not in the state seen before, or not the guarded one."""
    MISSING = "missing"
    """There is no such row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """What became of an attempt.

    Args:
        outcome: What became of it.
        state: The state of the row afterwards; None when there is no row.
    """

    outcome: Outcome
    state: str | None

    def __bool__(self) -> bool:
        """Tell whether something was changed."""
        return self.outcome is Outcome.MOVED


class Transitions:
    """The moves of the rows of one table.

    Args:
        table: The table.
        lifecycle: What may follow what.
        key: The columns that identify a row.
        state: The column with the state.
    """

    def __init__(
        self, table: Table, lifecycle: Lifecycle, key: Iterable[str], state: str = "state"
    ) -> None:
        self.lifecycle = lifecycle
        self._table = table
        self._key = tuple(key)
        self._state = state
        self._updates: dict[tuple[frozenset[str], frozenset[str], int], _Both] = {}
        of_row = [table.c[name] == bindparam(f"key_{name}") for name in self._key]
        self._present = _Both(select(table.c[state]).where(*of_row))

    def move(
        self,
        session: Executor,
        key: Mapping[str, Any],
        target: str,
        payload: Mapping[str, Any] | None = None,
        *,
        seen: str | None = None,
        guard: Mapping[str, Any] | None = None,
    ) -> Move:
        """Change state and payload of one row together, if that is legal.

        Args:
            session: The transaction.
            key: Values of the key's columns.
            target: The new state.
            payload: What goes along with it, by column.
            seen: The state that the caller's decision rests on; when the row has left it, the move
                is lost even if the present state would allow it.
            guard: Values that other columns must still have, such as the owner of a lease.

        Raises:
            ValueError: There is no such state.
        """
        sources = self.lifecycle.allowed(target)
        if seen is not None:
            sources &= {seen}
        values, guards = dict(payload or {}), dict(guard or {})
        if sources and self._changed(session, key, target, values, guards, sorted(sources)):
            return Move(outcome=Outcome.MOVED, state=target)
        present = self.present(session, key)
        return Move(outcome=self._why(present, target, seen), state=present)

    def present(self, session: Executor, key: Mapping[str, Any]) -> str | None:
        """Return the state of a row as the database has it, None when there is no such row."""
        row = self._present.first(session, self._of(key))
        return None if row is None else str(row[0])

    def _changed(
        self,
        session: Executor,
        key: Mapping[str, Any],
        target: str,
        values: Mapping[str, Any],
        guards: Mapping[str, Any],
        sources: list[str],
    ) -> bool:
        parameters = {
            **self._of(key),
            "to_state": target,
            **{f"set_{name}": value for name, value in values.items()},
            **{f"if_{name}": value for name, value in guards.items()},
            **{f"from_{number}": source for number, source in enumerate(sources)},
        }
        statement = self._update(frozenset(values), frozenset(guards), len(sources))
        return statement.first(session, parameters) is not None

    def _why(self, present: str | None, target: str, seen: str | None) -> Outcome:
        if present is None:
            return Outcome.MISSING
        if seen is not None and present != seen:
            return Outcome.LOST
        if self.lifecycle.allows(present, target):
            return Outcome.LOST
        return Outcome.UNCHANGED if present == target else Outcome.ILLEGAL

    def _of(self, key: Mapping[str, Any]) -> dict[str, Any]:
        return {f"key_{name}": key[name] for name in self._key}

    def _update(self, values: frozenset[str], guards: frozenset[str], sources: int) -> "_Both":
        shape = (values, guards, sources)
        if shape not in self._updates:
            self._updates[shape] = _Both(self._make(*shape))
        return self._updates[shape]

    def _make(self, values: frozenset[str], guards: frozenset[str], sources: int) -> Update:
        columns = self._table.c
        state = columns[self._state]
        return (
            update(self._table)
            .where(
                *(columns[name] == bindparam(f"key_{name}") for name in self._key),
                state.in_([bindparam(f"from_{number}") for number in range(sources)]),
                *(columns[name] == bindparam(f"if_{name}") for name in sorted(guards)),
            )
            .values(
                {
                    self._state: bindparam("to_state"),
                    **{name: bindparam(f"set_{name}") for name in sorted(values)},
                }
            )
            .returning(state)
        )


class _Both:
    """A statement for sessions at driver level and for SQLAlchemy's."""

    __slots__ = ("_element", "_statement")

    def __init__(self, element: Update | Select[Any]) -> None:
        self._element = element
        self._statement = Statement(element)

    def first(self, session: Executor, parameters: Mapping[str, Any]) -> Row | None:
        """Run it and return the first row."""
        if isinstance(session, Connection | sqlalchemy_orm.Session):
            found = session.execute(self._element, dict(parameters)).first()
            return None if found is None else tuple(found)
        return session.one(self._statement, parameters)
