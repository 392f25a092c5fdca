"""Definitions of a machine, run by Celery workers."""
