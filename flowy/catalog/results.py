"""A run's files and values, from where the run left them."""

import json
import mimetypes
from collections.abc import Iterable
from typing import Any

from flowy.catalog.events import Step, unwatched
from flowy.catalog.store.models import RunFile, RunObject
from flowy.catalog.template.schema import ResultColumn, ResultSchema
from flowy.errors import ConstraintViolationError, UnknownFileError
from flowy.volume.base import StorageVolume


def store_run_files(
    run: RunObject,
    files: Iterable[str],
    source: StorageVolume,
    target: StorageVolume,
    step: Step = unwatched,
) -> list[RunFile]:
    """Copy a run's result files and return rows for them, which are not added yet.

    Args:
        run: The run.
        files: The keys of its files; when outputs are declared for it, only those are taken.
        source: Where the run left them.
        target: The run's folder.
        step: Is told each file that is copied.

    Raises:
        UnknownFileError: One of them is not there; earlier ones are copied.
        InvalidKeyError: One of the keys would lead out of the volume.
        VolumeError: A volume cannot be used.
    """
    declared = run.outputs()
    keys = files if declared is None else [output.source for output in declared]
    stored = []
    for key in dict.fromkeys(keys):
        target.store(source.load(key), key)
        stored.append(
            RunFile(
                key=key,
                name=key,
                mime_type=mimetypes.guess_type(key)[0],
                size=target.load(key).size(),
            )
        )
        step(f"copied {key}")
    return stored


def read_run_results(run: RunObject, schema: ResultSchema, runstore: StorageVolume) -> None:
    """Set a run's result to what its result file says; nothing happens when it is not there.

    Args:
        run: The run.
        schema: Which file, and which values of it.
        runstore: Where the run left its files.

    Raises:
        ConstraintViolationError: A required value is missing, or one is not of its type.
    """
    result = read_result(run.run_id, schema, runstore)
    if result is not None:
        run.result = result


def read_result(
    run_id: str, schema: ResultSchema, runstore: StorageVolume
) -> dict[str, Any] | None:
    """Return the values of a result file by column, None when there is no such file.

    Raises:
        ConstraintViolationError: It is not JSON, a required value is missing, or one is not of
            its type.
    """
    try:
        with runstore.load(schema.result_file).open() as stream:
            document = json.load(stream)
    except UnknownFileError:
        return None
    except ValueError as error:
        raise ConstraintViolationError(
            f"the result file {schema.result_file!r} of run {run_id} is not JSON: {error}"
        ) from error
    result = {}
    for column in schema.columns:
        found, value = _value(document, column)
        if found:
            result[column.column_id] = _cast(run_id, column, value)
        elif column.required:
            raise ConstraintViolationError(
                f"the result file {schema.result_file!r} of run {run_id} has no value for "
                f"{column.column_id!r} at {'/'.join(column.jpath())!r}"
            )
    return result


def _value(document: Any, column: ResultColumn) -> tuple[bool, Any]:
    for name in column.jpath():
        if not isinstance(document, dict) or name not in document:
            return False, None
        document = document[name]
    return True, document


def _cast(run_id: str, column: ResultColumn, value: Any) -> Any:
    try:
        return column.cast(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ConstraintViolationError(
            f"the value of {column.column_id!r} in the result of run {run_id} is no "
            f"{column.dtype}: {value!r}"
        ) from error
