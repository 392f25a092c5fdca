"""The rows that stand for workflow executions: made once, whoever comes first."""

import uuid
from collections.abc import Callable

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from flowy.catalog.store import runs
from flowy.catalog.store.models import GroupObject, RunObject, WorkflowObject

_NAMES = uuid.UUID("7a2f7a0e-6a1a-4c55-8d0e-0f7c3a8b9d11")


def group_of(session: Session, type_name: str, domain: str) -> GroupObject:
    """Return the group of a workflow type's executions in a domain; commits when it is made."""
    group_id = uuid.uuid5(_NAMES, f"{type_name}\n{domain}").hex
    found = session.get(GroupObject, group_id)
    if found is not None:
        return found
    try:
        workflow = runs.workflow_named(session, type_name)
        if workflow is None:
            workflow_id = uuid.uuid5(_NAMES, type_name).hex
            workflow = WorkflowObject(workflow_id=workflow_id, name=type_name)
        session.add(GroupObject(group_id=group_id, name=domain, workflow=workflow))
        session.commit()
    except IntegrityError:
        session.rollback()
    return session.get_one(GroupObject, group_id)


def run_of(session: Session, execution: str, create: Callable[[], RunObject]) -> RunObject:
    """Return the run of an execution, which is made when it is not there.

    Args:
        session: The database.
        execution: The execution's name.
        create: Makes the run and commits.
    """
    found = runs.find_execution(session, execution)
    if found is not None:
        return found
    try:
        return create()
    except IntegrityError:
        session.rollback()
        present = runs.find_execution(session, execution)
        if present is None:
            raise
        return present
