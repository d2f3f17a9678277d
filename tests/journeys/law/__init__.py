"""The law's flows as whole stories between real clients, each told to its end and audited."""
