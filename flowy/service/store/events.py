"""Histories: events as the bytes that go out on the wire."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select

from flowy.db.ledger import Rows
from flowy.db.session import Session
from flowy.db.statement import ONE, ZERO, Statement
from flowy.protocol.event import Event
from flowy.protocol.history import HistoryEvent
from flowy.protocol.value import Value
from flowy.protocol.wire import decode_events, encode_event, join_events
from flowy.service.store.schema import events

_range = (
    events.c.execution == bindparam("of_execution"),
    events.c.event_id >= bindparam("first"),
    events.c.event_id <= bindparam("last"),
)
_page = select(events.c.body).where(*_range).limit(bindparam("size")).offset(ZERO)

ROWS = Rows(events, key=2)

FORWARD = Statement(_page.order_by(events.c.event_id))
BACKWARD = Statement(_page.order_by(events.c.event_id.desc()))
LAST = Statement(
    select(events.c.event_id)
    .where(events.c.execution == bindparam("of_execution"))
    .order_by(events.c.event_id.desc())
    .limit(ONE)
    .offset(ZERO)
)

ALL = 2**31 - 1
"""More than an execution can have, and still an integer of every database."""


class Range(Value):
    """Events of one execution from ``first`` to ``last``, both included."""

    execution: int
    first: int = 1
    last: int = ALL
    reverse: bool = False


def append(session: Session, execution: int, added: Sequence[Event]) -> list[bytes]:
    """Store events behind those that an execution has; return what is stored."""
    stored = list(map(encode_event, added))
    if stored:
        store(session, execution, added[0].event_id, stored)
    return stored


def store(session: Session, execution: int, first: int, stored: Iterable[bytes]) -> None:
    """Store events, given as they are stored, of which the first has this id."""
    rows = [
        ((execution, event_id), (execution, event_id, body))
        for event_id, body in enumerate(stored, first)
    ]
    session.ledger.add_all(ROWS, rows)


def bodies(session: Session, wanted: Range, size: int = ALL) -> list[bytes]:
    """Return the stored bytes of at most ``size`` events of a range, in its order."""
    parameters = {
        "of_execution": wanted.execution,
        "first": wanted.first,
        "last": wanted.last,
        "size": size,
    }
    rows = session.all(BACKWARD if wanted.reverse else FORWARD, parameters)
    return [row[0] for row in rows]


def decoded(session: Session, wanted: Range) -> tuple[HistoryEvent, ...]:
    """Return the events of a range as values."""
    return decode_events(join_events(bodies(session, wanted)))


def last(session: Session, execution: int) -> int:
    """Return the id of an execution's last event, 0 when it has none."""
    row = session.one(LAST, {"of_execution": execution})
    return int(row[0]) if row else 0
