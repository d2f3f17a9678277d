"""Having a document back: local cancel, take-back, recall, destruction."""
