"""The service over HTTP, in SWF's own wire protocol."""
