"""Times as 14:05: short, and no "p.m." with a full stop of its own at the end of a sentence."""

DATE_INPUT_FORMATS = ["%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%d.%m.%Y", "%b %d, %Y", "%d %b %Y", "%B %d, %Y", "%d %B %Y"]
DATETIME_FORMAT = "N j, Y, H:i"
TIME_FORMAT = "H:i"
