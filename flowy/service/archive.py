"""Executions in a file: out of one database and into another, SQLite or PostgreSQL.

The file has a JSON value a line and is compressed with zstd. The first line says what it is, the
next are the domain and its types, then comes a line for each execution, and the last line counts
them, so that half a file is no file. It is written from one consistent state of the database and
read in one transaction: all of it or nothing.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec
import zstandard

from flowy.db.open import open_database
from flowy.db.session import Session
from flowy.errors import ArchiveError
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.registration import ResourceTag
from flowy.protocol.value import Value
from flowy.service.operations.topics import changed_by_hand
from flowy.service.store import archive, domains, executions, types
from flowy.service.store.archive import ExecutionRecord, TypeRecord
from flowy.service.store.domains import Domain
from flowy.service.store.schema import SCHEMA
from flowy.service.store.tasks import TaskQueue

FORMAT = 1
"""Grows when an older Flowy could not read the file."""


class Head(Value, tag="flowy"):
    """The first line; a file is of a whole domain or of one execution."""

    format: int
    is_whole: bool


class Selection(Value):
    """One execution: the open run of a workflow, or the given one."""

    workflow_id: str
    run_id: str | None = None

    def __str__(self) -> str:
        run = f"run {self.run_id}" if self.run_id else "open run"
        return f"{run} of workflow {self.workflow_id}"


class DomainRecord(Value, tag="domain"):
    """A domain."""

    name: str
    status: str
    retention: str
    description: str | None
    tags: dict[str, str | None]


class End(Value, tag="end"):
    """The last line."""

    executions: int


Record = Head | DomainRecord | TypeRecord | ExecutionRecord | End
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
_encoder = msgspec.json.Encoder()


def export(
    url: str, path: Path, domain: str, workflow_id: str | None = None, run_id: str | None = None
) -> int:
    """Write a domain, or one execution of it, to a file and count the executions.

    Args:
        url: The database.
        path: The file; it must not exist.
        domain: The domain's name.
        workflow_id: Only a run of this workflow.
        run_id: Which run; the open one when not given.

    Raises:
        ArchiveError: There is no such thing, or there is such a file already.
        DatabaseError: The database cannot be used.
    """
    if path.exists():
        raise ArchiveError(f"{path} exists already; name another file or delete it")
    wanted = None if workflow_id is None else Selection(workflow_id=workflow_id, run_id=run_id)
    database = open_database(url, SCHEMA)
    partial = path.with_name(f"{path.name}.part")
    try:
        count = database.read(lambda session: _write(session, partial, domain, wanted))
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    finally:
        database.close()
    return count


def import_(url: str, path: Path) -> int:
    """Store everything of a file in a database and count the executions.

    Raises:
        ArchiveError: The file cannot be read, or something of it is in the database already.
        DatabaseError: The database cannot be used; nothing was stored.
    """
    database = open_database(url, SCHEMA)
    try:
        return database.write(lambda session: _read(session, path))
    finally:
        database.close()


def _write(session: Session, path: Path, name: str, wanted: Selection | None) -> int:
    found = domains.find(session, name)
    if found is None:
        raise ArchiveError(f"there is no domain {name} in this database")
    keys: Iterator[int] = archive.keys(session, found.id)
    if wanted is not None:
        key = _find(session, found.id, wanted)
        if key is None:
            raise ArchiveError(f"domain {name} has no {wanted}")
        keys = iter((key,))
    count = 0
    with zstandard.open(path, "wb") as file:
        _put(file, Head(format=FORMAT, is_whole=wanted is None))
        _put(file, _domain_record(session, found))
        for record in archive.read_types(session, found.id):
            _put(file, record)
        for key in keys:
            execution = archive.read_execution(session, key)
            if execution is not None:
                _put(file, execution)
                count += 1
        _put(file, End(executions=count))
    return count


def _find(session: Session, domain: int, wanted: Selection) -> int | None:
    if wanted.run_id:
        run = ExecutionId(workflow_id=wanted.workflow_id, run_id=wanted.run_id)
        return executions.find_run(session, domain, run)
    return executions.find_open(session, domain, wanted.workflow_id)


def _domain_record(session: Session, found: Domain) -> DomainRecord:
    return DomainRecord(
        name=found.name,
        status=found.status,
        retention=found.retention,
        description=found.description,
        tags=domains.tags(session, found.id),
    )


def _put(file: IO[bytes], record: Record) -> None:
    file.write(_encoder.encode(record) + b"\n")


def _read(session: Session, path: Path) -> int:
    records = _records(path)
    head = next(records, None)
    if not isinstance(head, Head) or head.format > FORMAT:
        raise ArchiveError(
            f"{path} is not an export of Flowy, or one of a newer Flowy: this one reads format "
            f"{FORMAT}"
        )
    record = next(records, None)
    if not isinstance(record, DomainRecord):
        raise ArchiveError(f"{path} names no domain")
    domain = _domain(session, record, is_whole=head.is_whole)
    count = 0
    for record in records:
        if isinstance(record, TypeRecord):
            _add_type(session, domain, record)
        elif isinstance(record, ExecutionRecord):
            _add_execution(session, domain, record)
            count += 1
        elif isinstance(record, End) and record.executions == count:
            return count
    raise ArchiveError(f"{path} is incomplete; export it again")


def _domain(session: Session, record: DomainRecord, *, is_whole: bool) -> int:
    """Return the key of the domain that the file's executions go to."""
    found = domains.find(session, record.name)
    if found is None:
        made = domains.register(session, record.name, record.retention, record.description)
        if record.status == "DEPRECATED":
            domains.set_status(session, record.name, "DEPRECATED")
        tags = tuple(ResourceTag(key=key, value=value) for key, value in record.tags.items())
        domains.put_tags(session, made.id, tags)
        return made.id
    if is_whole:
        raise ArchiveError(
            f"domain {record.name} is in this database already; a whole domain is imported only "
            "where there is none of its name"
        )
    return found.id


def _add_type(session: Session, domain: int, record: TypeRecord) -> None:
    type_id = TypeId(name=record.name, version=record.version)
    if types.find(session, domain, record.kind, type_id) is None:
        archive.add_type(session, domain, record)


def _add_execution(session: Session, domain: int, record: ExecutionRecord) -> None:
    if archive.is_present(session, domain, record):
        raise ArchiveError(
            f"run {record.run_id} of workflow {record.workflow_id}, or another open run of it, is "
            "in this database already; nothing was imported"
        )
    archive.add_execution(session, domain, record)
    queues = (
        TaskQueue(domain=domain, kind=task.kind, task_list=task.task_list) for task in record.tasks
    )
    session.announce(changed_by_hand(queues))


def _records(path: Path) -> Iterator[Record]:
    try:
        with zstandard.open(path, "rb") as file, io.BufferedReader(file) as lines:
            yield from map(_decoder.decode, lines)
    except (OSError, zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise ArchiveError(f"{path} cannot be read: {error}") from error
