"""Runs in a catalogue, with their files and an archive."""
