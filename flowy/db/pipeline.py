"""A connection to PostgreSQL on which many statements travel in one round trip.

Theory of operation: ``queue`` only notes a statement; ``sync`` sends all that were queued, a
``Sync`` message behind them, and reads all results. A statement that fails makes PostgreSQL skip
the others up to the ``Sync``. Each text is prepared once a connection, in the same round trip as
its first use.

This uses libpq through ``psycopg.pq``, for a cursor's way through Python costs as much as the round
trip itself. Waiting is done by ``poll``, which lets other threads run.
"""

import select
import struct
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import pq

from flowy.db.session import Row
from flowy.db.statement import Positional
from flowy.errors import ConnectionLost, DatabaseError, TransactionConflict

CONFLICTS = frozenset({"23505", "40001", "40P01", "55P03"})
"""A key that exists, a serialization failure, a deadlock, a lock timeout."""

MISSED = "another Flowy server was quicker, the call is run again: rows "
"""What a statement cannot make a number of that expected a row and found none."""

LOST = ("08", "57P")
"""The connection failed; the server is stopped, or has ended the connection."""

SETTINGS = {
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "lock_timeout": "2s",
    "timezone": "UTC",
}
"""Each statement has an index and is planned once; a lock is never waited for long."""

_TEXT, _BINARY = 0, 1
_double = struct.Struct("!d").unpack
_FAILED = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED)
_ESCAPES = str.maketrans({"\x00": "\x01\x30", "\x01": "\x01\x31"})


class Pipeline:
    """A connection in pipeline mode; one thread at a time uses it.

    Args:
        conninfo: What libpq connects to, a URL or ``name=value`` pairs.
        name: What PostgreSQL's views call the connection.

    Raises:
        ConnectionLost: There is no connection.
    """

    def __init__(self, conninfo: str, name: str) -> None:
        options = " ".join(f"-c {key}={value}" for key, value in SETTINGS.items())
        try:
            self._connection = psycopg.connect(
                conninfo, autocommit=True, application_name=name, options=options
            )
        except psycopg.Error as error:
            raise ConnectionLost(f"PostgreSQL cannot be reached: {error}") from error
        self._pg = self._connection.pgconn
        self._pg.nonblocking = 1
        self._pg.enter_pipeline_mode()
        self._poll = select.poll()
        self._poll.register(self._pg.socket, select.POLLIN)
        self._prepared: dict[str, bytes] = {}
        self._names = 0
        self._queued: list[str | None] = []
        self._sent: deque[int] = deque()
        self._is_reading = False

    @property
    def is_lost(self) -> bool:
        """Whether the connection is broken, or was left in the middle of an answer."""
        return self._is_reading or self._pg.status != pq.ConnStatus.OK

    def queue(self, statement: Positional, parameters: Mapping[str, Any]) -> int:
        """Note a statement for the next ``sync`` and return the place of its result."""
        return self.queue_values(statement.text, [parameters[name] for name in statement.names])

    def queue_values(self, text: str, values: Sequence[Any]) -> int:
        """Note a statement, given by its text and its parameters in order."""
        try:
            name = self._prepared.get(text)
            if name is None:
                self._names += 1
                name = self._prepared[text] = b"s%d" % self._names
                self._pg.send_prepare(name, text.encode())
                self._queued.append(text)
            adapted = [_ADAPT[type(value)](value) for value in values]
            formats = [_BINARY if type(value) is bytes else _TEXT for value in values]
            self._pg.send_query_prepared(name, adapted, formats, _BINARY)
        except psycopg.Error as error:
            raise self._lost(error) from error
        self._queued.append(None)
        return len(self._queued) - 1

    def sync(self) -> list[pq.abc.PGresult]:
        """Send what was queued and return the results by their places.

        Raises:
            TransactionConflict: Another transaction was quicker; this one must be undone.
            ConnectionLost: The connection broke.
            DatabaseError: A statement failed.
        """
        queued = self._queued
        self.send_and_forget()
        self._sent.pop()
        self._is_reading = True
        try:
            while self._sent:
                self._read(self._sent.popleft())
            results = self._read(len(queued))
        except psycopg.Error as error:
            raise self._lost(error) from error
        self._is_reading = False
        self._check(queued, results)
        return results

    def send_and_forget(self) -> None:
        """Send what was queued; its results are dropped by the next ``sync``."""
        self._sent.append(len(self._queued))
        self._queued = []
        try:
            self._pg.pipeline_sync()
            while self._pg.flush():
                self._wait(select.POLLIN | select.POLLOUT)
                self._pg.consume_input()
        except psycopg.Error as error:
            raise self._lost(error) from error

    def wait_for_notification(self, waker: int, seconds: float) -> bool:
        """Wait for a notification; return False when the time is up or ``waker`` is readable."""
        poll = select.poll()
        poll.register(self._pg.socket, select.POLLIN)
        poll.register(waker, select.POLLIN)
        ready = [number for number, _ in poll.poll(seconds * 1000)]
        if self._pg.socket not in ready:
            return False
        try:
            self._pg.consume_input()
        except psycopg.Error as error:
            raise self._lost(error) from error
        return True

    def notifications(self) -> list[str]:
        """Return the payloads of the notifications that have come."""
        found = []
        while (notification := self._pg.notifies()) is not None:
            found.append(notification.extra.decode())
        return found

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _read(self, count: int) -> list[pq.abc.PGresult]:
        """Read the results of one ``Sync`` message, and what marks its end."""
        results = []
        for _ in range(count):
            result = self._next()
            if result is None:
                raise self._lost(psycopg.OperationalError(self._pg.get_error_message()))
            results.append(result)
            self._next()
        self._next()
        return results

    def _next(self) -> pq.abc.PGresult | None:
        connection = self._pg
        while connection.is_busy():
            self._wait(select.POLLIN)
            connection.consume_input()
        return connection.get_result()

    def _wait(self, events: int) -> None:
        self._poll.modify(self._pg.socket, events)
        self._poll.poll()

    def _check(self, queued: list[str | None], results: list[pq.abc.PGresult]) -> None:
        """Raise what the first failed statement says."""
        failed = [n for n, result in enumerate(results) if result.status in _FAILED]
        for number in failed:
            text = queued[number]
            if text is not None:
                self._prepared.pop(text, None)
        if failed:
            raise self._error(results[failed[0]])

    def _error(self, result: pq.abc.PGresult) -> DatabaseError:
        code = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        message = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode()
        if code in CONFLICTS or MISSED in message:
            return TransactionConflict(f"another transaction was quicker: {message}")
        if not code or code.startswith(LOST):
            return ConnectionLost(f"the connection to PostgreSQL broke: {message}")
        return DatabaseError(f"PostgreSQL refused a statement: {message} ({code})")

    def _lost(self, error: psycopg.Error) -> ConnectionLost:
        return ConnectionLost(f"the connection to PostgreSQL broke: {str(error).strip()}")


def rows(result: pq.abc.PGresult) -> list[Row]:
    """Return the rows of a result as Python's own values."""
    columns = [_DECODE[result.ftype(column)] for column in range(result.nfields)]
    get = result.get_value
    return [
        tuple(
            None if (value := get(row, number)) is None else decode(value)
            for number, decode in enumerate(columns)
        )
        for row in range(result.ntuples)
    ]


def _encode_text(value: str) -> bytes:
    """Return a text in PostgreSQL's form, in which there is no NUL."""
    if "\x00" in value or "\x01" in value:
        value = value.translate(_ESCAPES)
    return value.encode()


def _decode_text(value: bytes) -> str:
    text = str(value, "utf-8")
    if "\x01" in text:
        text = text.replace("\x01\x30", "\x00").replace("\x01\x31", "\x01")
    return text


def _decode_integer(value: bytes) -> int:
    return int.from_bytes(value, "big", signed=True)


def _decode_float(value: bytes) -> float:
    return float(_double(value)[0])


def _encode_array(values: list[Any]) -> bytes:
    """Return a list of numbers, texts and nothings in the form of PostgreSQL's arrays."""
    return b"{%s}" % b",".join([_ELEMENTS[type(value)](value) for value in values])


def _quoted(value: str) -> bytes:
    return b'"%s"' % _encode_text(value).replace(b"\\", b"\\\\").replace(b'"', b'\\"')


_ELEMENTS: dict[type, Callable[[Any], bytes]] = {
    float: lambda value: repr(value).encode(),
    int: lambda value: b"%d" % value,
    str: _quoted,
    type(None): lambda value: b"NULL",
}

_ADAPT: dict[type, Callable[[Any], bytes | None]] = {
    bytes: lambda value: value,
    float: lambda value: repr(value).encode(),
    int: lambda value: b"%d" % value,
    list: _encode_array,
    str: _encode_text,
    type(None): lambda value: None,
}

_DECODE: dict[int, Callable[[bytes], Any]] = {
    17: bytes,
    20: _decode_integer,
    21: _decode_integer,
    23: _decode_integer,
    25: _decode_text,
    701: _decode_float,
    1043: _decode_text,
    2278: lambda value: None,
}
"""By PostgreSQL's type: bytea, integers, text, double precision, varchar, void."""
