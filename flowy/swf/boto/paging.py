"""The paginators of a boto3 SWF client."""

import base64
import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

RESULTS: dict[str, str] = {
    "get_workflow_execution_history": "events",
    "list_activity_types": "typeInfos",
    "list_closed_workflow_executions": "executionInfos",
    "list_domains": "domainInfos",
    "list_open_workflow_executions": "executionInfos",
    "list_workflow_types": "typeInfos",
    "poll_for_decision_task": "events",
}
"""The operations that answer in pages, and what their pages are made of."""

_TASK = (
    "taskToken",
    "startedEventId",
    "workflowExecution",
    "workflowType",
    "previousStartedEventId",
)
OF_ALL_PAGES: dict[str, tuple[str, ...]] = {"poll_for_decision_task": _TASK}
"""Members that belong to all pages together."""

_TOKEN, _SIZE, _TRUNCATED = "nextPageToken", "maximumPageSize", "boto_truncate_amount"

Method = Callable[..., dict[str, Any]]


class Paginator:
    """Walks through the pages of an operation.

    Args:
        name: The operation's method name.
        method: Gets a page.
    """

    def __init__(self, name: str, method: Method) -> None:
        self._name = name
        self._method = method

    def paginate(self, **parameters: Any) -> "PageIterator":
        """Return the pages.

        Args:
            parameters: Those of the operation, and ``PaginationConfig`` with ``MaxItems``,
                ``PageSize`` and ``StartingToken``.
        """
        config = {
            name: value
            for name, value in (parameters.pop("PaginationConfig", None) or {}).items()
            if value is not None
        }
        return PageIterator(self._name, self._method, parameters, config)


class PageIterator:
    """The pages of one walk; each iteration asks the service anew.

    Attributes:
        resume_token: After an iteration that ``MaxItems`` ended, the ``StartingToken`` for the
            rest.
    """

    def __init__(
        self, name: str, method: Method, parameters: dict[str, Any], config: Mapping[str, Any]
    ) -> None:
        self._name = name
        self._items = RESULTS[name]
        self._method = method
        self._parameters = parameters
        self._most = int(config["MaxItems"]) if "MaxItems" in config else None
        if "PageSize" in config:
            self._parameters[_SIZE] = int(config["PageSize"])
        self._start = config.get("StartingToken")
        self.resume_token: str | None = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        token, skipped = _read(self._start)
        given = 0
        while True:
            page = self._page(token)
            items = page.get(self._items, [])[skipped:]
            room = None if self._most is None else self._most - given
            if room is not None and len(items) > room:
                page[self._items] = items[:room]
                self.resume_token = _write(token, skipped + room)
                yield page
                return
            if skipped:
                page[self._items] = items
            yield page
            given += len(items)
            token, skipped = page.get(_TOKEN), 0
            if not token:
                return
            if room is not None and len(items) == room:
                self.resume_token = _write(token, None)
                return

    def build_full_result(self) -> dict[str, Any]:
        """Return all pages as one; ``NextToken`` is where ``MaxItems`` ended it."""
        full: dict[str, Any] = {}
        for page in self:
            if not full:
                full = {name: page.get(name) for name in OF_ALL_PAGES.get(self._name, ())}
            if self._items in page:
                full.setdefault(self._items, []).extend(page[self._items])
        if self.resume_token is not None:
            full["NextToken"] = self.resume_token
        return full

    def search(self, expression: str) -> Iterator[Any]:
        """Yield what a JMESPath expression finds in each page; needs the jmespath package."""
        compiled = importlib.import_module("jmespath").compile(expression)
        for page in self:
            found = compiled.search(page)
            if isinstance(found, list):
                yield from found
            else:
                yield found

    def _page(self, token: str | None) -> dict[str, Any]:
        if token is None:
            return self._method(**self._parameters)
        return self._method(**{**self._parameters, _TOKEN: token})


def _write(token: str | None, truncated: int | None) -> str:
    members: dict[str, Any] = {_TOKEN: token}
    if truncated is not None:
        members[_TRUNCATED] = truncated
    return base64.b64encode(json.dumps(members).encode()).decode()


def _read(text: str | None) -> tuple[str | None, int]:
    if text is None:
        return None, 0
    try:
        members = json.loads(base64.b64decode(text.encode()))
        return members[_TOKEN], int(members.get(_TRUNCATED, 0))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"Bad starting token: {text}") from error
