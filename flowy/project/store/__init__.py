"""The tables of projects, and what is asked of them; no rule lives here."""
