"""Programs that show Flowy at work, one folder a topic."""
