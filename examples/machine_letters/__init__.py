"""Letters that are mended by several hands and wait for somebody's word."""
