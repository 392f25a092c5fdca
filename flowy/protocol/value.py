"""What all wire values have in common: frozen, keyword-only, camelCase on the wire."""

from typing import dataclass_transform

import msgspec


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,))
class Value(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False
):
    """A value of SWF's protocol.

    Members that are ``None`` stay away from the wire. Values never refer to each other in a circle,
    so the garbage collector need not look at them.
    """
