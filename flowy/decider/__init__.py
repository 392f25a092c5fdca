"""History to decisions: pure, incremental, deterministic."""
