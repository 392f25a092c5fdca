"""How proxies are called: the types of arguments, results, and results in place of arguments.

A proxy knows the parameters of what it stands for as one ``ParamSpec``, in
which type checkers cannot put a result in the place of its value. So there is one more overload for
each number of leading positional arguments that may be results; what a proxy takes first is read
off ``_parameters`` by the protocols below, as both mypy and pyright do it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar, overload

P = ParamSpec("P")
Rest = ParamSpec("Rest")
Q = ParamSpec("Q")
R = TypeVar("R")
T = TypeVar("T")
Out = TypeVar("Out")
R_co = TypeVar("R_co", covariant=True)
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
A_in = TypeVar("A_in", contravariant=True)
B_in = TypeVar("B_in", contravariant=True)
C_in = TypeVar("C_in", contravariant=True)
D_in = TypeVar("D_in", contravariant=True)


class Runs(Protocol[P, R_co]):
    """A task's class with a plain ``run``."""

    def run(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Do the work."""
        ...


class RunsAsync(Protocol[P, R_co]):
    """A task's class with an ``async def run``."""

    async def run(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Do the work."""
        ...


class Pending(Protocol[R_co]):
    """What may stand for an argument: the result of another call."""

    number: int | None

    def result(self) -> R_co:
        """Return the value."""
        ...

    @property
    def failure_unseen(self) -> bool:
        """Tell whether the task failed and nobody has looked."""
        ...


class Takes1(Protocol[A_in, Rest, R_co]):
    """What takes at least one positional argument."""

    def _parameters(self, a: A_in, /, *args: Rest.args, **kwargs: Rest.kwargs) -> R_co: ...


class Takes2(Protocol[A_in, B_in, Rest, R_co]):
    """What takes at least two positional arguments."""

    def _parameters(self, a: A_in, b: B_in, /, *args: Rest.args, **kwargs: Rest.kwargs) -> R_co: ...


class Takes3(Protocol[A_in, B_in, C_in, Rest, R_co]):
    """What takes at least three positional arguments."""

    def _parameters(
        self, a: A_in, b: B_in, c: C_in, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> R_co: ...


class Takes4(Protocol[A_in, B_in, C_in, D_in, Rest, R_co]):
    """What takes at least four positional arguments."""

    def _parameters(
        self, a: A_in, b: B_in, c: C_in, d: D_in, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> R_co: ...


class Callee(Generic[P, Out]):
    """Something that is called like a function and gives a ``Result`` at once."""

    __slots__ = ()

    if TYPE_CHECKING:

        def _parameters(self, *args: P.args, **kwargs: P.kwargs) -> Out: ...

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Out: ...
    @overload
    def __call__(
        self: Takes1[A, Rest, Out],
        a: A | Pending[A],
        /,
        *args: Rest.args,
        **kwargs: Rest.kwargs,
    ) -> Out: ...
    @overload
    def __call__(
        self: Takes2[A, B, Rest, Out],
        a: A | Pending[A],
        b: B | Pending[B],
        /,
        *args: Rest.args,
        **kwargs: Rest.kwargs,
    ) -> Out: ...
    @overload
    def __call__(
        self: Takes3[A, B, C, Rest, Out],
        a: A | Pending[A],
        b: B | Pending[B],
        c: C | Pending[C],
        /,
        *args: Rest.args,
        **kwargs: Rest.kwargs,
    ) -> Out: ...
    @overload
    def __call__(
        self: Takes4[A, B, C, D, Rest, Out],
        a: A | Pending[A],
        b: B | Pending[B],
        c: C | Pending[C],
        d: D | Pending[D],
        /,
        *args: Rest.args,
        **kwargs: Rest.kwargs,
    ) -> Out: ...
    def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:  # type: ignore[misc]  # it takes all
        """Ask for the task and return at once; arguments may be, or hold, results of calls."""
        return self._called(args, kwargs)

    def _called(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Out:
        raise NotImplementedError


def pending(result: Pending[R]) -> R:
    """Return the result itself, typed as the value that it stands for.

    A proxy takes results in place of positional arguments as they are. Inside of a list or a dict,
    and by name, a type checker has to be told::

        self.total([pending(square) for square in squares])
    """
    return result  # type: ignore[return-value]
