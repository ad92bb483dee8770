"""Makes the fonts that are embedded from the fonts that they are parts of.

    python3 -m venv venv && venv/bin/pip install fonttools==4.60.1
    SOURCE_DATE_EPOCH=0 venv/bin/python make.py DejaVuSans.ttf NanumGothic.ttf

writes DezeroSans.ttf and DezeroSansHangul.ttf beside this file; README.md says what they are.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

VERSION = "1.000"

# Blocks of The Unicode Standard that labels and formulas draw on.
LATIN_GREEK_MATHEMATICS = [
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x024F),  # Latin-1, Extended-A, Extended-B
    (0x02B0, 0x02FF),  # Spacing Modifier Letters
    (0x0300, 0x036F),  # Combining Diacritical Marks
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x052F),  # Cyrillic
    (0x0590, 0x05FF),  # Hebrew
    (0x0600, 0x06FF),  # Arabic
    (0x1D00, 0x1DBF),  # Phonetic Extensions: letters that are raised or lowered
    (0x1E00, 0x1EFF),  # Latin Extended Additional
    (0x2000, 0x209F),  # General Punctuation, Superscripts and Subscripts
    (0x20A0, 0x20FF),  # Currency Symbols, Combining Marks for Symbols
    (0x2100, 0x218F),  # Letterlike Symbols, Number Forms
    (0x2190, 0x21FF),  # Arrows
    (0x2200, 0x22FF),  # Mathematical Operators
    (0x2300, 0x23FF),  # Miscellaneous Technical
    (0x2460, 0x24FF),  # Enclosed Alphanumerics
    (0x2500, 0x25FF),  # Box Drawing, Block Elements, Geometric Shapes
    (0x2605, 0x2606),  # stars
    (0x2660, 0x266F),  # card suits, musical signs
    (0x2713, 0x2718),  # check marks
    (0x27C0, 0x27FF),  # Mathematical Symbols A, Arrows A
    (0x2900, 0x2AFF),  # Arrows B, Mathematical Symbols B, Supplemental Operators
    (0x2B00, 0x2B1F),  # Symbols and Arrows
    (0x2C60, 0x2C7F),  # Latin Extended-C, which has letters that are lowered
    (0xFFFC, 0xFFFD),  # what stands for what cannot be shown
    (0x1D538, 0x1D56B),  # Mathematical Alphanumeric Symbols: double-struck
]

HANGUL = [
    (0x3000, 0x3003),  # the wide space, comma and full stop
    (0x3008, 0x3011),  # brackets
    (0x3131, 0x318E),  # Compatibility Jamo
    (0xAC00, 0xD7A3),  # Syllables
]

# What joined and marked scripts cannot do without. No ligatures and no kerning: a line is as wide as
# the advances of its characters.
FEATURES = ["ccmp", "isol", "init", "medi", "fina", "rlig", "mark", "mkmk"]


def make(source, ranges, features, family, names):
    options = subset.Options()
    options.hinting = False
    options.layout_features = features
    options.layout_scripts = ["*"]
    options.glyph_names = False
    options.legacy_kern = False
    options.notdef_outline = True
    options.recommended_glyphs = False
    options.name_IDs = [0, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["FFTM", "MATH", "kern", "gasp", "DSIG", "TSI0", "TSI1", "TSI2", "TSI3", "TSI5"]
    if not features:
        options.drop_tables += ["GPOS", "GSUB", "GDEF"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[c for low, high in ranges for c in range(low, high + 1)])
    subsetter.subset(font)

    table = font["name"]
    table.names = [n for n in table.names if n.platformID == 3 and n.nameID in (0, 13, 14)]
    postscript = family.replace(" ", "")
    own = {
        1: family,
        2: "Regular",
        3: f"{VERSION};{postscript}",
        4: family,
        5: f"Version {VERSION}",
        6: postscript,
        **names,
    }
    for number, text in own.items():
        table.setName(text, number, 3, 1, 0x409)
    table.names.sort()
    font["OS/2"].achVendID = "NONE"
    path = Path(__file__).with_name(f"{postscript}.ttf")
    font.save(path)
    count = len(font.getBestCmap())
    print(f"{path.name}: {count} characters, {path.stat().st_size} bytes")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    latin, hangul = sys.argv[1:]
    make(latin, LATIN_GREEK_MATHEMATICS, FEATURES, "Dezero Sans", {
        10: "A part of DejaVu Sans 2.37, without hints, ligatures and kerning.",
    })
    make(hangul, HANGUL, [], "Dezero Sans Hangul", {
        10: "The Korean syllables of a font by Sandoll Communications for NHN, without hints.",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "https://openfontlicense.org",
    })


main()
