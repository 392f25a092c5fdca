"""The tables of projects: made by the code and by its migrations alike."""

from sqlalchemy import create_engine, inspect

from flowy.db.migrate import run_scripts
from flowy.db.open import open_database
from flowy.project.store.schema import SCHEMA


def described(engine):
    found = inspect(engine)
    return {
        table: (
            [{**column, "type": str(column["type"])} for column in found.get_columns(table)],
            found.get_pk_constraint(table)["constrained_columns"],
            sorted(found.get_unique_constraints(table), key=str),
            sorted(found.get_indexes(table), key=str),
        )
        for table in found.get_table_names()
    }


def test_the_migrations_make_the_schema_of_the_code(tmp_path):
    by_scripts = create_engine(f"sqlite:///{tmp_path / 'scripts.db'}")
    with by_scripts.begin() as connection:
        run_scripts(connection, SCHEMA)
    by_code = create_engine(f"sqlite:///{tmp_path / 'code.db'}")
    open_database(str(by_code.url), SCHEMA).close()
    assert described(by_scripts) == described(by_code)
    by_scripts.dispose()
    by_code.dispose()
