"""Scripts and what depends on what."""

from sqlalchemy import bindparam, delete, func, insert, select

from flowy.db.session import Session
from flowy.db.statement import Statement
from flowy.project.store.rows import Rows
from flowy.project.store.schema import dependencies, scripts
from flowy.project.values import ScriptRecord

SCRIPTS = Rows(scripts, ScriptRecord)

_of_project = dependencies.c.project == bindparam("of_project")
_of_parent = dependencies.c.parent == bindparam("of_label")
_of_child = dependencies.c.child == bindparam("of_label")

BY_LABEL = SCRIPTS.select(scripts.c.label == bindparam("of_label"))
ALL = SCRIPTS.select()
CHILDREN = Statement(
    select(dependencies.c.child).where(_of_project, _of_parent).order_by(dependencies.c.rank)
)
PARENTS = Statement(
    select(dependencies.c.parent).where(_of_project, _of_child).order_by(dependencies.c.rank)
)
COUNT = Statement(select(func.count()).select_from(dependencies).where(_of_project))
INSERT = Statement(insert(dependencies))
FORGET = [
    Statement(delete(dependencies).where(_of_project, _of_parent)),
    Statement(delete(dependencies).where(_of_project, _of_child)),
]


def by_label(session: Session, project: int, label: str) -> ScriptRecord | None:
    """Return the script with a label, or None."""
    found = SCRIPTS.find(session, BY_LABEL, project, label=label)
    return found[0] if found else None


def all_(session: Session, project: int) -> list[ScriptRecord]:
    """Return all scripts in the order in which they were added."""
    return SCRIPTS.find(session, ALL, project)


def dependents(session: Session, project: int, label: str) -> list[str]:
    """Return the labels of the scripts that depend on one."""
    return _labels(session, CHILDREN, project, label)


def dependent_on(session: Session, project: int, label: str) -> list[str]:
    """Return the labels of the scripts that one depends on."""
    return _labels(session, PARENTS, project, label)


def depend(session: Session, project: int, parent: str, child: str) -> None:
    """Note that a script depends on another; the project is locked."""
    counted = session.one(COUNT, {"of_project": project})
    rank = int(counted[0]) if counted else 0
    row = {"project": project, "parent": parent, "child": child, "rank": rank}
    session.execute(INSERT, row)


def forget(session: Session, project: int, label: str) -> None:
    """Forget all dependencies of and on a script."""
    for statement in FORGET:
        session.execute(statement, {"of_project": project, "of_label": label})


def _labels(session: Session, statement: Statement, project: int, label: str) -> list[str]:
    rows = session.all(statement, {"of_project": project, "of_label": label})
    return [str(row[0]) for row in rows]
