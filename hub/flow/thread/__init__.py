"""What belongs together: a message and the document it speaks of, answers, corrections, replies."""
