"""The stories: what is started, what is sent to it, and how it ends."""

from dataclasses import dataclass
from typing import Any

from tests.stories import told


@dataclass(frozen=True, kw_only=True)
class Story:
    """A workflow, what it is told, and its end.

    Args:
        workflow: The class.
        args: What it is started with.
        signals: Names and values, sent once it has started.
        cancelled: It is asked to cancel itself.
        end: How it closes, and with which result or reason.
        happened: How often some types of event are in its history.
        needs: What a service has to be able to do beside activities and timers.
    """

    workflow: type
    args: tuple[Any, ...] = ()
    signals: tuple[tuple[str, Any], ...] = ()
    cancelled: bool = False
    end: tuple[str, Any] = ("completed", None)
    happened: tuple[tuple[str, int], ...] = ()
    needs: frozenset[str] = frozenset()


STORIES = (
    Story(workflow=told.Hello, args=("ann",), end=("completed", "hello ann")),
    Story(
        workflow=told.Sums,
        args=(9,),
        end=("completed", 36),
        happened=(("ActivityTaskCompleted", 17),),
    ),
    Story(workflow=told.Undone, end=("completed", ["second", "first", "no"])),
    Story(workflow=told.Sleeper, end=("completed", True), happened=(("TimerFired", 1),)),
    Story(workflow=told.Impatient, end=("completed", "late")),
    Story(
        workflow=told.Stubborn,
        end=("completed", "always"),
        happened=(("ActivityTaskFailed", 2), ("TimerFired", 1)),
    ),
    Story(
        workflow=told.Overdue,
        end=("completed", "START_TO_CLOSE"),
        happened=(("ActivityTaskTimedOut", 2),),
        needs=frozenset({"timeouts"}),
    ),
    Story(workflow=told.Failing, end=("failed", "for good")),
    Story(workflow=told.Noting, end=("completed", [7, 2]), happened=(("MarkerRecorded", 2),)),
    Story(
        workflow=told.Listening,
        signals=(("aside", 1), ("word", "one"), ("word", "two")),
        end=("completed", ["one", "two", [1]]),
    ),
    Story(
        workflow=told.Parent,
        end=("completed", ["hello ann", ["one", "two", [1]]]),
        needs=frozenset({"children"}),
    ),
    Story(
        workflow=told.Countdown,
        args=(2,),
        end=("completed", "lift off"),
        needs=frozenset({"continue as new"}),
    ),
    Story(
        workflow=told.Cleaning,
        cancelled=True,
        end=("canceled", None),
        happened=(("ActivityTaskCompleted", 1), ("TimerCanceled", 1)),
        needs=frozenset({"cancel requests"}),
    ),
)
