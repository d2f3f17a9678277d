"""Work that comes back by the clock or is done once after a start, beside the requests."""
