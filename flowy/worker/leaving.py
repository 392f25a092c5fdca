"""How a decider leaves its own task list, so that nothing is left there to time out.

Theory of operation. Executions that are sticky to a decider have their next decision task put on
its list, whether it is there or not. Those that have a task soon are given back by its answer; the
quiet ones, which wait for a timer or a long activity, are not, and SWF has no call for it. So a
decider that is asked to leave

* tells Flowy's own service (``LeaveTaskList``), which sends nothing there from then on, and takes
  what waits there already, until nothing does;
* serves its list on, where the service cannot be told, until all are given back or the grace time
  is over. What comes later waits there for the sticky timeout.

Servers that share a database hear of each other a moment later, and another one may have put a task
there meanwhile: so one looks again before one goes.
"""

import logging

from flowy.errors import Fault, FlowyError
from flowy.protocol.client import SwfClient
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.requests.extensions import LeaveTaskList
from flowy.protocol.tasks import DecisionTask
from flowy.worker import history
from flowy.worker.poller import Source

logger = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds for which the service is told again while it is away."""

LOOK_AGAIN = 1.0
"""Seconds after which the last look is taken."""


class Leaving:
    """Belongs to one decider that leaves.

    Args:
        source: Where it decides.
        poll: What it polls its own list with.
    """

    def __init__(self, source: Source, poll: PollForDecisionTask) -> None:
        self._source = source
        self._poll = poll
        self._began = 0.0
        self.is_told = False
        """Whether the service was told, or is away."""
        self.goes_on = False
        """Whether the service was told, and may have tasks still."""

    def begin(self) -> DecisionTask:
        """Tell the service, and return a task of the list; an empty one when there is none.

        Call it when no answer is on its way that sends an execution to the list.
        """
        self._began = self._source.clock.now()
        self.goes_on = True
        return self._taken()

    def next(self) -> DecisionTask:
        """Return the next task of the list; an empty one at the end.

        Call it when all tasks before are answered: what comes meanwhile waits behind them.
        """
        while self.goes_on:
            task = self._taken()
            if task.task_token:
                return task
            left = self._began + LOOK_AGAIN - self._source.clock.now()
            if left <= 0:
                self.goes_on = False
            self._source.stop.linger(left)
        return DecisionTask()

    def _taken(self) -> DecisionTask:
        source, poll = self._source, self._poll
        request = _request(poll)
        what = f"leaving task list {poll.task_list.name}"
        try:
            task = source.persist(
                lambda: source.client.call(request), what, source.clock.now() + PATIENCE
            )
        except Fault as fault:
            logger.debug("the service cannot be told that a task list is left: %s", fault)
            self.goes_on = False
            return DecisionTask()
        except FlowyError as error:
            logger.warning("%s failed; what waits there times out: %s", what, error)
            self.is_told, self.goes_on = True, False
            return DecisionTask()
        self.is_told = True
        return history.complete(source, poll, task) if task.task_token else task


def taken_over(source: Source, poll: PollForDecisionTask) -> DecisionTask:
    """Return a task that waits for whoever polled a list before and did not leave it.

    What comes later goes to all. A service that cannot be told has none.

    Args:
        source: Where it is decided from now on.
        poll: What the list would be polled with.

    Raises:
        FlowyError: A page of the task could not be read.
    """
    try:
        task = source.client.call(_request(poll))
    except FlowyError as error:
        logger.debug("task list %s cannot be taken over: %s", poll.task_list.name, error)
        return DecisionTask()
    return history.complete(source, poll, task) if task.task_token else task


def _request(poll: PollForDecisionTask) -> LeaveTaskList:
    return LeaveTaskList(domain=poll.domain, task_list=poll.task_list, identity=poll.identity)


def uninterrupted(client: SwfClient) -> SwfClient | None:
    """Return a client of the same service whose polls still wait; None where there is none.

    Whoever gets it closes it.
    """
    another = getattr(client, "another", None)
    made: SwfClient | None = None if another is None else another()
    return made
