"""Volumes: named storage with keys, on files, in memory or in object stores."""
