"""DBOS: a workflow of steps, its database on SQLite or PostgreSQL, given by its URL."""

import sys
from concurrent.futures import ThreadPoolExecutor

import e2e_driver
from dbos import DBOS

DBOS(
    config={
        "name": "bench",
        "system_database_url": sys.argv[1],
        "log_level": "ERROR",
        "run_admin_server": False,
    }
)


@DBOS.step()
def step(value):
    """Give back what it gets."""
    return value


@DBOS.workflow()
def chain(steps):
    """Run steps one after the other."""
    value = 0
    for number in range(steps):
        value = step(number)
    return value


def one(steps):
    """Run a workflow."""
    return DBOS.start_workflow(chain, steps).get_result()


def many(executions, steps):
    """Run workflows at once."""
    with ThreadPoolExecutor(executions) as pool:
        list(pool.map(lambda _: one(steps), range(executions)))


DBOS.launch()
e2e_driver.run(one, many)
DBOS.destroy()
