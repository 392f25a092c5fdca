"""Activities and workflows that send what nobody is to read by every way that there is."""

from flowy import (
    Activity,
    ActivityProxy,
    RetryPolicy,
    Signal,
    SuspendTask,
    Workflow,
    WorkflowProxy,
    activity,
    workflow,
)
from flowy.errors import ActivityFailed, ChildFailed, SideEffectFailed, TaskTimedout
from flowy.task import register_failure

TASK_LIST = "secretive"

tokens = []
"""Of the activities that wait for an answer from outside."""


@register_failure
class Refused(Exception):
    """It holds what was refused."""

    def __init__(self, what):
        super().__init__(what)
        self.what = what


def refuse(what):
    raise Refused(what) from ValueError(f"cause {what}")


@activity("keep", 1, TASK_LIST)
class Keep(Activity):
    def run(self, what):
        self.heartbeat(what)
        self.progress(1, 2, what)
        return what


@activity("refuse", 1, TASK_LIST)
class Refuse(Activity):
    def run(self, what):
        self.heartbeat(what)
        if self.attempt > 1:
            assert self.heartbeat_details == what
        refuse(what)


@activity("hang", 1, TASK_LIST, heartbeat=5)
class Hang(Activity):
    def run(self, what):
        if self.attempt > 1:
            assert self.heartbeat_details == what
        self.progress(1, 2, what)
        self.heartbeat(what)
        raise SuspendTask


@activity("outside", 1, TASK_LIST)
class Outside(Activity):
    def run(self, what):
        tokens.append(self.token)
        raise SuspendTask


@workflow("child", 1, TASK_LIST)
class Child(Workflow):
    told = Signal()
    keep = ActivityProxy("keep", 1)

    def run(self, what, fails):
        assert self.told.get().result() == what
        if fails:
            refuse(self.keep(what).result())
        return what


def failure_of(call):
    try:
        call()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is looked at
        return error
    raise AssertionError("it did not fail")


def check(error, kind, what):
    """Check that a failure is what it was where it came from, and return what it says."""
    assert isinstance(error, Refused), repr(error)
    assert isinstance(error, kind), repr(error)
    assert error.reason == error.what == what
    assert f"cause {what}" in error.details
    return error.what


@workflow("parent", 1, TASK_LIST)
class Parent(Workflow):
    extra = Signal()
    keep = ActivityProxy("keep", 1)
    refuse = ActivityProxy("refuse", 1, retry=RetryPolicy(attempts=2, delay=0))
    hang = ActivityProxy("hang", 1, retry=1)
    outside = ActivityProxy("outside", 1)
    child = WorkflowProxy("child", 1, retry=0)

    def run(self, what, again):
        if again:
            self.keep(what).result()
            self.restart(what, False)
            return
        assert self.side_effect(lambda: what) == what
        self.marker("note", what)
        failed = failure_of(lambda: self.side_effect(lambda: refuse(what)))
        said = [check(failed, SideEffectFailed, what), *self.activities(what), *self.children(what)]
        refuse(" ".join([*said, self.extra.get().result(), what]))

    def activities(self, what):
        yield check(failure_of(self.refuse(what).result), ActivityFailed, what)
        timed_out = failure_of(self.hang(what).result)
        assert isinstance(timed_out, TaskTimedout)
        assert what in timed_out.details
        yield what
        yield str(failure_of(self.outside(what).result))

    def children(self, what):
        for fails in (False, True):
            child = self.child(what, fails)
            child.signal(Child.told, what)
            if fails:
                yield check(failure_of(child.result), ChildFailed, what)
            else:
                yield child.result()
