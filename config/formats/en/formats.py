"""Times as 14:05: short, and no "p.m." with a full stop of its own at the end of a sentence."""

DATETIME_FORMAT = "N j, Y, H:i"
TIME_FORMAT = "H:i"
