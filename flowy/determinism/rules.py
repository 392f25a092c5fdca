"""The rules of workflow code: a code, what it forbids, and what to use in its place."""

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule.

    Args:
        code: How it is named in findings and in ``# flowy: ignore[CODE]``.
        name: In a word or two; also the name of its page.
        why: Why a replay cannot repeat it, or what goes wrong.
        instead: What to use.
    """

    code: str
    name: str
    why: str
    instead: str


CLOCK = Rule("FLW101", "clock", "a replay reads another time", "self.now()")
SLEEP = Rule(
    "FLW102",
    "blocking-sleep",
    "it blocks the decider and every replay",
    "self.sleep(seconds) or, in an async def, asyncio.sleep(seconds)",
)
CHANCE = Rule("FLW103", "randomness", "a replay draws something else", "self.random")
UUID = Rule("FLW104", "uuid", "a replay makes another one", "self.uuid4()")
ENVIRONMENT = Rule(
    "FLW105",
    "environment",
    "a replay may run where it is another",
    "an argument of the workflow, or self.side_effect(...)",
)
NETWORK = Rule("FLW201", "network", "what comes back is in no history", "an activity")
THREADS = Rule(
    "FLW202",
    "threads",
    "a replay cannot repeat their order",
    "calls that run at the same time (they return at once), asyncio.gather, or an activity",
)
FILES = Rule("FLW203", "files", "what is in them is in no history", "an activity")
SUBPROCESS = Rule("FLW204", "subprocess", "its output is in no history", "an activity")
SET_ORDER = Rule(
    "FLW301", "set-order", "a set's order is another in each process", "sorted(...) or a list"
)
IDENTITY = Rule(
    "FLW302",
    "identity-order",
    "addresses and hashes are others in each process",
    "a key that the values themselves have",
)
SHARED_STATE = Rule(
    "FLW303",
    "shared-state",
    "other executions and earlier replays change it too",
    "an attribute of self, or an argument",
)
SWALLOWED = Rule(
    "FLW401",
    "swallowed-cancellation",
    "the execution can no longer be cancelled",
    "except Exception, or raise it again",
)
MISSING_AWAIT = Rule("FLW402", "missing-await", "the code in it never runs", "await")
UNUSED = Rule("FLW403", "unused-result", "nothing waits for it", "await it, or call its result()")
BLOCKING_RESULT = Rule(
    "FLW404",
    "blocking-result",
    "an async def cannot wait in a plain call, which raises RuntimeError",
    "await",
)
RESULT_AS_VALUE = Rule(
    "FLW405",
    "result-as-value",
    "what a call gives is a result that is still to come, and as a condition it is always true",
    "await it, or call its result()",
)

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        CLOCK,
        SLEEP,
        CHANCE,
        UUID,
        ENVIRONMENT,
        NETWORK,
        THREADS,
        FILES,
        SUBPROCESS,
        SET_ORDER,
        IDENTITY,
        SHARED_STATE,
        SWALLOWED,
        MISSING_AWAIT,
        UNUSED,
        BLOCKING_RESULT,
        RESULT_AS_VALUE,
    )
}
