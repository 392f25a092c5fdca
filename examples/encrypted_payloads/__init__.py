"""A codec that encrypts what goes through SWF."""
