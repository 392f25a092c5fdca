"""Exceptions come back as themselves where they are registered, whatever their classes do."""

import json

import pytest

from flowy.errors import ActivityFailed, DefinitionError, ExecutionError, RemoteError, TaskError
from flowy.execution import raised
from flowy.task import register_failure
from flowy.transport import registered
from flowy.transport.failure import DETAILS_MAXIMUM, describe, revive


def round_trip(error):
    try:
        raise error
    except type(error) as caught:
        return revive(ActivityFailed, *describe(caught))


def test_a_class_is_known_by_its_name_or_by_one_that_is_given():
    @register_failure(name="shop.Broken")
    class Broken(Exception):
        pass

    _, details = describe(Broken("x"))
    assert json.loads(details)["type"] == "shop.Broken"
    assert isinstance(round_trip(Broken("x")), Broken)


def test_a_subclass_comes_back_as_the_base_that_is_registered():
    @register_failure(name="shop.Base")
    class Base(Exception):
        pass

    class Special(Base):
        pass

    error = round_trip(Special("x"))
    assert isinstance(error, Base)
    assert not isinstance(error, Special)


def test_what_json_cannot_say_stays_behind():
    @register_failure(name="shop.Heavy")
    class Heavy(Exception):
        def __init__(self, connection):
            super().__init__(connection)
            self.connection = connection
            self.port = 80

    error = round_trip(Heavy(object()))
    assert isinstance(error, Heavy)
    assert error.port == 80
    assert not hasattr(error, "connection")
    assert "object" in str(error)


@pytest.mark.parametrize("way", ["slots", "layout", "new", "meta"])
def test_a_class_that_does_not_let_us_still_gives_a_task_error(way):
    class Meta(type):
        def __new__(cls, name, bases, names):
            if len(bases) > 1:
                raise TypeError("no")
            return super().__new__(cls, name, bases, names)

    def make_new(cls, first, second):
        return Exception.__new__(cls, first)

    @register_failure(name=f"shop.{way}")
    class Odd(
        *((OSError,) if way == "layout" else (Exception,)),
        metaclass=Meta if way == "meta" else type,
    ):
        if way == "slots":
            __slots__ = ("value",)
        if way == "new":
            __new__ = make_new

    error = round_trip(Odd("x", 2) if way == "new" else Odd("x"))
    assert isinstance(error, TaskError)
    assert isinstance(error, ActivityFailed)
    assert "x" in str(error)


def test_no_name_from_the_wire_is_imported():
    details = json.dumps(
        {
            "type": "os.system",
            "message": "rm",
            "traceback": "",
            "bases": ["subprocess.Popen"],
            "args": ["ls"],
            "attributes": {"__class__": "os.system"},
            "causes": [{"type": "builtins.exit", "message": "1"}],
        }
    )
    error = revive(TaskError, "rm", details)
    assert isinstance(error.__cause__, RemoteError)
    assert str(error.__cause__) == "os.system: rm"
    assert isinstance(error.__cause__.__cause__, RemoteError)


def test_attributes_of_the_wire_cannot_change_what_an_exception_is():
    registered.register_failure(name="shop.Plain")(type("Plain", (Exception,), {}))
    details = json.dumps(
        {
            "type": "shop.Plain",
            "message": "m",
            "traceback": "",
            "args": ["m"],
            "attributes": {"__class__": "x", "__dict__": {}, "fine": 1},
        }
    )
    cause = revive(TaskError, "m", details).__cause__
    assert vars(cause) == {"fine": 1}


def test_two_classes_of_one_name_are_refused_and_a_class_twice_is_not():
    first = type("Same", (Exception,), {"__module__": "a"})
    second = type("Same", (Exception,), {"__module__": "b"})
    register_failure(name="shop.Same")(first)
    register_failure(name="shop.Same")(first)
    with pytest.raises(DefinitionError, match=r"a\.Same and b\.Same are both named shop\.Same"):
        register_failure(name="shop.Same")(second)
    with pytest.raises(DefinitionError, match="only a class of exceptions"):
        register_failure(int)


@pytest.mark.parametrize("where", ["args", "attribute", "cause"])
def test_a_large_exception_fits(where):
    @register_failure(name=f"shop.Large.{where}")
    class Large(Exception):
        pass

    error = Large("y" * 40_000 if where == "args" else "y")
    if where == "attribute":
        error.page = "y" * 40_000
    if where == "cause":
        error.__cause__ = Large("y" * 40_000)
    _, details = describe(error)
    assert len(details) <= DETAILS_MAXIMUM
    assert isinstance(revive(TaskError, "y", details), Large)


def test_a_cycle_of_causes_ends():
    first, second = ValueError(1), ValueError(2)
    first.__cause__, second.__cause__ = second, first
    _, details = describe(first)
    assert len(json.loads(details)["causes"]) == 1


def notes_of(error):
    return "\n".join(getattr(error, "__notes__", ()))


def test_what_stays_behind_is_named():
    @register_failure(name="shop.Torn")
    class Torn(Exception):
        def __init__(self, connection):
            super().__init__(connection)
            self.connection, self.port, self.lock = connection, 80, object()

    cause = round_trip(Torn(object())).__cause__
    assert "since JSON cannot say it: args, connection, lock" in notes_of(cause)
    assert not notes_of(round_trip(Torn("db")).__cause__).count("args")


def test_a_class_that_cannot_be_made_of_its_arguments_says_so():
    @register_failure(name="shop.Pair")
    class Pair(Exception):
        def __new__(cls, *, first, second):
            return Exception.__new__(cls)

    error = Pair.__new__(Pair, first=1, second=2)
    error.args = ("one and two",)
    cause = round_trip(error).__cause__
    assert isinstance(cause, RemoteError)
    assert "Pair is registered, and could not be made of the arguments" in notes_of(cause)


def test_a_class_that_cannot_be_caught_with_the_failure_of_a_task_says_so():
    class Meta(type):
        def __new__(cls, name, bases, names):
            if len(bases) > 1:
                raise TypeError("no")
            return super().__new__(cls, name, bases, names)

    @register_failure(name="shop.Single")
    class Single(Exception, metaclass=Meta):
        pass

    error = round_trip(Single("x"))
    assert not isinstance(error, Single)
    assert isinstance(error.__cause__, Single)
    assert "catch ActivityFailed and look at its __cause__" in notes_of(error)


@pytest.mark.parametrize("slots", ["left", ("left", "unset")])
def test_what_stands_in_slots_comes_along(slots):
    @register_failure(name=f"shop.Slotted{len(slots)}")
    class Slotted(Exception):
        __slots__ = slots

        def __init__(self, item, left):
            super().__init__(item)
            self.left = left

    error = round_trip(Slotted("hat", 3))
    assert isinstance(error, Slotted)
    assert error.__cause__.left == error.left == 3
    assert not hasattr(error, "unset")


@pytest.mark.parametrize("shown", [lambda error: 5, lambda error: 1 / 0])
def test_a_slot_that_a_subclass_hides_behind_a_property_stays_behind(shown):
    class Slotted(Exception):
        __slots__ = ("left",)

    class Hides(Slotted):
        left = property(shown)

    register_failure(Hides)
    assert isinstance(round_trip(Hides("hat")), Hides)


@register_failure(name="shop.Unpicklable")
class Unpicklable(Exception):
    def __init__(self, item, *, left):
        super().__init__(item)
        self.left = left

    def __reduce__(self):
        raise TypeError("not to be pickled")


def test_what_a_process_could_not_send_comes_back_as_its_class_all_the_same():
    """The process says where the class stands; the workflow knows the name it was given."""
    came = raised.receive(raised.send(Unpicklable("hat", left=3)))
    assert isinstance(came, ExecutionError)
    error = round_trip(came)
    assert isinstance(error, Unpicklable)
    assert error.args == ("hat",)


@pytest.mark.parametrize("name", ["", "x" * 513, 7, b"shop"])
def test_a_name_that_does_not_travel_is_refused(name):
    with pytest.raises(DefinitionError, match="a registered failure's name is a text of 1 to 512"):
        register_failure(name=name)(type("Named", (Exception,), {}))


def test_a_failure_without_a_word_is_called_by_its_class():
    reason, details = describe(StopIteration())
    assert reason == "builtins.StopIteration"
    assert json.loads(details)["message"] == ""
