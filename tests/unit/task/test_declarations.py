"""Declarations fail where they stand, and attach without changing the class."""

import pytest

from flowy.errors import DefinitionError
from flowy.protocol.ids import TypeId
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Activity, Workflow
from flowy.task import options as task_options
from flowy.task.options import ActivityOptions


@pytest.mark.parametrize("value", [0, -1, "soon", None, [], float("inf")])
@pytest.mark.parametrize("name", ["schedule_to_close", "schedule_to_start", "start_to_close"])
def test_an_activity_timeout_must_be_positive(name, value):
    with pytest.raises(ValueError, match=name):
        activity("Resize", 1, "images", **{name: value})


@pytest.mark.parametrize("name", ["workflow_duration", "decision_duration", "max_open_tasks"])
def test_a_workflow_duration_must_be_positive(name):
    with pytest.raises(ValueError, match=name):
        workflow("Resize", 1, "images", **{name: 0})


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        ("", 1, "1 to 256"),
        ("x" * 257, 1, "1 to 256"),
        ("a:b", 1, "':'"),
        ("a\nb", 1, "a name"),
        ("arn", 1, "'arn'"),
        ("Resize", "x" * 65, "1 to 64"),
        ("Resize", "1/2", "'/'"),
    ],
)
def test_a_name_must_be_one_that_swf_takes(name, version, message):
    for declare in (
        lambda: activity(name, version, "images"),
        lambda: workflow(name, version, "images"),
        lambda: ActivityProxy(name, version),
        lambda: WorkflowProxy(name, version),
    ):
        with pytest.raises(DefinitionError, match=message):
            declare()


def test_decorating_leaves_the_class_as_it_is():
    class Resize(Activity):
        pass

    assert activity("Resize", 1, task_list="images")(Resize) is Resize


def test_only_tasks_can_be_decorated():
    with pytest.raises(DefinitionError, match="belongs on a task's class"):
        workflow("Resize", 1, "images")(lambda: None)


def test_versions_one_and_its_text_are_the_same():
    assert ActivityProxy("Resize", 1).task_id == ActivityProxy("Resize", "1").task_id
    assert ActivityProxy("Resize", 1).task_id == TypeId(name="Resize", version="1")


def test_options_of_a_proxy_are_brought_into_shape():
    options = ActivityProxy(
        "Resize", 1, heartbeat=-3, start_to_close="5", schedule_to_close=2.9, task_list=7, retry=-2
    ).options
    assert options == ActivityOptions(
        heartbeat=None, start_to_close=5, schedule_to_close=2, task_list="7", retry=0
    )


def test_an_option_that_is_no_number_is_named():
    with pytest.raises(ValueError, match="start_to_close must be a whole number, not 'soon'"):
        ActivityProxy("Resize", 1, start_to_close="soon")


def test_an_unknown_option_is_a_type_error():
    with pytest.raises(TypeError, match="no such option: start_to_end"):
        Workflow("", object(), "").options(start_to_end=3).__enter__()


def test_a_proxy_on_its_class_is_itself_and_on_anything_else_an_error():
    class Images(Workflow):
        resize = ActivityProxy("Resize", 1)

    class Stranger:
        resize = Images.resize

    assert isinstance(Images.resize, ActivityProxy)
    with pytest.raises(AttributeError, match="belongs on a Workflow that runs, not on Stranger"):
        Stranger().resize  # noqa: B018


class Recorder:
    """A scheduler that keeps the options of each call."""

    def __init__(self):
        self.seen = []

    def call(self, call):
        self.seen.append(call.options)


class Images(Workflow):
    resize = ActivityProxy("Resize", 1, start_to_close=10, retry=1)


def test_blocks_nest_and_the_inner_one_wins():
    recorder = Recorder()
    images = Images("[[],{}]", recorder, "token")
    with images.options(start_to_close=5, task_list="fast"):
        with images.options(start_to_close=2):
            images.resize()
        with images.options(start_to_close=None):
            images.resize()
        images.resize()
    images.resize()
    assert [(o.start_to_close, o.task_list, o.retry) for o in recorder.seen] == [
        (2, "fast", 1),
        (None, "fast", 1),
        (5, "fast", 1),
        (10, None, 1),
    ]


def test_a_block_that_raises_is_left_all_the_same():
    images = Images("[[],{}]", Recorder(), "token")
    with pytest.raises(KeyError), images.options(start_to_close=5):
        raise KeyError
    assert task_options.in_force() == {}
