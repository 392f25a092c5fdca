"""What a workflow declares about its results."""
