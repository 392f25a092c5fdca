"""Find in source code, without running it, what workflow code must not do: `flowy check`."""
