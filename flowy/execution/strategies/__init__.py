"""Where a call can run: one module a strategy, each an implementation of ``Strategy``."""
