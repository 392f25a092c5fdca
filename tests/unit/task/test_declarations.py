"""Declarations fail where they stand, and attach without changing the class."""

import pytest

from flowy.errors import DefinitionError
from flowy.protocol.ids import TypeId
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Activity, RetryPolicy, Workflow
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


# Options in the body of a class


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at_most_once", True),
        ("heartbeat", 30),
        ("local_retry", RetryPolicy(attempts=2)),
        ("schedule_to_close", "60"),
        ("schedule_to_start", 60),
        ("start_to_close", 60.0),
        ("strategy", "thread"),
    ],
)
def test_an_activitys_option_in_its_class_is_refused(name, value):
    cls = type("Resize", (Activity,), {name: value})
    with pytest.raises(
        DefinitionError, match=rf"Resize has {name} = .* write @activity\(\.\.\., {name}="
    ):
        activity("Resize", 1, "images")(cls)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("decision_duration", 5),
        ("max_open_tasks", 5),
        ("on_mismatch", "fail"),
        ("workflow_duration", "3601"),
    ],
)
def test_a_workflows_option_in_its_class_is_refused_also_when_it_is_inherited(name, value):
    base = type("Base", (Workflow,), {name: value})
    cls = type("Resize", (base,), {})
    with pytest.raises(DefinitionError, match=rf"Resize has {name} = .* write @workflow\("):
        workflow("Resize", 1, "images")(cls)


def test_what_says_the_same_or_is_of_the_users_own_is_left_alone():
    @workflow("Resize", 1, "images", max_open_tasks=5)
    class Resize(Workflow):
        max_open_tasks = 5

        @property
        def workflow_duration(self):
            """Of their own."""

    @activity("Draw", 1, "images")
    class Draw(Activity):
        strategy = "greedy"

        def start_to_close(self):
            """Of their own."""


@pytest.mark.parametrize("value", [0, -1, "many", None, 1.5, True])
@pytest.mark.parametrize("name", ["restart_events", "restart_bytes"])
def test_when_a_workflow_should_restart_is_a_positive_whole_number(name, value):
    with pytest.raises(DefinitionError, match=f"Long.{name} is"):
        workflow("Long", 1, "images")(type("Long", (Workflow,), {name: value}))


@pytest.mark.parametrize("value", [1, 2e7, float("inf"), property(lambda self: 5)])
@pytest.mark.parametrize("name", ["restart_events", "restart_bytes"])
def test_a_workflow_may_restart_never_and_say_large_numbers_shortly(name, value):
    workflow("Long", 1, "images")(type("Long", (Workflow,), {name: value}))


@pytest.mark.parametrize("misspelt", ["max_open_task", "workflow_durations", "retry"])
def test_a_decorators_misspelt_keyword_is_refused(misspelt):
    for declare in (activity, workflow):
        with pytest.raises(TypeError, match=misspelt):
            declare("Resize", 1, "images", **{misspelt: 5})
    for proxy in (ActivityProxy, WorkflowProxy):
        with pytest.raises(TypeError, match="misspelt"):
            proxy("Resize", 1, misspelt=5)


@pytest.mark.parametrize("name", ["heartbeat", "start_to_close", "delay", "retry"])
def test_a_part_of_a_second_is_refused_and_does_not_stand_for_the_default(name):
    with pytest.raises(DefinitionError, match=f"{name} must be a whole number, not 0.5"):
        ActivityProxy("Resize", 1, **{name: 0.5})


@pytest.mark.parametrize("part", ["name", "version", "task list"])
def test_none_is_no_name(part):
    given = {"name": "Resize", "version": 1, "task list": "images", part: None}
    for declare in (activity, workflow):
        with pytest.raises(DefinitionError, match=f"a {part} is a text, not None"):
            declare(*given.values())


def generates(self):
    yield 1


async def generates_too(self):
    yield 1


@pytest.mark.parametrize("run", [generates, generates_too])
@pytest.mark.parametrize(("declare", "base"), [(activity, Activity), (workflow, Workflow)])
def test_a_run_that_yields_is_refused_where_it_stands(declare, base, run):
    with pytest.raises(DefinitionError, match=r"Lazy.run yields"):
        declare("Lazy", 1, "images")(type("Lazy", (base,), {"run": run}))
    with pytest.raises(DefinitionError, match=r"Lazy.run is a method, not 5"):
        declare("Lazy", 1, "images")(type("Lazy", (base,), {"run": 5}))


@pytest.mark.parametrize(
    ("declare", "base", "said"),
    [(activity, Workflow, "workflows: use @workflow"), (workflow, Activity, "use @activity")],
)
def test_a_class_of_the_other_kind_is_refused(declare, base, said):
    with pytest.raises(DefinitionError, match=said):
        declare("Odd", 1, "images")(type("Odd", (base,), {"run": lambda self: 1}))


@pytest.mark.parametrize("unfit", [["Resize"], ("Resize",), {"Resize"}, {}, b"Resize", Activity])
def test_what_is_hardly_meant_as_a_name_is_none(unfit):
    with pytest.raises(DefinitionError, match="a name is a text, not"):
        activity(unfit, 1, "images")
