"""The systems named in the sources, each on a hub begun with its own pattern of config/systems."""
