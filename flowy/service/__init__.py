"""The embedded SWF service."""
