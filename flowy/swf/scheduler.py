"""Answer activities from outside of their worker, by their token."""

import logging
from typing import Any

from flowy.errors import Fault, ServiceUnavailable
from flowy.protocol.client import SwfClient
from flowy.protocol.request import Request
from flowy.protocol.requests.activity_tasks import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.transport import sealed, serializer
from flowy.transport.failure import DETAILS_MAXIMUM
from flowy.transport.packing import PACKING, Packing

logger = logging.getLogger(__name__)

BEAT_MAXIMUM = 2_048
"""Characters that SWF takes for a heartbeat's details."""


class AsyncActivityScheduler:
    """Heartbeats and answers activities that raised ``SuspendTask``.

    Each method takes the token that the activity read from ``self.token``, and tells whether the
    service accepted the call.

    Args:
        client: The service.
        packing: How results travel.
    """

    def __init__(self, client: SwfClient, packing: Packing = PACKING) -> None:
        self._client = client
        self._packing = packing

    def heartbeat(self, token: str, details: str | None = None) -> bool:
        """Tell the service that the activity is alive.

        Args:
            token: The activity's token.
            details: Progress, at most 2,048 characters.

        Raises:
            PayloadTooLarge: The details are longer.
        """
        details = sealed.note(self._packing, details, "the details of a heartbeat", BEAT_MAXIMUM)
        return self._sent(RecordActivityTaskHeartbeat(task_token=token, details=details))

    def cancel_requested(self, token: str) -> bool | None:
        """Tell whether the activity is to stop, which its heartbeat's answer says.

        Returns:
            None when the service did not accept the heartbeat: nobody waits for the activity, or
            the service cannot be reached.
        """
        try:
            status = self._client.call(RecordActivityTaskHeartbeat(task_token=token))
        except (Fault, ServiceUnavailable) as error:
            logger.warning("a heartbeat was not accepted: %r", error)
            return None
        return status.cancel_requested

    def cancel(self, token: str, details: str | None = None) -> bool:
        """Answer that the activity was cancelled; only one that ``cancel_requested`` may."""
        details = sealed.note(self._packing, details, "the details", DETAILS_MAXIMUM)
        return self._sent(RespondActivityTaskCanceled(task_token=token, details=details))

    def complete(self, token: str, result: Any) -> bool:
        """Complete the activity with a value.

        Raises:
            PayloadError: The value cannot be sent as JSON.
        """
        what = "the result of an activity"
        text = self._packing.pack(serializer.dump(result, what, None), what)
        return self._sent(RespondActivityTaskCompleted(task_token=token, result=text))

    def fail(self, token: str, reason: Any) -> bool:
        """Fail the activity; the reason is cut to 256 characters."""
        said, details = sealed.said(self._packing, str(reason))
        return self._sent(RespondActivityTaskFailed(task_token=token, reason=said, details=details))

    def suspend(self, token: str) -> bool:
        """Do nothing: an activity whose token is out stays open by itself."""
        return True

    def _sent(self, request: Request[Any]) -> bool:
        try:
            self._client.call(request)
        except (Fault, ServiceUnavailable) as error:
            logger.warning("%s was not accepted: %r", type(request).__name__, error)
            return False
        return True
