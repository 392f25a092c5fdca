"""The suite covers all of SWF, its table of differences names cases, and the page says the same."""

import ast
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from flowy.protocol import fields
from flowy.protocol.decisions import DECISION_CLASSES
from flowy.protocol.history import HistoryEvent
from flowy.protocol.operations import OPERATIONS
from tests.contract.service.compatibility import PAGE, render
from tests.contract.service.moto_differences import CHANCE, DIFFERENCES, REASONS

FOLDER = Path(__file__).parent
MODULES = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("test_*.py")}
CASES = "\n".join(text for name, text in MODULES.items() if name != "test_compatibility")

COMPOSED = {
    "CancelWorkflowExecutionFailed": 'f"{ending}WorkflowExecutionFailed"',
    "CompleteWorkflowExecutionFailed": 'f"{ending}WorkflowExecutionFailed"',
    "FailWorkflowExecutionFailed": 'f"{ending}WorkflowExecutionFailed"',
    "ListActivityTypes": 'f"list_{kind.word}_types"',
    "ListWorkflowTypes": 'f"list_{kind.word}_types"',
    "UndeprecateActivityType": 'f"{verb}_{self.word}_type"',
    "UndeprecateWorkflowType": 'f"{verb}_{self.word}_type"',
}
"""What cases of several kinds put together, and how."""

UNREACHABLE = {
    "OPERATION_NOT_PERMITTED": "nobody is denied anything: there is no IAM",
    "RecordMarkerFailed": "its only cause is OPERATION_NOT_PERMITTED",
    "RATE_EXCEEDED": "no decision comes too fast",
}


def _is_unreachable(name: str) -> bool:
    return any(name == each or name.endswith(f"_{each}") for each in UNREACHABLE)


def _is_in_a_case(name: str) -> bool:
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return name in CASES or f"{snake}" in CASES or COMPOSED.get(name, "\0") in CASES


def _causes() -> set[str]:
    unions: list[Any] = [value for name, value in vars(fields).items() if name.endswith("Cause")]
    return {cause for union in unions for cause in get_args(union)}


EVENTS = [cls.__name__ for cls in get_args(HistoryEvent)]


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_each_operation_is_in_a_case(operation: str):
    assert _is_in_a_case(operation)


@pytest.mark.parametrize("decision", sorted(cls.__name__ for cls in DECISION_CLASSES))
def test_each_decision_is_in_a_case(decision: str):
    shared = (FOLDER / "swf.py").read_text(encoding="utf-8")
    assert f'"{decision}"' in CASES + shared


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_each_event_type_is_in_a_case(event: str):
    assert _is_in_a_case(event) or _is_unreachable(event)


@pytest.mark.parametrize("cause", sorted(_causes()))
def test_each_cause_is_in_a_case(cause: str):
    assert cause in CASES or _is_unreachable(cause)


def test_there_are_as_many_as_in_swf():
    assert (len(OPERATIONS), len(EVENTS), len(DECISION_CLASSES)) == (39, 54, 13)


def test_the_table_of_differences_names_cases_once():
    known = {
        f"{module}::{node.name}"
        for module, text in MODULES.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    }
    named = [case for difference in DIFFERENCES for case in difference.cases]
    assert sorted(named) == sorted(set(named)) == sorted(REASONS)
    assert {case.partition("[")[0] for case in [*named, *CHANCE]} <= known


def test_the_table_of_differences_touches_what_exists():
    names = set(OPERATIONS) | {cls.__name__ for cls in DECISION_CLASSES}
    for difference in DIFFERENCES:
        assert set(difference.touches) <= names
        assert set(difference.missing) <= set(difference.touches)


def test_the_page_says_what_the_table_says():
    hint = "run python -m tests.contract.service.compatibility"
    assert PAGE.read_text(encoding="utf-8") == render(), hint
