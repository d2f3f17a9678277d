"""Ways to send a few words to a person's telephone: one file each, found by name, with a class `Notifier`."""
