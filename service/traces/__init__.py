"""Traces over HTTP: spooled without a name, read by a process of its own."""
