"""One performance, many viewers: what a server publishes on the bus, and what a relay reads there.

`Publisher` runs beside the engine, `Reader` in a relay. What is on its way between them is in `messages`.
"""
