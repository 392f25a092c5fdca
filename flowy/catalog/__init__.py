"""Runs as people see them: states, arguments, result files and archives, in a catalogue."""
