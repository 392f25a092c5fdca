"""Which changes of a run's state are refused, and how that reads."""

from collections.abc import Sequence

from flowy.errors import ConstraintViolationError


def validate_state_transition(
    current_state: str, target_state: str, valid_states: Sequence[str]
) -> None:
    """Refuse a change of state that is not valid.

    Args:
        current_state: The run's state.
        target_state: The state that it is to have.
        valid_states: The states that may go over to it.

    Raises:
        ConstraintViolationError: The run's state is none of these.
    """
    if current_state not in valid_states:
        raise ConstraintViolationError(
            f"cannot change run in state {current_state} to state {target_state}"
        )
