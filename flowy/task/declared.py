"""What a decorated class or function declares: its types, and how its values travel."""

from collections.abc import Mapping, Sequence
from typing import Any

from flowy.errors import DefinitionError
from flowy.protocol.ids import TypeId
from flowy.task.definition import ActivityDefinition, WorkflowDefinition, type_id
from flowy.task.signature import UNTYPED, Signature, signature_of
from flowy.task.task import Task
from flowy.transport import serializer
from flowy.transport.typed import Reader

Definition = ActivityDefinition | WorkflowDefinition

_ATTRIBUTE = "flowy_definitions"


def record(holder: Any, definition: Definition) -> None:
    """Keep a definition with the class or function that is decorated."""
    setattr(holder, _ATTRIBUTE, (*definitions_of(holder), definition))


def definitions_of(target: Any) -> tuple[Definition, ...]:
    """Return what a class or function declares itself; a subclass declares anew."""
    try:
        found = vars(target).get(_ATTRIBUTE, ())
    except TypeError:
        return ()
    return found if isinstance(found, tuple) else ()


def definition_of(target: Any, kind: type[Definition]) -> Any:
    """Return the one definition of a kind that a class or function declares.

    Raises:
        DefinitionError: It declares none, or several.
    """
    found = [each for each in definitions_of(target) if isinstance(each, kind)]
    if len(found) == 1:
        return found[0]
    name = getattr(target, "__qualname__", repr(target))
    word = "activity" if kind is ActivityDefinition else "workflow"
    if not found:
        raise DefinitionError(
            f"{name} declares no {word}: decorate it with @{word}(name, version, task_list)"
        )
    ids = ", ".join(str(each.id) for each in found)
    raise DefinitionError(f"{name} declares {ids}: say which, by name and version")


def named(name: Any, version: Any, kind: type[Definition]) -> tuple[TypeId, Any]:
    """Return the type that is meant, and the class that does it where that is known.

    Args:
        name: The type's name, its id, its definition, or what declares it.
        version: The type's version; None if it is not said by name.
        kind: What the class or function is to declare.

    Raises:
        DefinitionError: The class or function declares none of the kind, or several.
    """
    if isinstance(name, TypeId):
        checked, given = type_id(name.name, name.version), (name.name, name.version)
        # An enum that is a text travels as its value, which str() does not give.
        return (name if all(isinstance(each, str) for each in given) else checked), None
    if isinstance(name, Definition):
        return name.id, name.factory
    if version is None and callable(name):
        definition = definition_of(name, kind)
        return definition.id, definition.factory
    if version is None:
        raise DefinitionError(
            f"a type has a name and a version: which version of {name!r}? (flowy.ActivityProxy and "
            "flowy.WorkflowProxy take both; those of flowy.task take a class or a TypeId)"
        )
    return type_id(name, version), None


def reads_arguments(cls: Any) -> bool:
    """Tell whether the arguments of a task's class are read by its annotations."""
    return cls._deserialize_arguments is Task._deserialize_arguments  # noqa: SLF001 -- a documented hook


def arguments_of(cls: Any) -> Signature:
    """Return how the arguments of a task's class are checked before they are sent.

    Raises:
        DefinitionError: JSON can never give what an annotation asks for.
    """
    return signature_of(cls) if cls is not None and reads_arguments(cls) else UNTYPED


def dump_for(cls: Any, args: Sequence[Any], kwargs: Mapping[str, Any], what: str) -> str:
    """Encode the arguments of a task's class as ``[args, kwargs]``, of whatever length.

    Raises:
        PayloadMismatch: They are too many or too few, or one does not fit its annotation.
        PayloadError: An argument cannot travel.
    """
    signature = arguments_of(cls)
    if signature.has_sets:
        args, kwargs = serializer.ordered((args, kwargs))
    text = serializer.dump_arguments(args, kwargs, what, None)
    signature.check(args, kwargs, text, what)
    return text


def result_of(cls: Any) -> Reader | None:
    """Return what reads the result of a task's class; None leaves it as JSON gives it.

    Raises:
        DefinitionError: JSON can never give what an annotation asks for.
    """
    if cls is None or cls._serialize_result is not Task._serialize_result:  # noqa: SLF001 -- a documented hook
        return None
    return signature_of(cls).result
