"""Pure stages: bytes or dataclasses in, dataclasses out. No clock, no network, no disk, no environment."""
