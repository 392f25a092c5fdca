"""The rules of the embedded SWF: pure, without I/O, clock, chance or threads.

An execution is the fold of its events. A command looks at the state and gives a ``Change``; it
touches nothing. Whoever calls it stores the change and then applies its events to the state::

    state = fold(ExecutionId(workflow_id=..., run_id=...), history)     # or kept from before
    change = signal(state, request, context)
    ...                                                                 # store the change
    for event in change.events:
        apply(state, event)

Before a command at ``now`` is given to a state whose ``next_due`` is not after ``now``, ``expire``
is to be run and applied: no rule looks at the clock of something that another command is about.

=====================  ========================================================================
module                 what others call
=====================  ========================================================================
``execution``          ``ExecutionState``: ``next_due``, ``is_open``, ``heartbeat``, ``snapshot``
``fold``               ``fold(execution, events) -> ExecutionState``, ``apply(state, event)``
``change``             ``Change``, ``QueuedTask``
``context``            ``CommandContext``, ports ``Types`` and ``Executions``
``limits``             ``Limits``
``messages``           what one execution tells another
``delivery``           ``deliver(state or None, message, context)``
``start``              ``start(request, context)``
``intervention``       ``signal``, ``request_cancel``, ``terminate`` ``(state, request, context)``
``decision_task``      ``start_decision_task(state, identity, context)``,
                       ``complete_decision_task(state, token, request, context)``
``activity_task``      ``start_activity_task(state, scheduled_event_id, identity, context)``,
                       ``complete_activity_task``, ``fail_activity_task``,
                       ``cancel_activity_task`` ``(state, token, request, context)``,
                       ``heartbeat(state, token) -> ActivityTaskStatus``
``lambda_task``        ``start_lambda_task(state, scheduled_event_id, context)``,
                       ``complete_lambda_task(state, scheduled_event_id, result, context)``,
                       ``fail_lambda_task(state, scheduled_event_id, failure, context)``
``expiry``             ``expire(state, context)``
``description``        ``describe``, ``info``, ``open_counts`` ``(state)``
``tokens``             ``TaskToken``, ``encode_token``, ``decode_token``
``refusals``           the faults with SWF's messages
``validation``         ``check_name`` and other checks that the protocol's types cannot express
=====================  ========================================================================

Delivering a message: find the open run of ``message.workflow_id`` (of ``message.run_id`` where
given), or none, and call ``deliver(state or None, message, context)``. The change names the
execution that its events belong to, a new one where it ``starts``; it may have messages without
events, such as the refusal of a signal that finds nobody.
"""
