"""A change that a replay test stops before it is deployed."""
