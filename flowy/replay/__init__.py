"""Recorded histories against today's code: read them from files, judge each one."""
