"""What stands inside the `input`, `result`, `reason` and `details` texts of SWF."""
