"""Create, change and list runs with many of them in the database; the same code for both packages.

Run as ``catalog_work.py PACKAGE FOLDER RUNS``; prints a figure a line, as JSON. The packages have
the same names in the same places, so that only the package's name differs.
"""

import importlib
import json
import sys
import time
import uuid
from pathlib import Path

GROUP = 100
"""Runs of one group."""
CREATED = 200
LISTS = 200


def place(package, name):
    """Import a module of either package."""
    return importlib.import_module(f"{package}.{name}")


def opened(package, folder):
    """Return the database and the volume of a fresh catalogue."""
    database = place(package, "model.database").DB(f"sqlite:///{folder}/runs.db")
    database.init()
    storage = place("flowy" if package == "flowy.catalog" else package, "volume.fs")
    return database, storage.FileSystemStorage(f"{folder}/files")


def parameters(package):
    """Return no parameters, as the package takes them."""
    if package == "flowy.catalog":
        return []
    return place(package, "model.template.parameter").ParameterIndex()


def filled(package, database, runs):
    """Put runs into the database by one statement, and return the groups' ids."""
    base = place(package, "model.base")
    with database.session() as session:
        workflow = base.WorkflowObject(
            workflow_id=uuid.uuid4().hex, name="work", workflow_spec={}, ignore_postproc=False
        )
        session.add(workflow)
        groups = [
            base.GroupObject(
                group_id=uuid.uuid4().hex, name=str(number), workflow_id=workflow.workflow_id,
                workflow_spec={}, parameters=parameters(package),
            )
            for number in range(max(1, runs // GROUP))
        ]  # fmt: skip
        session.add_all(groups)
        session.commit()
        ids = [group.group_id for group in groups]
        rows = [
            {
                "run_id": uuid.uuid4().hex,
                "workflow_id": workflow.workflow_id,
                "group_id": ids[number % len(ids)],
                "state_type": "SUCCESS",
                "created_at": f"2026-01-01T00:00:{number % 60:02}.{number:06}+00:00",
                "arguments": [{"id": "photo", "value": number}],
            }
            for number in range(runs)
        ]
        session.execute(base.RunObject.__table__.insert(), rows)
        session.commit()
    return ids


def timed(count, work):
    """Return how many of something a piece of work does a second."""
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def measured(package, database, storage, groups):  # noqa: C901 -- one work after the other
    """Return the figures, by name."""
    manager = place(package, "model.run").RunManager
    state = place(package, "model.workflow.state")
    base = place(package, "model.base")
    figures, made = {}, []

    def create(session):
        group = session.query(base.GroupObject).filter_by(group_id=groups[0]).one()
        runs = manager(session, storage)
        made.extend(
            runs.create_run(group=group, arguments=[{"id": "n", "value": 1}]).run_id
            for _ in range(CREATED)
        )

    def create_together(session):
        group = session.query(base.GroupObject).filter_by(group_id=groups[0]).one()
        runs = manager(session, storage)
        with runs.together():
            made.extend(
                runs.create_run(group=group, arguments=[{"id": "n", "value": 1}]).run_id
                for _ in range(5 * CREATED)
            )

    def update(session):
        runs = manager(session, storage)
        for run_id in made[:CREATED]:
            pending = runs.get_run(run_id).state()
            runs.update_run(run_id, pending.start())
            runs.update_run(run_id, pending.start().error(messages=["it broke"]))

    def update_together(session):
        runs = manager(session, storage)
        with runs.together():
            for run_id in made[CREATED:]:
                pending = runs.get_run(run_id).state()
                runs.update_run(run_id, pending.start())
                runs.update_run(run_id, pending.start().error(messages=["it broke"]))

    def list_(session):
        runs = manager(session, storage)
        for number in range(LISTS):
            found = runs.list_runs(groups[1 + number % (len(groups) - 1)], state=["SUCCESS"])
            assert len(found) == GROUP
            assert found[0].state_type == state.STATE_SUCCESS

    works = {
        "created": (CREATED, create),
        "updated": (2 * CREATED, update),
        "listed": (LISTS * GROUP, list_),
    }
    if package == "flowy.catalog":
        works["created together"] = (5 * CREATED, create_together)
        works["updated together"] = (10 * CREATED, update_together)
    for name, (count, work) in works.items():
        with database.session() as session:
            figures[name] = timed(count, lambda work=work, session=session: work(session))
    return figures


def pages(database, storage, sizes):
    """Return the milliseconds that a page of 100 runs takes, in the middle of so many runs."""
    run = place("flowy.catalog", "run")
    figures = {}
    for size in sizes:
        with database.session() as session:
            runs = run.RunManager(session, storage)
            after = None
            for _ in range(3):
                after = runs.list_all_runs(limit=size // 4, after=after)[-1].run_id
            session.expunge_all()
            figures[f"page of {size}"] = min(page(runs, after) for _ in range(20))
    return figures


def page(runs, after):
    """Return the milliseconds that a page takes."""
    started = time.perf_counter()
    assert len(runs.list_all_runs(limit=100, after=after)) == 100
    return (time.perf_counter() - started) * 1e3


def main(package, folder, runs):
    """Print the figures of one package."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    database, storage = opened(package, folder)
    groups = filled(package, database, int(runs))
    print(json.dumps(measured(package, database, storage, groups)))  # noqa: T201 -- what it is for
    if package == "flowy.catalog":
        print(json.dumps(pages(database, storage, [int(runs)])))  # noqa: T201 -- likewise


if __name__ == "__main__":
    main(*sys.argv[1:])
