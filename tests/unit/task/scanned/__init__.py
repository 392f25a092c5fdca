"""A package for the scanner to find."""
