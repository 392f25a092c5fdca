"""One activity worker on a service that answers as a test told it to."""

from flowy.clock import SystemClock
from flowy.protocol.requests.activity_tasks import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.tasks import ActivityTask, ActivityTaskStatus
from flowy.worker.activities import ActivityPoller
from flowy.worker.workshop import ActivitySettings, Workshop
from tests.unit.worker.fakes import EXECUTION, TYPE, FakeClient, activities, source

ANSWERS = (RespondActivityTaskCanceled, RespondActivityTaskCompleted, RespondActivityTaskFailed)
PATIENCE = 60


class Doing:
    """A poller with a shop, and what it answered."""

    def __init__(self, factory, settings=None, **definition):
        self.client = FakeClient()
        self.place = source(self.client, SystemClock())
        self.shop = Workshop(settings or ActivitySettings(), self.place.clock, self.place.stop)
        self.type_id = definition.get("type_id", TYPE)
        registry = activities(factory, **definition)
        self.poller = ActivityPoller(self.place, registry, self.shop)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.poller.close()
        self.shop.close()

    def begin(self, input="[[], {}]", activity_id="0"):
        self.poller.handle(
            ActivityTask(
                task_token="token",
                started_event_id=6,
                activity_id=activity_id,
                workflow_execution=EXECUTION,
                activity_type=self.type_id,
                input=input,
            )
        )

    def answer(self):
        """Wait until the task is answered, and return the answer; None when it stays open."""
        assert self.shop.wait(PATIENCE)
        found = [each for each in self.client.sent if isinstance(each, ANSWERS)]
        assert len(found) <= 1, found
        return found[0] if found else None

    def do(self, input="[[], {}]", activity_id="0"):
        self.begin(input, activity_id)
        return self.answer()

    def cancel_at_the_next_heartbeat(self, once=lambda: True):
        """Have the service ask for it, as soon as something is so."""
        self.client.always(
            RecordActivityTaskHeartbeat,
            lambda _request: ActivityTaskStatus(cancel_requested=once()),
        )


def do(factory, input="[[], {}]", settings=None, **definition):
    """Do one task and return its answer."""
    with Doing(factory, settings, **definition) as doing:
        return doing.do(input)
