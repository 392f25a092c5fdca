"""The scripts of the project."""
