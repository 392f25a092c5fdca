"""Domains and their tags."""

from sqlalchemy import bindparam, delete, func, insert, select, update

from flowy.db.session import Session
from flowy.db.statement import ONE, ZERO, Statement
from flowy.protocol.fields import RegistrationStatus
from flowy.protocol.registration import ResourceTag
from flowy.protocol.value import Value
from flowy.service.store.schema import domain_tags, domains

_columns = (
    domains.c.id,
    domains.c.name,
    domains.c.status,
    domains.c.retention,
    domains.c.description,
)
_by_name = domains.c.name == bindparam("of_name")
_tags_of = domain_tags.c.domain == bindparam("of_domain")

FIND = Statement(select(*_columns).where(_by_name))
SAME = Statement(
    select(ONE).where(
        _by_name,
        domains.c.id == bindparam("of_id"),
        domains.c.status == bindparam("status"),
        domains.c.retention == bindparam("retention"),
    )
)
COUNT = Statement(select(func.count()).select_from(domains))
INSERT = Statement(insert(domains), columns=("name", "status", "retention", "description"))
SET_STATUS = Statement(update(domains).where(_by_name).values(status=bindparam("status")))
RETENTIONS = Statement(select(domains.c.id, domains.c.retention))
RETENTION = Statement(select(domains.c.retention).where(domains.c.id == bindparam("of_id")))
_page = (
    select(*_columns)
    .where(domains.c.status == bindparam("status"))
    .limit(bindparam("size"))
    .offset(ZERO)
)
PAGE = Statement(_page.where(domains.c.name > bindparam("after")).order_by(domains.c.name))
PAGE_BACK = Statement(
    _page.where(domains.c.name < bindparam("after")).order_by(domains.c.name.desc())
)
FIRST_BACK = Statement(_page.order_by(domains.c.name.desc()))
TAGS = Statement(
    select(domain_tags.c.key, domain_tags.c.value).where(_tags_of).order_by(domain_tags.c.key)
)
DELETE_TAG = Statement(delete(domain_tags).where(_tags_of, domain_tags.c.key == bindparam("key")))
INSERT_TAG = Statement(insert(domain_tags))


class Domain(Value):
    """A row of the domains; ``id`` is its key in the other tables."""

    id: int
    name: str
    status: RegistrationStatus
    retention: str
    description: str | None = None


def _domain(row: tuple[int, str, RegistrationStatus, str, str | None]) -> Domain:
    number, name, status, retention, description = row
    return Domain(id=number, name=name, status=status, retention=retention, description=description)


def find(session: Session, name: str) -> Domain | None:
    """Return the domain of a name, or None."""
    row = session.one(FIND, {"of_name": name})
    return None if row is None else _domain(row)


def confirm(session: Session, kept: Domain) -> None:
    """Expect that a domain's row is as it was."""
    parameters = {
        "of_name": kept.name,
        "of_id": kept.id,
        "status": kept.status,
        "retention": kept.retention,
    }
    session.expect(SAME, parameters)


def count(session: Session) -> int:
    """Count the domains, deprecated ones included."""
    row = session.one(COUNT, {})
    return int(row[0]) if row else 0


def register(session: Session, name: str, retention: str, description: str | None) -> Domain:
    """Make a domain and return it."""
    values = {
        "name": name,
        "status": "REGISTERED",
        "retention": retention,
        "description": description,
    }
    session.execute(INSERT, values)
    made = find(session, name)
    assert made is not None  # noqa: S101
    return made


def set_status(session: Session, name: str, status: RegistrationStatus) -> None:
    """Deprecate a domain or take it into use again."""
    session.execute(SET_STATUS, {"of_name": name, "status": status})


def page(
    session: Session, status: RegistrationStatus, after: str | None, size: int, *, reverse: bool
) -> list[Domain]:
    """Return domains in order of name, those that follow ``after``."""
    parameters: dict[str, object] = {"status": status, "size": size}
    if reverse and after is None:
        rows = session.all(FIRST_BACK, parameters)
    else:
        parameters["after"] = after or ""
        rows = session.all(PAGE_BACK if reverse else PAGE, parameters)
    return [_domain(row) for row in rows]


def retentions(session: Session) -> list[tuple[int, str]]:
    """Return the key and the retention period of every domain."""
    return [(int(row[0]), str(row[1])) for row in session.all(RETENTIONS, {})]


def retention(session: Session, domain: int) -> str | None:
    """Return the retention period of a domain by its key."""
    row = session.one(RETENTION, {"of_id": domain})
    return str(row[0]) if row else None


def tags(session: Session, domain: int) -> dict[str, str | None]:
    """Return a domain's tags in order of key."""
    return {str(key): value for key, value in session.all(TAGS, {"of_domain": domain})}


def put_tags(session: Session, domain: int, added: tuple[ResourceTag, ...]) -> None:
    """Put tags on a domain in place of those with the same keys."""
    remove_tags(session, domain, tuple(tag.key for tag in added))
    latest = {tag.key: tag.value for tag in added}
    rows = [{"domain": domain, "key": key, "value": value} for key, value in latest.items()]
    session.execute_many(INSERT_TAG, rows)


def remove_tags(session: Session, domain: int, keys: tuple[str, ...]) -> None:
    """Take tags off a domain; keys that it does not have do no harm."""
    session.execute_many(DELETE_TAG, [{"of_domain": domain, "key": key} for key in keys])
