"""What would differ from replay to replay: kept in markers, or drawn from the run itself.

A side effect's value and a change's version stand in markers. Code asks for them before its replay
comes to the markers, so the run is shown the markers of the whole history first.

An answer that was cut left its last decisions for the next one. A run that replays it comes, past
that point, to what nobody has seen yet: from there on the code asks for the first time.
"""

import asyncio
import hashlib
import inspect
from collections.abc import Callable, Sequence
from operator import index
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from flowy.decider.limits import MORE
from flowy.decider.loop import DeterministicLoop
from flowy.decider.matching import is_echo
from flowy.decider.size import HistorySize
from flowy.decider.slots import Slots
from flowy.decider.texts import Texts
from flowy.errors import (
    DefinitionError,
    NondeterminismError,
    PayloadUnavailable,
    SideEffectFailed,
    StaleRunError,
)
from flowy.protocol.decisions import RecordMarker, RecordMarkerAttributes
from flowy.protocol.event import Event
from flowy.protocol.events.marker import MarkerRecorded
from flowy.protocol.events.timer import StartTimerFailed, TimerStarted
from flowy.task.guarding import unguarded
from flowy.transport import failure, serializer

SIDE_EFFECT = "flowy.side_effect"
VERSION = "flowy.version"
VALUE_MAXIMUM = 16_000
"""Characters of a side effect's value in its marker, where JSON inside of JSON may double them."""

UNCHANGED = 1
"""The version of code before its first change."""

_TIMERS = (StartTimerFailed, TimerStarted)
_TELLING = frozenset((MarkerRecorded, *_TIMERS))
"""Events that tell of what the code has not asked for yet."""


class SideEffect(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a side effect's marker says.

    Args:
        number: Which one of the run it is.
        value: What it gave, as JSON.
        failed: Why it gave nothing; its value is then the details of that.
    """

    number: int
    value: str
    failed: str | None = None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """What a version's marker says."""

    change: str
    version: int


class RunFacts:
    """Implements `flowy.task.context.Facts` for one run.

    Args:
        seed: What is the same in every replay of the run and in no other run.
        loop: Tells the history's time.
        slots: Takes the markers.
        size: Counts the history.
        texts: Packs what the markers keep.
    """

    def __init__(
        self,
        seed: str,
        loop: DeterministicLoop,
        slots: Slots,
        size: HistorySize,
        texts: Texts,
    ) -> None:
        self.size = size
        self._texts = texts
        self.divergence: NondeterminismError | None = None
        """Why this run cannot go on as its history did."""
        self._seed = seed
        self._loop = loop
        self._slots = slots
        self._random: Random | None = None
        self._uuids: Random | None = None
        self._effects = 0
        self.is_happening = False
        """The function of a side effect runs."""
        self.only_looks = False
        """Nothing new may happen: the code stops where it asks for a new side effect."""
        self.stopped = False
        """It has stopped there, and what it says from then on means nothing."""
        self._values: dict[int, SideEffect] = {}
        self._recorded: dict[str, int] = {}
        self._versions: dict[str, int] = {}
        self._sent: dict[int, int] = {}
        """How many decisions an answer held that was cut, by the start of its decision."""

    def show(self, events: Sequence[Event]) -> None:
        """Look at events that the run is going to be fed with.

        Raises:
            StaleRunError: Another run decided what this one had decided and not sent.
        """
        if _TELLING.isdisjoint(map(type, events)):  # most histories have none, and few have many
            return
        for at, event in enumerate(events):
            if type(event) is MarkerRecorded:
                self._remember(event)
            elif isinstance(event, _TIMERS) and event.attributes.timer_id.startswith(MORE):
                self._remember_cut(event, events[:at])

    def check(self, what: object) -> None:
        """Refuse what the function of a side effect cannot ask for: replays do not call it.

        Raises:
            DefinitionError: It runs now.
        """
        if self.is_happening:
            raise DefinitionError(
                f"the function of a side effect asks for {what}, and replays do not call it: ask "
                "in the workflow's own code, and give the function what came"
            )

    @property
    def random(self) -> Random:
        """Chance, seeded by the run."""
        self.check("random")
        if self._random is None:
            self._random = self._seeded("random")
        return self._random

    @property
    def replaying(self) -> bool:
        """Whether the code runs again through what it has decided before."""
        return self._loop.replaying

    def now(self) -> float:
        """Return the history's time, in seconds since the epoch."""
        return self._loop.time()

    def uuid4(self) -> UUID:
        """Return a new UUID, drawn from the run's chance."""
        self.check("uuid4")
        if self._uuids is None:
            self._uuids = self._seeded("uuid")
        return UUID(int=self._uuids.getrandbits(128), version=4)

    def side_effect(self, function: Callable[[], Any]) -> Any:
        """Call a function once in the life of the run and return what it gave.

        Raises:
            DefinitionError: It cannot be called, or is ``async``.
            SideEffectFailed: It raised then, or gave what cannot travel.
        """
        self.check("a side effect")
        number, self._effects = self._effects, self._effects + 1
        what = f"the value of side effect {number}"
        effect = self._values.get(number)
        if effect is None:
            _check_function(function)
            if self._repeats():
                raise self._diverges(
                    f"the code asks for side effect {number}, which its history does not have: it "
                    "has changed since the execution started"
                )
            if self.only_looks:
                self.stopped = self.divergence is None
                raise asyncio.CancelledError("a side effect that has not happened yet")
            effect = self._values[number] = self._happen(number, function, what)
        self._note(SIDE_EFFECT, str(number), effect)
        text = self._texts.unpack(effect.value, what)
        if effect.failed is not None:
            raise failure.revive(SideEffectFailed, effect.failed, text)
        return serializer.load(text, what)

    def _happen(self, number: int, function: Callable[[], Any], what: str) -> SideEffect:
        # A failure is kept as well: code may catch it, and a replay must not go another way.
        self.is_happening = True
        try:
            with unguarded():
                value = _waited_for_nothing(function())
            dumped = serializer.dump(value, what, None)
            return SideEffect(number=number, value=self._texts.pack(dumped, what, VALUE_MAXIMUM))
        except PayloadUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 -- it is the outcome of the function
            reason, details = self._texts.describe_within(error, what, VALUE_MAXIMUM)
            return SideEffect(number=number, value=details, failed=reason)
        finally:
            self.is_happening = False

    def version(self, change: str, minimum: int, maximum: int) -> int:
        """Return which version of a change this run goes by."""
        self.check("a version")
        minimum, maximum = _whole(change, minimum), _whole(change, maximum)
        if not UNCHANGED <= minimum <= maximum:
            raise DefinitionError(
                f"{change}: versions begin with {UNCHANGED} and the oldest is not over the newest, "
                f"not {minimum} and {maximum}"
            )
        known = self._versions.get(change)
        if known is None:
            known = self._versions[change] = self._choose(change, maximum)
        if not minimum <= known <= maximum:
            raise self._diverges(
                f"this run goes by version {known} of {change!r}, the code has {minimum} to "
                f"{maximum}: bring version {known} back for this execution, or end it"
            )
        return known

    def _choose(self, change: str, maximum: int) -> int:
        recorded = self._recorded.get(change)
        if recorded is None and self._repeats():
            return UNCHANGED
        version = maximum if recorded is None else recorded
        self._note(VERSION, change, Version(change=change, version=version))
        return version

    def is_left_over(self, event: MarkerRecorded) -> bool:
        """Tell whether a marker is of a change that the code does not ask about any more.

        The branch that it chose is held against the history by what it asks for.
        """
        if event.attributes.marker_name != VERSION:
            return False
        noted = msgspec.json.decode(event.attributes.details or "", type=Version)
        return noted.change not in self._versions

    def diverges_by(self, error: NondeterminismError) -> None:
        """Keep why this run cannot go on, should its code swallow the error."""
        if self.divergence is None:
            self.divergence = error

    def _diverges(self, message: str) -> NondeterminismError:
        # Kept, so that code that swallows it cannot hide it.
        self.divergence = NondeterminismError(message)
        return self.divergence

    def _note(self, name: str, key: str, what: msgspec.Struct) -> None:
        details = msgspec.json.encode(what).decode()
        self.size.add(details)
        attributes = RecordMarkerAttributes(marker_name=name, details=details)
        self._slots.ask((name, key), RecordMarker(attributes=attributes))

    def _remember(self, event: MarkerRecorded) -> None:
        attributes = event.attributes
        if attributes.marker_name == SIDE_EFFECT:
            effect = msgspec.json.decode(attributes.details or "", type=SideEffect)
            if self._values.setdefault(effect.number, effect) != effect:
                raise StaleRunError(f"another run gave side effect {effect.number} its value")
        elif attributes.marker_name == VERSION:
            noted = msgspec.json.decode(attributes.details or "", type=Version)
            self._recorded[noted.change] = noted.version
            if self._versions.get(noted.change, noted.version) != noted.version:
                raise StaleRunError(f"another run goes by another version of {noted.change!r}")

    def _remember_cut(
        self, event: TimerStarted | StartTimerFailed, before: Sequence[Event]
    ) -> None:
        # What comes of a decision at once, such as a signal that has arrived, stands among the
        # echoes of those behind it.
        started = int(event.attributes.timer_id.removeprefix(MORE))
        size = event.event_id - event.attributes.decision_task_completed_event_id - 1
        self._sent[started] = sum(map(is_echo, before[len(before) - size :]))

    def _repeats(self) -> bool:
        """Tell whether the code asks again for what it has asked for, and has been answered."""
        sent = self._sent.get(self.size.events)
        if sent is not None and self._slots.count >= sent:
            self._loop.replaying = False
        return self._loop.replaying

    def _seeded(self, what: str) -> Random:
        digest = hashlib.blake2b(f"{self._seed}/{what}".encode()).digest()
        return Random(digest)  # noqa: S311 -- not for secrets: it must fall the same again


def _check_function(function: Any) -> None:
    if not callable(function):
        raise DefinitionError(
            f"side_effect takes a function and calls it itself, not {function!r:.100}: "
            "self.side_effect(lambda: ...)"
        )
    if inspect.iscoroutinefunction(function):
        raise DefinitionError(
            f"side_effect takes a plain function, and {function!r:.100} is async: await an "
            "activity in its place"
        )


def _waited_for_nothing(value: Any) -> Any:
    if inspect.iscoroutine(value):
        value.close()
        raise DefinitionError(
            "the function of a side effect gave a coroutine, for which nothing waits: await an "
            "activity in its place"
        )
    return value


def _whole(change: str, version: Any) -> int:
    try:
        return index(version)
    except TypeError as error:
        raise DefinitionError(
            f"{change}: versions are whole numbers, not {version!r:.100}"
        ) from error
