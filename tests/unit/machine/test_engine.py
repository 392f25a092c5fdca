"""The engine: passes, hooks, positions, control methods, the restart table."""

import logging
import pickle

import pytest

from flowy.machine.engine import (
    ActionMapper,
    Break,
    Callbacks,
    Continue,
    GenericWorkflowEngine,
    MachineState,
    ProcessingFactory,
    Signal,
    TransitionActions,
)
from flowy.machine.errors import (
    AbortProcessing,
    HaltProcessing,
    WorkflowAPIError,
    WorkflowError,
)
from flowy.machine.utils import classproperty, staticproperty

CURRENT_DATA = "current"


def add(text):
    def task(obj, eng):
        obj.append(text)

    task.__name__ = f"add_{text}"
    return task


def engine_with(*tasks):
    engine = GenericWorkflowEngine()
    engine.callbacks.replace(list(tasks))
    return engine


def text_of(tokens):
    return ["".join(token) for token in tokens]


def tokens_of(count):
    return [[] for _ in range(count)]


def test_a_new_engine_is_empty():
    engine = GenericWorkflowEngine()
    assert (engine.objects, engine.extra_data, len(engine)) == ([], {}, 0)
    assert engine.state.token_pos == -1
    assert engine.state.callback_pos == [0]
    assert engine.current_object is None
    assert not engine.has_completed
    assert engine.signal is Signal
    assert engine.processing_factory is ProcessingFactory
    assert engine.log.name == "workflow.GenericWorkflowEngine"


def test_each_token_goes_through_all_tasks_and_the_next_follows():
    order = []
    engine = engine_with(
        lambda obj, eng: order.append(("a", obj)), [lambda obj, eng: order.append(("b", obj))]
    )
    engine.process([1, 2])
    assert order == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert engine.has_completed
    assert engine.current_object == 2
    assert len(engine) == 2


def test_tuples_of_tokens_work():
    tokens = ([], [])
    engine_with(add("a")).process(tokens)
    assert text_of(tokens) == ["a", "a"]


@pytest.mark.parametrize("tokens", [5, "text", None])
def test_what_is_not_iterable_is_refused(tokens):
    with pytest.raises(WorkflowError, match="is not an iterable"):
        engine_with(add("a")).process(tokens)


@pytest.mark.parametrize("tokens", [{"a": 1}, (x for x in [1]), {1}])
def test_what_is_not_a_sequence_is_refused(tokens):
    with pytest.raises(WorkflowError, match="pass a list"):
        engine_with(add("a")).process(tokens)


def test_an_empty_list_of_tokens_is_warned_about(caplog):
    engine_with(add("a")).process([])
    assert caplog.messages == [
        "List of objects is empty. Running workflow on empty set has no effect."
    ]


def test_an_engine_without_a_definition_refuses_tokens():
    with pytest.raises(WorkflowError, match="callbacks are empty"):
        GenericWorkflowEngine().process([[]])


def test_the_engine_can_be_used_again():
    tokens = tokens_of(2)
    engine = engine_with(add("a"))
    engine.process(tokens)
    engine.process(tokens)
    assert text_of(tokens) == ["aa", "aa"]


def test_an_engine_that_has_no_tokens_goes_on_with_none():
    tokens = tokens_of(1)
    engine = engine_with(add("a"))
    engine.process(tokens, initial_run=False)
    assert text_of(tokens) == [""]


def test_initial_run_false_goes_on_with_the_engines_own_tokens():
    own, others = tokens_of(2), tokens_of(2)
    engine = engine_with(add("a"))
    engine.process(own)
    engine.process(others, initial_run=False)
    assert text_of(own) == ["aa", "aa"]
    assert text_of(others) == ["", ""]


def fail_on(value, error):
    def task(obj, eng):
        if obj[:1] == [value]:
            raise error

    return task


def test_stop_on_halt_false_goes_on_with_the_next_token():
    tokens = [["0"], ["1"], ["2"]]
    engine = engine_with(add("a"), lambda obj, eng: eng.halt(), add("b"))
    engine.process(tokens, stop_on_halt=False)
    assert text_of(tokens) == ["0a", "1a", "2a"]


def test_stop_on_error_false_goes_on_after_a_workflow_error():
    tokens = [["0"], ["1"], ["2"]]
    engine = engine_with(fail_on("1", WorkflowError("no")), add("a"))
    engine.process(tokens, stop_on_error=False)
    assert text_of(tokens) == ["0a", "1", "2a"]


@pytest.mark.parametrize("stop_on_error", [True, False])
def test_other_errors_leave_the_engine_whatever_the_flags_say(stop_on_error):
    tokens = [["0"], ["1"], ["2"]]
    engine = engine_with(fail_on("1", ZeroDivisionError()), add("a"))
    with pytest.raises(ZeroDivisionError):
        engine.process(tokens, stop_on_error=stop_on_error)
    assert text_of(tokens) == ["0a", "1", "2"]
    assert engine.state.token_pos == 1
    assert engine.state.callback_pos == [0]


def test_a_workflow_error_stops_by_default():
    with pytest.raises(WorkflowError, match="no"):
        engine_with(fail_on("1", WorkflowError("no"))).process([["1"]])


# ------------------------------------------------------------------------- the control methods


JUMP_TOKEN = {1: "01234", 2: "0134", 3: "014", 0: "011234", -1: "0101234", -2: "0101234", 99: "01"}


@pytest.mark.parametrize("offset", JUMP_TOKEN)
def test_jump_token(offset):
    seen = []

    def jump_once(obj, eng):
        if obj == 1 and seen.count(1) == 1:
            eng.jump_token(offset)

    engine = engine_with(lambda obj, eng: seen.append(obj), jump_once)
    engine.process(list(range(5)))
    assert "".join(map(str, seen)) == JUMP_TOKEN[offset]
    assert engine.has_completed is (offset != 99)


def test_jumping_past_the_last_token_may_leave_the_position_behind_it():
    engine = engine_with(lambda obj, eng: eng.jump_token(99))
    engine.process([0, 1])
    assert engine.state.token_pos == len(engine)


JUMP_CALL = {1: "ABCD", 2: "ABD", 3: "AB", 9: "AB", -1: "ABBCD", -2: "ABABCD", -99: "ABABCD"}


@pytest.mark.parametrize("offset", JUMP_CALL)
@pytest.mark.parametrize("nested", [False, True])
def test_jump_call(offset, nested):
    token = []

    def jump_once(obj, eng):
        if "j" not in eng.extra_data:
            eng.extra_data["j"] = True
            eng.jump_call(offset)

    flow = [add("A"), add("B"), jump_once, add("C"), add("D")]
    engine_with(*([flow, add("x")] if nested else flow)).process([token])
    assert "".join(token) == JUMP_CALL[offset] + ("x" if nested else "")


def test_jump_call_zero_runs_the_same_task_again():
    token = []

    def thrice(obj, eng):
        obj.append("t")
        if len(obj) < 3:
            eng.jump_call(0)

    engine_with(thrice, add("e")).process([token])
    assert token == ["t", "t", "t", "e"]


def test_stop_ends_the_pass_quietly():
    tokens = tokens_of(2)
    engine = engine_with(add("a"), lambda obj, eng: eng.stop(), add("b"))
    engine.process(tokens)
    assert text_of(tokens) == ["a", ""]
    assert not engine.has_completed


def test_stop_on_the_last_token_counts_as_completed():
    engine = engine_with(lambda obj, eng: eng.stop())
    engine.process([[]])
    assert engine.has_completed


def test_abort_ends_the_pass_like_stop():
    tokens = tokens_of(2)
    engine_with(add("a"), lambda obj, eng: eng.abort(), add("b")).process(tokens)
    assert text_of(tokens) == ["a", ""]


def test_skip_token_goes_on_with_the_next_token_at_its_first_task():
    tokens = tokens_of(2)
    engine_with(add("a"), [lambda obj, eng: eng.skip_token()], add("b")).process(tokens)
    assert text_of(tokens) == ["a", "a"]


def test_continue_next_token_leaves_any_depth():
    tokens = tokens_of(2)
    engine_with(add("a"), [[lambda obj, eng: eng.continue_next_token()]], add("b")).process(tokens)
    assert text_of(tokens) == ["a", "a"]


def test_break_current_loop_leaves_one_list():
    token = []
    flow = [add("a"), [add("b"), lambda obj, eng: eng.break_current_loop(), add("c")], add("d")]
    engine_with(*flow).process([token])
    assert "".join(token) == "abd"


def test_break_at_the_top_finishes_the_token_normally():
    finished = []

    class Factory(ProcessingFactory):
        @staticmethod
        def after_object(eng, objects, obj):
            finished.append(obj)

    class Engine(GenericWorkflowEngine):
        processing_factory = Factory

    engine = Engine()
    engine.callbacks.replace([lambda obj, eng: eng.break_current_loop()])
    engine.process([1, 2])
    assert finished == [1, 2]


def test_halt_carries_its_message_action_and_payload():
    engine = engine_with([[lambda obj, eng: eng.halt("why", action="look", payload={"n": 1})]])
    with pytest.raises(HaltProcessing) as caught:
        engine.process([[]])
    assert (caught.value.message, caught.value.action, caught.value.payload) == (
        "why",
        "look",
        {"n": 1},
    )
    assert engine.state.callback_pos == [0, 0, 0]
    assert engine.current_taskname == "<lambda>"


def test_halt_leaves_enclosing_engines_too():
    inner = engine_with(lambda obj, eng: eng.halt("deep"))
    outer = engine_with(add("a"), lambda obj, eng: inner.process([obj]), add("b"))
    token = []
    with pytest.raises(HaltProcessing, match="deep"):
        outer.process([token])
    assert token == ["a"]


def test_static_control_methods_need_no_engine():
    with pytest.raises(AbortProcessing):
        GenericWorkflowEngine.abort()


# -------------------------------------------------------------------------- the restart table


RESTARTS = {
    ("prev", "prev"): (["B", "", "", ""], 0),
    ("prev", "current"): (["", "", "", ""], 0),
    ("prev", "next"): (["CD", "AB", "", ""], 1),
    ("prev", "first"): (["AB", "", "", ""], 0),
    ("current", "prev"): (["", "B", "", ""], 1),
    ("current", "current"): (["", "", "", ""], 1),
    ("current", "next"): (["", "CD", "AB", ""], 2),
    ("current", "first"): (["", "AB", "", ""], 1),
    ("next", "prev"): (["", "", "B", ""], 2),
    ("next", "current"): (["", "", "", ""], 2),
    ("next", "next"): (["", "", "CD", "AB"], 3),
    ("next", "first"): (["", "", "AB", ""], 2),
    ("first", "prev"): (["B", "", "", ""], 0),
    ("first", "current"): (["", "", "", ""], 0),
    ("first", "next"): (["CD", "AB", "", ""], 1),
    ("first", "first"): (["AB", "", "", ""], 0),
}


def halted_engine():
    """Four tokens, halted at token 1, position [1, 1]; token 0 was let through."""

    def halt(obj, eng):
        if eng.extra_data.pop("pass", False):
            return
        eng.halt()

    engine = engine_with(add("A"), [add("B"), halt, add("C")], add("D"))
    engine.extra_data["pass"] = True
    tokens = tokens_of(4)
    with pytest.raises(HaltProcessing):
        engine.process(tokens)
    assert text_of(tokens) == ["ABCD", "AB", "", ""]
    assert engine.state.token_pos == 1
    assert engine.state.callback_pos == [1, 1]
    for token in tokens:
        token.clear()
    return engine, tokens


@pytest.mark.parametrize("words", RESTARTS, ids="-".join)
def test_restart(words):
    engine, tokens = halted_engine()
    with pytest.raises(HaltProcessing):
        engine.restart(*words)
    assert (text_of(tokens), engine.state.token_pos) == RESTARTS[words]


@pytest.mark.parametrize("words", RESTARTS, ids="-".join)
def test_restart_in_another_engine_with_the_pickled_state(words):
    engine, tokens = halted_engine()
    other = GenericWorkflowEngine()
    other.callbacks.replace(engine.callbacks.get())
    other.state = pickle.loads(pickle.dumps(engine.state))
    with pytest.raises(HaltProcessing):
        other.restart(*words, objects=tokens)
    assert (text_of(tokens), other.state.token_pos) == RESTARTS[words]


def test_there_is_no_token_before_the_first():
    engine = engine_with(lambda obj, eng: eng.halt())
    with pytest.raises(HaltProcessing):
        engine.process([[], []])
    with pytest.raises(AttributeError, match="no token before the first"):
        engine.restart("prev", "first")
    assert engine.state.token_pos == 0


def test_the_task_before_the_first_is_the_first():
    token = []
    engine = engine_with(add("a"), lambda obj, eng: eng.halt())
    with pytest.raises(HaltProcessing):
        engine.process([token])
    engine.state.callback_pos = [0]
    with pytest.raises(HaltProcessing):
        engine.restart("current", "prev")
    assert token == ["a", "a"]


@pytest.mark.parametrize(("words", "named"), [(("up", "first"), "up"), (("next", "down"), "down")])
def test_unknown_words_are_named(words, named):
    engine = engine_with(add("a"))
    engine.process([[]])
    with pytest.raises(WorkflowAPIError, match=named):
        engine.restart(*words)


def test_after_the_end_a_restart_with_the_next_token_only_runs_the_two_hooks():
    calls = []

    class Factory(ProcessingFactory):
        @staticmethod
        def before_processing(eng, objects):
            ProcessingFactory.before_processing(eng, objects)
            calls.append("before")

        @staticmethod
        def after_processing(eng, objects):
            ProcessingFactory.after_processing(eng, objects)
            calls.append("after")

    class Engine(GenericWorkflowEngine):
        processing_factory = Factory

    engine = Engine()
    token = []
    engine.callbacks.replace([add("a")])
    engine.process([token])
    engine.restart("next", "first")
    assert calls == ["before", "after"] * 2
    assert token == ["a"]


def test_restart_takes_other_tokens():
    engine, tokens = halted_engine()
    others = tokens_of(2)
    engine.restart("current", "next", objects=others)
    assert engine.objects is others
    assert (text_of(tokens), text_of(others)) == (["", "", "", ""], ["", "CD"])


def test_a_restart_from_inside_a_task_leaves_the_outer_position_alone():
    token = []

    def again_once(obj, eng):
        if not eng.extra_data.get("again"):
            eng.extra_data["again"] = True
            eng.restart("current", "first")
            obj.append("|")

    engine = engine_with(add("a"), [again_once, add("b")], add("c"))
    engine.process([token])
    assert "".join(token) == "aabc|bc"


def test_a_position_that_leads_into_a_task_is_an_error_that_says_so():
    engine = engine_with(add("a"))
    engine.state.callback_pos = [0, 2]
    with pytest.raises(WorkflowError, match=r"\[0, 2\] leads into"):
        engine.restart("next", "current", objects=[[]])


# ----------------------------------------------------------------------------------- the hooks


def test_the_hooks_of_a_pass_come_in_order():
    calls = []

    def note(name):
        return staticmethod(lambda *args: calls.append(name))

    class Mapper(ActionMapper):
        before_callbacks = note("before_callbacks")
        after_callbacks = note("after_callbacks")
        before_each_callback = note("before_each")
        after_each_callback = note("after_each")

    class Factory(ProcessingFactory):
        action_mapper = Mapper
        before_processing = note("before_processing")
        after_processing = note("after_processing")
        before_object = note("before_object")
        after_object = note("after_object")

    class Engine(GenericWorkflowEngine):
        processing_factory = Factory

    engine = Engine()
    engine.callbacks.replace([lambda obj, eng: calls.append("task")])
    engine.process([1])
    assert calls == [
        "before_processing",
        "before_object",
        "before_callbacks",
        "before_each",
        "task",
        "after_each",
        "after_callbacks",
        "after_object",
        "after_processing",
    ]


def test_hooks_run_after_an_error_too_but_not_those_of_success():
    calls = []

    class Mapper(ActionMapper):
        @staticmethod
        def after_each_callback(eng, callback_func, obj):
            calls.append("after_each")

        @staticmethod
        def after_callbacks(obj, eng):
            calls.append("after_callbacks")

    class Factory(ProcessingFactory):
        @classproperty
        def action_mapper(cls):
            return Mapper

        @staticmethod
        def after_object(eng, objects, obj):
            calls.append("after_object")

        @staticmethod
        def after_processing(eng, objects):
            calls.append("after_processing")

    class Engine(GenericWorkflowEngine):
        @staticproperty
        def processing_factory():
            return Factory

    engine = Engine()
    engine.callbacks.replace([fail_on(1, KeyError())])
    with pytest.raises(KeyError):
        engine.process([[1]])
    assert calls == ["after_each", "after_callbacks"]


def engine_that_answers(action):
    class Actions(TransitionActions):
        ZeroDivisionError = staticmethod(action)

    class Factory(ProcessingFactory):
        transition_exception_mapper = Actions

    class Engine(GenericWorkflowEngine):
        processing_factory = Factory

    engine = Engine()
    engine.callbacks.replace([add("a"), fail_on("1", ZeroDivisionError()), add("b")])
    return engine


def raising(error):
    def action(obj, eng, callbacks, exc_info):
        raise error

    return action


ACTIONS = {
    "break": (raising(Break()), ["0ab", "1a", "2"]),
    "continue, the position as it is": (raising(Continue()), ["0ab", "1a", "2b"]),
    "return": (lambda obj, eng, callbacks, exc_info: None, ["0ab", "1a", "2ab"]),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_of_the_exceptions_name_decides(name):
    action, expected = ACTIONS[name]
    tokens = [["0"], ["1"], ["2"]]
    engine_that_answers(action).process(tokens)
    assert text_of(tokens) == expected


def test_an_action_gets_the_token_the_engine_the_definition_and_the_triple():
    got = []
    engine = engine_that_answers(lambda *args: got.extend(args))
    engine.process([["1"]])
    token, eng, callbacks, exc_info = got
    assert (token, eng, callbacks) == (["1", "a"], engine, engine.callbacks.get())
    assert exc_info[0] is ZeroDivisionError
    assert isinstance(exc_info[1], ZeroDivisionError)
    assert exc_info[2] is not None


def test_a_class_derived_from_a_transition_takes_its_action():
    class Enough(HaltProcessing):
        pass

    engine = engine_with(fail_on(1, Enough("enough")))
    with pytest.raises(Enough):
        engine.process([[1]])


def test_an_action_may_raise_a_transition_as_it_gets_it():
    class Actions(TransitionActions):
        @staticmethod
        def HaltProcessing(obj, eng, callbacks, e):
            kind, value, _ = e
            assert (kind, value) == (e[0], e[1])
            raise e

    class Factory(ProcessingFactory):
        @staticmethod
        def transition_exception_mapper():
            return Actions

    class Engine(GenericWorkflowEngine):
        @staticmethod
        def processing_factory():
            return Factory

    engine = Engine()
    engine.callbacks.replace([lambda obj, eng: eng.halt("wait")])
    with pytest.raises(HaltProcessing, match="wait"):
        engine.process([[]])


def test_execute_callback_can_be_overridden():
    seen = []

    class Engine(GenericWorkflowEngine):
        def execute_callback(self, callback, obj):
            seen.append((callback.__name__, self.state.callback_pos))
            super().execute_callback(callback, obj)

    engine = Engine()
    engine.callbacks.replace([add("a"), [add("b")]])
    engine.process([[]])
    assert seen == [("add_a", [0]), ("add_b", [1, 0])]


def test_tasks_are_logged_at_debug_level(caplog):
    caplog.set_level(logging.DEBUG)

    def add_a(obj, eng):
        pass

    engine = engine_with(add_a)
    engine.process(["t"])
    assert "Running ([0]) callback add_a for 't'" in caplog.messages


def test_init_logger_can_be_overridden():
    log = logging.getLogger("mine")

    class Engine(GenericWorkflowEngine):
        def init_logger(self):
            return log

    assert Engine().log is log


# --------------------------------------------------------------------- positions and other members


def test_the_position_names_the_running_task():
    seen = []

    def look(obj, eng):
        seen.append((eng.state.token_pos, list(eng.state.callback_pos), eng.current_taskname))

    engine_with(look, [look, [look]], look).process(["t"])
    assert seen == [
        (0, [0], "look"),
        (0, [1, 0], "look"),
        (0, [1, 1, 0], "look"),
        (0, [2], "look"),
    ]


def test_run_callbacks_ends_at_the_last_entry():
    engine = engine_with(add("a"), add("b"))
    engine.run_callbacks(engine.callbacks.get(), [[]], [])
    assert engine.state.callback_pos == [1]


def test_current_taskname_of_a_list_is_its_text_and_of_no_place_none():
    engine = engine_with([add("a")])
    assert engine.current_taskname == str(engine.callbacks.get()[0])
    engine.state.callback_pos = [7]
    assert engine.current_taskname is None


def test_tokens_with_features_choose_their_definition():
    class Token:
        def __init__(self, kind):
            self.kind, self.done = kind, []

        def getFeature(self, name):
            return self.kind if name == "type" else None

    engine = GenericWorkflowEngine()
    engine.callbacks.replace([lambda obj, eng: obj.done.append("b")], "book")
    tokens = [Token("book"), Token(None), Token("book")]
    engine.process(tokens)
    assert [token.done for token in tokens] == [["b"], [], ["b"]]
    with pytest.raises(KeyError, match="No workflow is registered for the key: film"):
        engine.process([Token("film")])


def test_async_tasks_are_waited_for_on_one_loop():
    loops = []

    async def task(obj, eng):
        import asyncio

        loops.append(asyncio.get_running_loop())
        await asyncio.sleep(0)
        obj.append("x")

    token = []
    engine_with(task, task, add("y")).process([token])
    assert token == ["x", "x", "y"]
    assert loops[0] is loops[1]
    assert loops[0].is_closed()


def test_async_tasks_steer_the_engine():
    async def leave(obj, eng):
        eng.jump_call(2)

    token = []
    engine_with(leave, add("a"), add("b")).process([token])
    assert token == ["b"]


def test_an_async_task_inside_a_running_loop_is_an_error_that_says_what_to_do():
    import asyncio

    async def task(obj, eng):
        raise AssertionError("never reached")

    async def main():
        engine_with(task).process([[]])

    with pytest.raises(WorkflowError, match=r"asyncio\.to_thread"):
        asyncio.run(main())


def module_task(obj, eng):
    obj.append(eng.extra_data["text"])


def test_an_engine_survives_pickling():
    engine = GenericWorkflowEngine()
    engine.callbacks.replace([module_task])
    engine.extra_data["text"] = "t"
    engine.process([[]])
    twin = pickle.loads(pickle.dumps(engine))
    assert twin.objects == [["t"]]
    twin.restart("first", "first")
    assert twin.objects == [["t", "t"]]


# ------------------------------------------------------------------------------- MachineState


def test_the_state_begins_before_the_first_token_and_resets_to_it():
    state = MachineState()
    assert (state.token_pos, state.current_object_processed) == (-1, False)
    assert state.callback_pos == [0]
    state.token_pos, state.callback_pos = 4, [1, 2]
    state.callback_pos_reset()
    assert (state.token_pos, state.callback_pos) == (4, [0])
    state.token_pos_reset()
    assert state.token_pos == -1
    state.token_pos, state.callback_pos, state.current_object_processed = 3, [1], True
    state.reset()
    assert (state.token_pos, state.callback_pos, state.current_object_processed) == (-1, [0], False)


def test_the_state_takes_positions():
    state = MachineState(3, [1, 1])
    assert (state.token_pos, state.callback_pos) == (3, [1, 1])
    assert state.callback_pos == [1, 1]
    assert state.callback_pos != [1]
    assert str(state.callback_pos) == "[1, 1]"


def test_the_state_refuses_a_token_before_the_first_and_an_empty_path():
    state = MachineState()
    with pytest.raises(AttributeError):
        state.token_pos = -2
    with pytest.raises(AttributeError):
        state.callback_pos = []


def test_the_state_pickles_to_three_keys():
    state = MachineState(2, [0, 1])
    assert state.__getstate__() == {
        "token_pos": 2,
        "callback_pos": [0, 1],
        "current_object_processed": False,
    }
    assert repr(pickle.loads(pickle.dumps(state))) == repr(state)


def test_positions_are_values():
    state = MachineState(0, [1, 2])
    before = state.callback_pos
    state.callback_pos = [0]
    assert before == [1, 2]
    with pytest.raises(TypeError):
        state.callback_pos[0] = 5


# ---------------------------------------------------------------------------------- Callbacks


def test_callbacks_collect_tasks_by_key():
    a, b = add("a"), add("b")
    callbacks = Callbacks()
    assert callbacks.empty()
    callbacks.add(None)
    assert callbacks.empty()
    callbacks.add(a)
    callbacks.add_many([b, None, (a, [b, None])])
    callbacks.add(b, "key")
    assert callbacks.get() == [a, b, a, [b]]
    assert callbacks.get(None) == {"*": [a, b, a, [b]], "key": [b]}
    callbacks.replace([b])
    assert callbacks.get() == [b]
    callbacks.clear()
    callbacks.clear("missing")
    with pytest.raises(KeyError, match=r"No workflow is registered for the key: \*"):
        callbacks.get()
    callbacks.clear_all()
    assert callbacks.empty()


def test_cleanup_drops_none_dissolves_tuples_and_keeps_lists():
    a = add("a")
    assert list(Callbacks.cleanup_callables([a, None, (a, (a, None)), [None, a, (a,)], []])) == [
        a,
        a,
        a,
        [a, a],
        [],
    ]


def test_replacing_by_nothing_leaves_no_definition():
    callbacks = Callbacks()
    callbacks.replace([])
    assert callbacks.empty()
