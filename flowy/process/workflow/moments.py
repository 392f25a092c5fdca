"""Moments as the documented results have them."""

from datetime import datetime

local_time = datetime.fromtimestamp
"""Return the moment so many seconds after the epoch in local time, without a zone.

Users compare it with ``datetime.now()``. Each process of a graph needs three: no call in between.
"""
