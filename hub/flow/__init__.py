"""The use cases, one file each: what the hub does, whoever asks and by whatever door."""
