"""Result schemas and declared outputs, from JSON and back."""

import pytest

from flowy.catalog.moments import normalised
from flowy.catalog.template.files import WorkflowOutputFile
from flowy.catalog.template.schema import ResultSchema, SortColumn
from flowy.errors import InvalidTemplateError

DOCUMENT = {
    "file": "results/analytics.json",
    "schema": [
        {"name": "n", "label": "Count", "dtype": "int", "required": True},
        {"name": "avg", "label": "Mean", "dtype": "float", "path": "stats/avg", "required": False},
    ],
    "orderBy": [{"name": "avg", "sortDesc": False}],
}


def test_a_schema_can_travel() -> None:
    schema = ResultSchema.from_dict(DOCUMENT)
    assert schema is not None
    assert schema.to_dict() == DOCUMENT
    assert schema.columns[1].jpath() == ["stats", "avg"]
    assert schema.columns[0].jpath() == ["n"]
    assert ResultSchema.from_dict(None) is None


def test_results_are_ordered_by_the_first_column_unless_said() -> None:
    schema = ResultSchema.from_dict({**DOCUMENT, "orderBy": []})
    assert schema is not None
    assert schema.get_default_order() == [SortColumn("n", True)]


@pytest.mark.parametrize(
    "change",
    [
        {"file": None, "schema": 7},
        {"unknown": 1},
        {"schema": [{"name": "n", "label": "Count"}]},
        {"schema": [{"name": "n", "label": "Count", "dtype": "date"}]},
        {"schema": [{"name": "n", "label": "Count", "dtype": "int", "size": 3}]},
        {"schema": [DOCUMENT["schema"][0]] * 2},
        {"orderBy": [{"name": "missing"}]},
        {"orderBy": [{}]},
        {"orderBy": ["n"]},
    ],
)
def test_a_schema_that_cannot_be_read_is_refused(change: dict) -> None:
    if change.get("schema") == 7:
        with pytest.raises(InvalidTemplateError):
            ResultSchema.from_dict({"schema": []})
        return
    with pytest.raises(InvalidTemplateError):
        ResultSchema.from_dict({**DOCUMENT, **change})


def test_an_output_is_known_by_its_source_unless_said() -> None:
    plain = WorkflowOutputFile.from_dict({"source": "a.json"})
    assert plain.to_dict() == {"source": "a.json", "key": "a.json"}
    full = {"source": "a", "key": "k", "title": "t", "caption": "c", "format": {"x": 1}}
    assert WorkflowOutputFile.from_dict(full).to_dict() == full
    for wrong in ({}, {"source": "a", "colour": "red"}):
        with pytest.raises(InvalidTemplateError):
            WorkflowOutputFile.from_dict(wrong)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2024-05-01", "2024-05-01T00:00:00.000000+00:00"),
        ("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00.000000+00:00"),
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00.000000+00:00"),
    ],
)
def test_moments_are_kept_in_one_form(given: str, kept: str) -> None:
    assert normalised(given) == kept


def test_what_is_no_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="'yesterday' is not a moment"):
        normalised("yesterday")
