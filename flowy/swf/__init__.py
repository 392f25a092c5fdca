"""The front door: connect to an SWF, register, start and work."""
