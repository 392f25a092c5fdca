"""Expense claims: a token machine as a durable workflow."""
