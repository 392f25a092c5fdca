"""The hooks of a pass: around all tokens, around each token, around its tasks, around each task."""

from typing import Any

from flowy.machine.control import EngineControl
from flowy.machine.transitions import TransitionActions


class ActionMapper:
    """What is done around the tasks of a token; by itself nothing."""

    @staticmethod
    def before_callbacks(obj: Any, eng: EngineControl) -> None:
        """Act before a token's first task."""

    @staticmethod
    def after_callbacks(obj: Any, eng: EngineControl) -> None:
        """Act after a token's last task, also after an exception."""

    @staticmethod
    def before_each_callback(eng: EngineControl, callback_func: Any, obj: Any) -> None:
        """Act before each task."""

    @staticmethod
    def after_each_callback(eng: EngineControl, callback_func: Any, obj: Any) -> None:
        """Act after each task, also after an exception."""


class ProcessingFactory:
    """What is done around tokens; derive from it, call `super`, and name it in your engine."""

    action_mapper: Any = ActionMapper
    transition_exception_mapper: Any = TransitionActions

    @staticmethod
    def before_processing(eng: EngineControl, objects: Any) -> None:
        """Begin a pass: tell of it and remember its tokens."""
        eng.signal.workflow_started(eng)
        eng.state.current_object_processed = False
        eng.objects = objects

    @staticmethod
    def after_processing(eng: EngineControl, objects: Any) -> None:
        """End a pass: tell of it."""
        eng.signal.workflow_finished(eng)
        eng.state.current_object_processed = True

    @staticmethod
    def before_object(eng: EngineControl, objects: Any, obj: Any) -> None:
        """Act before a token is processed."""

    @staticmethod
    def after_object(eng: EngineControl, objects: Any, obj: Any) -> None:
        """Act after a token went through all its tasks."""
