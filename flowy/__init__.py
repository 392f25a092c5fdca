"""Durable workflows in plain Python, on Amazon SWF's model, with the service included."""
