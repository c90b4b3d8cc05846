"""Builders, fakes and real servers on loopback that the tests share."""
