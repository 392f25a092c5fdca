"""The front door: connect to an SWF, register types, start executions and workers."""
