"""The catalogue under the paths of the documented package."""
