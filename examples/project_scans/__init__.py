"""Scans that are imported, measured in two ways, and reported on."""
