"""Counts words as testdata/count does, with Python's own idea of letters, digits and lower case."""

import os
import re
import sys
import unicodedata
from collections import Counter

PLAIN = re.compile(r"[a-z0-9]+")


def is_part(c):
    category = unicodedata.category(c)
    return category[0] == "L" or category == "Nd"


def words_of(line):
    if line.isascii():
        return PLAIN.findall(line.lower())
    # One character at a time: the lower case of a whole word would depend on what is around a character.
    return "".join(c.lower()[0] if is_part(c) else " " for c in line).split()


def main(suffix, roots):
    counts = Counter()
    for root in roots:
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                if not name.endswith(suffix) or os.path.islink(path):
                    continue
                with open(path, encoding="utf-8", errors="replace") as file:
                    for line in file:
                        counts.update(words_of(line))
    for word in counts:
        sys.stdout.buffer.write(f"{word} {counts[word]}\n".encode())


main(sys.argv[1], sys.argv[2:])
