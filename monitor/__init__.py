"""Follow a long-running story across many outlets and say, once a day, what is new."""

__version__ = "0.1.0"
