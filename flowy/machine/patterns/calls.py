"""Patterns that call something else: another definition, or any function."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flowy.errors import WorkflowError
from flowy.machine.callbacks import Task
from flowy.machine.patterns.comments import with_nice_docs
from flowy.machine.ways import make_task


@with_nice_docs
def RUN_WF(
    workflow: Sequence[Any],
    engine: Callable[[], Any] | None = None,
    data_connector: Callable[[Any, Any], Any] | None = None,
    pass_eng: Sequence[str] = (),
    pass_always: bool | None = None,
    outkey: str | None = "RUN_WF",
    reinit: bool = False,
) -> Task:
    """Run another definition in an engine of its own.

    Args:
        workflow: The definition.
        engine: The class of that engine; None takes that of the calling one.
        data_connector: A function of token and engine that gives that engine's tokens; None
            takes the token, if it is a list, or a list of it.
        pass_eng: Keys of ``extra_data`` that the new engine gets when it is made.
        pass_always: Hand them over at each call.
        outkey: Where the calling engine keeps the other one, for the next call and to be looked
            at; None makes a new one each time.
        reinit: Make a new engine at each call and keep it under ``outkey``.

    Raises:
        AssertionError: When the task runs: ``reinit`` was given without ``outkey``.
    """

    def run(obj: Any, eng: Any) -> None:
        if reinit and not outkey:
            raise AssertionError("Cannot use `reinit` without `outkey`.")
        inner = None if reinit or not outkey else eng.extra_data.get(outkey)
        fresh = inner is None
        if inner is None:
            inner = eng.spawn() if engine is None else engine()
        inner.callbacks.replace(workflow)
        if outkey:
            eng.extra_data[outkey] = inner
        if fresh or pass_always:
            inner.extra_data.update({key: eng.extra_data[key] for key in pass_eng})
        given = obj if data_connector is None else eng.evaluate(data_connector, obj)
        inner.process(given if isinstance(given, list | tuple) else [given])

    return make_task(run, "RUN_WF")


@with_nice_docs
def CALLFUNC(
    func: Callable[..., Any] | str,
    outkey: str | None = None,
    debug: bool = False,
    stopper: Callable[[Any, Any], Any] | None = None,
    args: Sequence[Any] = (),
    oeargs: Sequence[str] = (),
    ekeys: Mapping[str, str] | None = None,
    okeys: Mapping[str, str] | None = None,
    **kwargs: Any,
) -> Task:
    """Call any function, with arguments from the token and the engine.

    Args:
        func: The function, or its full name with dots.
        outkey: The key of the token under which the result is put.
        debug: After an error load the function's module anew and call again; stop when
            ``stopper`` says so, or without one after the first success.
        stopper: A function of token and engine, called after each call.
        args: The first arguments.
        oeargs: Further arguments: ``"Okey"`` from the token, ``"Ekey"`` from the engine's
            ``extra_data``, ``"key"`` from whichever has it.
        ekeys: Named arguments from ``extra_data``, by name.
        okeys: Named arguments from the token, by name.
        kwargs: Further named arguments.

    Raises:
        WorkflowError: When the task runs: a key is neither in the token nor in the engine.
    """
    target = _resolve(func) if isinstance(func, str) else func

    def call(obj: Any, eng: Any) -> None:
        given = [*args, *(_look_up(key, obj, eng) for key in oeargs)]
        named = {name: _item(eng.extra_data, key, "engine") for name, key in (ekeys or {}).items()}
        named |= {name: _item(obj, key, "token") for name, key in (okeys or {}).items()}
        named |= kwargs

        def work(function: Callable[..., Any]) -> Any:
            return eng.evaluate(lambda obj, eng: function(*given, **named), obj)

        result = _repeat(target, work, stopper, obj, eng) if debug else work(target)
        if outkey:
            obj[outkey] = result

    return make_task(call, "CALLFUNC")


def _repeat(
    function: Callable[..., Any],
    work: Callable[[Callable[..., Any]], Any],
    stopper: Callable[[Any, Any], Any] | None,
    obj: Any,
    eng: Any,
) -> Any:
    """Call until the stopper says stop, or without one until it succeeds."""
    while True:
        result, failed = None, False
        try:
            result = work(function)
        except Exception:
            eng.log.exception("The call of %s has failed; its module is loaded anew", function)
            failed = True
        if not failed if stopper is None else eng.evaluate(stopper, obj):
            return result
        if failed:
            module = importlib.reload(importlib.import_module(function.__module__))
            function = getattr(module, function.__name__)


def _resolve(name: str) -> Callable[..., Any]:
    module, _, attribute = name.rpartition(".")
    if not module:
        raise WorkflowError(f"{name!r} is not the full name of a function, such as os.path.join")
    function: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return function


def _look_up(key: str, obj: Any, eng: Any) -> Any:
    prefix, rest = key[:1], key[1:]
    if prefix == "O":
        return _item(obj, rest, "token")
    if prefix == "E" and rest in eng.extra_data:
        return eng.extra_data[rest]
    return obj[key] if key in obj else _item(eng.extra_data, key, "token and engine")


def _item(holder: Any, key: str, who: str) -> Any:
    try:
        return holder[key]
    except (KeyError, IndexError) as error:
        raise WorkflowError(
            f"CALLFUNC finds no {key!r} in the {who}; check its oeargs, ekeys and okeys "
            "(Okey is taken from the token, Ekey from the engine)"
        ) from error
