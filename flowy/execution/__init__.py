"""The execution floor: a callable runs somewhere, with limits, and gives one outcome.

``flowy.execution.runner.Runner`` starts a ``Call`` on a ``Strategy`` and hands back an
``Execution``: a future of the ``Outcome`` that can be cancelled.
"""
