"""Scanning finds each category by itself, in modules and in whole packages."""

import sys

import pytest

from flowy.errors import DefinitionError
from flowy.task.scanner import default_package, scan_activities, scan_workflows
from tests.unit.task import scanned, scanned_twice
from tests.unit.task.scanned import images


def names(registry):
    return sorted(str(definition.id) for definition in registry)


def test_a_package_is_scanned_with_all_that_is_in_it():
    assert names(scan_activities(scanned)) == ["Rename 1", "Resize 1"]
    assert names(scan_workflows(scanned)) == ["Images 2"]


def test_a_module_is_scanned_alone():
    assert names(scan_activities(images)) == ["Resize 1"]


def test_several_may_be_named_and_the_same_class_may_come_twice():
    assert names(scan_activities([scanned, images])) == ["Rename 1", "Resize 1"]


def test_what_is_ignored_is_left_out():
    assert names(scan_activities(scanned, ignore=[".inner"])) == ["Resize 1"]
    assert names(scan_activities(scanned, ignore=lambda name: name.endswith("images"))) == [
        "Rename 1"
    ]


def test_defaults_are_those_of_the_declaration():
    (definition,) = scan_workflows(scanned)
    assert (definition.task_list, definition.workflow_duration, definition.decision_duration) == (
        "deciders",
        7,
        60,
    )
    (resize,) = scan_activities(images)
    assert resize.factory is images.Resize
    assert (
        resize.heartbeat,
        resize.schedule_to_close,
        resize.schedule_to_start,
        resize.start_to_close,
    ) == (None, 420, 120, 300)


def test_two_classes_of_one_type_are_refused():
    with pytest.raises(DefinitionError, match=r"AnotherResize and .*Resize|Resize and .*Another"):
        scan_activities(scanned_twice)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("tests.unit.task.scanned.images", "tests.unit.task.scanned"),
        ("tests.unit.task.scanned", "tests.unit.task.scanned"),
        ("json", "json"),
        ("__main__", "__main__"),
    ],
)
def test_the_package_of_the_caller_is_the_default(name, package):
    frames = []
    exec("frames.append(__import__('sys')._getframe())", {"__name__": name, "frames": frames})
    assert default_package(frames[0]) is sys.modules[package]
