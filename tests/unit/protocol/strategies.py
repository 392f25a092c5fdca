"""Hypothesis strategies for every value of the protocol, built from its types."""

from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st

# XML and JSON alike can carry these; lone surrogates are not text.
CHARACTERS = st.characters(codec="utf-8")
LONGEST = 20


@cache
def values_of(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Make values of a class of the protocol."""
    return of_type(msgspec.inspect.type_info(cls))


def of_type(found: Any) -> st.SearchStrategy[Any]:
    return MAKERS[type(found)](found)


def structs(found: Any) -> st.SearchStrategy[Any]:
    members = {
        member.name: of_type(member.type) if member.required else optional(member)
        for member in found.fields
    }
    return st.builds(found.cls, **members)


def optional(member: Any) -> st.SearchStrategy[Any]:
    if member.default_factory is not msgspec.NODEFAULT:
        return of_type(member.type)
    return st.just(member.default) | of_type(member.type)


def texts(found: Any) -> st.SearchStrategy[str]:
    shortest = found.min_length or 0
    longest = found.max_length or LONGEST
    ordinary = st.text(CHARACTERS, min_size=shortest, max_size=min(longest, LONGEST))
    full = st.just("ü" * longest) if longest <= 256 else st.nothing()
    return ordinary | full


def unions(found: Any) -> st.SearchStrategy[Any]:
    return st.one_of([of_type(inner) for inner in found.types])


def numbers(found: Any) -> st.SearchStrategy[int]:
    # SWF's numbers are 64 bits wide.
    return st.integers(
        found.ge if found.ge is not None else -(2**63), min(found.le or 2**63 - 1, 2**63 - 1)
    )


MAKERS: dict[type[Any], Any] = {
    msgspec.inspect.BoolType: lambda _: st.booleans(),
    msgspec.inspect.FloatType: lambda _: st.integers(0, 4_000_000_000).map(float),
    msgspec.inspect.IntType: numbers,
    msgspec.inspect.LiteralType: lambda found: st.sampled_from(found.values),
    msgspec.inspect.Metadata: lambda found: of_type(found.type),
    msgspec.inspect.NoneType: lambda _: st.none(),
    msgspec.inspect.StrType: texts,
    msgspec.inspect.StructType: structs,
    msgspec.inspect.UnionType: unions,
    msgspec.inspect.VarTupleType: lambda found: st.lists(
        of_type(found.item_type), max_size=min(found.max_length or 3, 3)
    ).map(tuple),
}
