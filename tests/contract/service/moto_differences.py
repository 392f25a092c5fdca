"""Where moto's SWF differs from SWF: the cases that it does not pass, each with its reason.

A case that stands here and passes on moto fails the tests, as does one that does not stand here
and fails on moto. ``docs/reference/compatibility.md`` is made of this table.
"""

DIFFERENCES: dict[str, str] = {}
