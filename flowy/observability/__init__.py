"""What listens to `flowy.telemetry`: logs with their place, metrics, traces."""
