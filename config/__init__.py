"""The settings, the addresses and the running of the system as a whole."""

__version__ = "1.1.0"
