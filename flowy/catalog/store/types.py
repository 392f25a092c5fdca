"""Columns that hold values of the catalogue as JSON."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator

from flowy.catalog.template.files import WorkflowOutputFile
from flowy.catalog.template.schema import ResultSchema


class Outputs(TypeDecorator[Sequence[WorkflowOutputFile]]):
    """A list of output files; documents are taken too."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(
        self, value: Sequence[WorkflowOutputFile | dict[str, Any]] | None, dialect: Dialect
    ) -> Any:
        """Return JSON."""
        if value is None:
            return None
        return [file if isinstance(file, dict) else file.to_dict() for file in value]

    def process_result_value(self, value: Any, dialect: Dialect) -> list[WorkflowOutputFile] | None:
        """Return output files."""
        return (
            None if value is None else [WorkflowOutputFile.from_dict(doc, False) for doc in value]
        )


class Schema(TypeDecorator[ResultSchema]):
    """A result schema; a document is taken too."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(
        self, value: ResultSchema | dict[str, Any] | None, dialect: Dialect
    ) -> Any:
        """Return JSON."""
        return value.to_dict() if isinstance(value, ResultSchema) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> ResultSchema | None:
        """Return a result schema."""
        return ResultSchema.from_dict(value, False)
