"""Ask a person: remind daily, give up after a week."""

import flowy
from flowy import Activity, ActivityProxy, Signal, Workflow, activity, workflow

LIST = "approvals"
DAY = 24 * 3600


@activity("approvals.ask", 1, LIST)
class Ask(Activity):
    def run(self, person, request, reminder):
        again = f" (reminder {reminder})" if reminder else ""
        print(f"to {person}: may {request['who']} have {request['what']}?{again}")


@activity("approvals.tell", 1, LIST)
class Tell(Activity):
    def run(self, person, text):
        print(f"to {person}: {text}")


@workflow("approvals.request", 1, LIST, workflow_duration=30 * DAY)
class Request(Workflow):
    ask = ActivityProxy(Ask)
    tell = ActivityProxy(Tell)
    answer = Signal()

    def run(self, request, boss, days=7):
        answer = self.wait_for_answer(request, boss, days)
        self.tell(request["who"], f"{request['what']}: {answer}")
        return answer

    def wait_for_answer(self, request, boss, days):
        for day in range(days):
            self.ask(boss, request, day)
            self.set_execution_context({"waits_for": boss, "day": day})
            try:
                # The signal is not lost when it comes between two waits: it is in a queue.
                return flowy.first(self.answer.get(), timeout=DAY).result()
            except TimeoutError:
                continue
        return "nobody answered"
