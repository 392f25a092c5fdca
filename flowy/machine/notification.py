"""Send a machine's signals when blinker is installed; say once that it is not."""

import logging
import threading
from types import ModuleType
from typing import Any


class _Signal:
    """Calls the signals of `flowy.machine.signals` with the engine as their sender."""

    def __init__(self) -> None:
        self._signals: ModuleType | None = None
        self._missing = False
        self._lock = threading.Lock()

    def signals(self, eng: Any = None) -> ModuleType | None:
        """Return the module of signals, or None without blinker.

        Args:
            eng: The engine on whose log the absence is noted, once in the life of the process.
        """
        if self._signals is None and not self._missing:
            with self._lock:
                self._look(eng)
        return self._signals

    def _look(self, eng: Any) -> None:
        if self._missing:
            return
        try:
            import flowy.machine.signals as signals  # blinker is optional
        except ImportError:
            self._missing = True
            log = logging.getLogger("workflow") if eng is None else eng.log
            log.warning("Could not import signals lib; ignoring all future signal calls.")
        else:
            self._signals = signals

    def workflow_error(self, eng: Any, *args: Any, **kwargs: Any) -> None:
        """Tell that an error has ended a pass or a branch."""
        self._send("workflow_error", eng, args, kwargs)

    def workflow_finished(self, eng: Any, *args: Any, **kwargs: Any) -> None:
        """Tell that a pass has ended."""
        self._send("workflow_finished", eng, args, kwargs)

    def workflow_halted(self, eng: Any, *args: Any, **kwargs: Any) -> None:
        """Tell that the engine was halted, or that an error has ended the pass."""
        self._send("workflow_halted", eng, args, kwargs)

    def workflow_started(self, eng: Any, *args: Any, **kwargs: Any) -> None:
        """Tell that a pass begins."""
        self._send("workflow_started", eng, args, kwargs)

    def _send(self, name: str, eng: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        signals = self.signals(eng)
        if signals is not None:
            getattr(signals, name).send(*(args or (eng,)), **kwargs)


Signal = _Signal()
