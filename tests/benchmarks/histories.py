"""Histories of no-op activities, as a decider gets them.

A chain has six events an activity, a fan-out three. Both end with a decision task that was started
and not answered.
"""

import msgspec

from flowy.protocol.wire import decode_events

TASK_LIST = {"name": "noop"}
SCHEDULED = {
    "activityType": {"name": "noop", "version": "1"},
    "heartbeatTimeout": "NONE",
    "scheduleToCloseTimeout": "420",
    "scheduleToStartTimeout": "120",
    "startToCloseTimeout": "300",
    "taskList": TASK_LIST,
}
START = {
    "childPolicy": "TERMINATE",
    "executionStartToCloseTimeout": "3600",
    "taskStartToCloseTimeout": "60",
    "taskList": TASK_LIST,
}


class _History:
    def __init__(self, workflow, steps):
        self.events = []
        self.add(
            "WorkflowExecutionStarted",
            **START,
            input=f"[[{steps}],{{}}]",
            parentInitiatedEventId=0,
            workflowType={"name": workflow, "version": "1"},
        )
        self.decision = self.start_decision()

    def add(self, event_type, **attributes):
        number = len(self.events) + 1
        name = f"{event_type[0].lower()}{event_type[1:]}EventAttributes"
        self.events.append(
            {
                "eventId": number,
                "eventType": event_type,
                "eventTimestamp": 1.7e9 + number / 100,
                name: attributes,
            }
        )
        return number

    def start_decision(self):
        scheduled = self.add("DecisionTaskScheduled", startToCloseTimeout="60", taskList=TASK_LIST)
        started = self.add("DecisionTaskStarted", identity="d", scheduledEventId=scheduled)
        return {"scheduledEventId": scheduled, "startedEventId": started}

    def answer(self):
        return self.add("DecisionTaskCompleted", **self.decision)

    def schedule(self, number, answer):
        return self.add(
            "ActivityTaskScheduled",
            **SCHEDULED,
            activityId=str(number),
            input=f"[[{number}],{{}}]",
            decisionTaskCompletedEventId=answer,
        )

    def complete(self, scheduled):
        started = self.add("ActivityTaskStarted", identity="w", scheduledEventId=scheduled)
        self.add(
            "ActivityTaskCompleted", result="1", scheduledEventId=scheduled, startedEventId=started
        )

    def body(self):
        return msgspec.json.encode(self.events)


def chain(steps, wanted=None):
    """Return a chain's history as the bytes of a page; by default all that it wants is done."""
    history = _History("seq", steps if wanted is None else wanted)
    for number in range(steps):
        history.complete(history.schedule(number, history.answer()))
        history.decision = history.start_decision()
    return history.body()


def fan(steps):
    """Return a fan-out's history as the bytes of a page."""
    history = _History("par", steps)
    answer = history.answer()
    scheduled = [history.schedule(number, answer) for number in range(steps)]
    for each in scheduled:
        history.complete(each)
    history.start_decision()
    return history.body()


def unbegun(workflow, steps):
    """Return the history of a workflow that is asked for its first decision."""
    return _History(workflow, steps).body()


def typed(body):
    """Decode a history."""
    return decode_events(body)
