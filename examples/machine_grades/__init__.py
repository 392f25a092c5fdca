"""A student's tests, checked one after the other over several days, kept in a database."""
