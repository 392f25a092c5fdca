"""One class an event type, by family; the attributes carry SWF's member names in snake_case."""
