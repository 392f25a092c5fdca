"""Databases: sessions at driver level, one transaction a command, migrations."""
