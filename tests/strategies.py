"""Texts that people may type, made up by hypothesis."""

from hypothesis import strategies as st

HOSTILE = [
    "=1+1",
    "+49 30",
    "-5",
    "@x",
    "'quoted",
    "''=1",
    '"',
    'a "b", c;d\te',
    "a\nb",
    "מחיר",
    "\u202eabc",
    "🫖",
    "007",
    "1e5",
]


# Control characters are refused at the door (test_spreadsheets), and half surrogates by every database.
letters = st.characters(exclude_categories=["Cs", "Cc"])


texts = st.sampled_from(HOSTILE) | st.text(letters | st.sampled_from("\t\n"), min_size=1, max_size=40)


names = texts.map(str.strip).filter(bool)
