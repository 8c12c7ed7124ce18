"""Drum patterns: sixteen steps a bar, `X` accent, `x` stroke, `-` soft, `o` ghost, `?` sometimes, `.` rest."""

from __future__ import annotations

_EIGHTHS = "X.x.X.x.X.x.X.x."
_SIXTEENTHS = "X-x-X-x-X-x-X-x-"
_BACKBEAT = "....X.......X..."

GROOVES: dict[str, dict[str, str]] = {
    "rock8": {"kick": "X.......X.?.....", "snare": _BACKBEAT, "hat_closed": _EIGHTHS},
    "rock8b": {
        "kick": "X.....x.x.x.....X..x..x.x.......",
        "snare": _BACKBEAT,
        "hat_closed": "X.x.X.x.X.x.X...",
        "hat_open": "..............?.",
    },
    "rock16": {"kick": "X..x..x...x..x..", "snare": "....X..o.o..X..o", "hat_closed": "X-x-X-x-X-x-X-x-"},
    "rock_ride": {"kick": "X.....x.X.......", "snare": _BACKBEAT, "ride": _EIGHTHS, "hat_pedal": "....-.......-..."},
    "halftime": {"kick": "X.....?...x.....X..x......x.....", "snare": "........X.......", "hat_closed": _EIGHTHS},
    "pop_half": {
        "kick": "X.....x.......x.",
        "snare": "........X......?",
        "hat_closed": "x-x-x-x-x-x-x-x-",
        "clap": "........x.......",
    },
    "stomp": {"kick": "X...X...X...X...", "snare": "....x.......x...", "tambourine": "..x...x...x...x."},
    "tom_groove": {
        "kick": "X.......X.......",
        "snare": "....X.......X..?",
        "tom_low": "X.x.-.x.X.x.-.x.",
        "tom_mid": "...?...x......xx",
    },
    "punk": {"kick": "X...X...X...X...", "snare": "..X...X...X...X.", "hat_open": "X...X...X...X..."},
    "metal": {"kick": "XxxxXxxxXxxxXxxx", "snare": _BACKBEAT, "china": "X...X...X...X..."},
    "metal_ride": {"kick": "X.xxX.xxX.xxX.xx", "snare": "........X.......", "ride": "X...X...X...X..."},
    "blast": {"kick": "X.X.X.X.X.X.X.X.", "snare": ".X.X.X.X.X.X.X.X", "ride": "X.X.X.X.X.X.X.X."},
    "motown": {"kick": "X.x...x.X.x...x.", "snare": "X...X...X...X...", "hat_closed": _EIGHTHS},
    "ballad": {"kick": "X.........x.....", "snare": "....x.......x...", "hat_closed": "x.-.x.-.x.-.x.-."},
    "sidestick": {"kick": "X.....x.x.......", "sidestick": _BACKBEAT, "hat_closed": "x-x-x-x-x-x-x-x-"},
    "four": {
        "kick": "X...X...X...X...",
        "clap": "....x.......x...",
        "snare": "....x.......x...",
        "hat_open": "..x...x...x...x.",
        "hat_closed": "-.-.-.-.-.-.-.-.",
    },
    "house": {
        "kick": "X...X...X...X...",
        "clap": _BACKBEAT,
        "hat_open": "..X...X...X...X.",
        "hat_closed": "--?---?---?---?-",
        "rim": "...?..?....?..?.",
    },
    "techno": {
        "kick": "X...X...X...X...",
        "hat_open": "..X...X...X...X.",
        "clap": "............?...",
        "rim": "...x..x....x....",
        "ride": "..-...-...-...-.",
    },
    "electro": {
        "kick": "X.....x...x.....X.....x...x..x..",
        "snare": _BACKBEAT,
        "clap": _BACKBEAT,
        "hat_closed": _SIXTEENTHS,
        "cowbell": "..?....?..?....?",
    },
    "disco": {
        "kick": "X...X...X...X...",
        "snare": _BACKBEAT,
        "hat_closed": "X-.-X-.-X-.-X-.-",
        "hat_open": "..X...X...X...X.",
    },
    "breakbeat": {
        "kick": "X.x.......xx....X.x.......x.....",
        "snare": "....X..o.o..X..o....X..o.o..o.X.",
        "ride": _EIGHTHS,
    },
    "breakbeat_b": {
        "kick": "X.....x...x..x..",
        "snare": "....X..o.o.oX..o",
        "hat_closed": _EIGHTHS,
        "hat_open": "..............?.",
    },
    "two_step": {
        "kick": "X.........x.....",
        "snare": _BACKBEAT,
        "hat_closed": "X-x-X-x-X-x-X-x-",
        "shaker": "--------?-?-?-?-",
    },
    "boom_bap": {"kick": "X......x..x.....X..x...x..x.....", "snare": _BACKBEAT, "hat_closed": _EIGHTHS},
    "boom_bap_b": {
        "kick": "X.x....x.x......",
        "snare": "....X..o....X..?",
        "hat_closed": "x.x.x.x.x.x.x.xx",
        "hat_open": "......?.........",
    },
    "trap": {
        "kick": "X......?..x..?..X.....x...x.....",
        "snare": "........X.......",
        "clap": "........X.......",
        "hat_closed": "x-x-x-x-x-x-x-x-",
        "hat_open": "......?.........",
    },
    "trap_b": {
        "kick": "X..x......x.....X.........xx..?.",
        "snare": "........X......?",
        "hat_closed": _EIGHTHS,
        "rim": "...?......?.....",
    },
    "funk": {
        "kick": "X.x....x..x..x..",
        "snare": "....X..o.o.oX..o",
        "hat_closed": "x-x-x-x-x-x-x-.-",
        "hat_open": "..............x.",
    },
    "funk_b": {"kick": "X..x..x....x..x.X.x....x..x.....", "snare": "o.o.X.oo.o.oX.o.", "hat_closed": _EIGHTHS},
    "one_drop": {
        "kick": "........X.......",
        "sidestick": "........X.......",
        "hat_closed": "x.x-x.x-x.x-x.x-",
        "snare": "...........?...?",
    },
    "steppers": {
        "kick": "X...X...X...X...",
        "sidestick": "........X.......",
        "hat_closed": "..x...x...x...x.",
        "rim": "...?..?...?....?",
    },
    "shuffle": {"kick": "X.......X.....?.", "snare": _BACKBEAT, "hat_closed": "X.-.X.-.X.-.X.-."},
    "swing": {
        "ride": "X...X.x.X...X.x.",
        "hat_pedal": "....x.......x...",
        "kick": "-.......-.?.....",
        "snare": "..?...o...?...o.",
    },
    "brushes": {"brush": "x.-.X.-.x.-.X.-.", "hat_pedal": "....x.......x...", "kick": "-.......-......."},
    "bossa": {"kick": "X..xX..xX..xX..x", "sidestick": "X..x..x...x..x..X..x..x...x..x..", "hat_closed": _EIGHTHS},
    "latin": {
        "kick": "...x..x....x..x.",
        "sidestick": "X..x..x...x.x...",
        "bell": "X.x.X.xxX.x.X.xx",
        "tom_high": "............x.x.",
    },
    "songo": {
        "kick": "...X..x....X..x.",
        "snare": "..o.X.o..o.o..oo",
        "bell": "X...X...X...X...",
        "tom_low": "......x.......x.",
    },
    "reggaeton": {"kick": "X...X...X...X...", "snare": "...X..X....X..X.", "hat_closed": _EIGHTHS},
    "train": {"kick": "X...x...X...x...", "snare": "ooXoooXoooXoooXo", "hat_pedal": "....x.......x..."},
    "percussion_only": {"kick": "x.......x......."},
}

BRUSH_GROOVES = frozenset({"brushes", "swing", "percussion_only"})

PERCUSSION: dict[str, dict[str, str]] = {
    "tambourine": {"tambourine": "x-X-x-X-x-X-x-X-"},
    "tambourine_backbeat": {"tambourine": _BACKBEAT},
    "shaker": {"shaker": "X-x-X-x-X-x-X-x-"},
    "shaker8": {"shaker": "x.X.x.X.x.X.x.X."},
    "congas": {"conga_high": "x.-x..X.x.-x..X.", "conga_low": "......x...x...xx"},
    "congas_tumbao": {"conga_high": "-o-X-o..-o-X-o..", "conga_low": "......XX......XX"},
    "bongos": {"bongo_high": "X-x-X-x-X-x-X-x-", "bongo_low": "......X.......X."},
    "cowbell": {"cowbell": "X...X...X...X..."},
    "claves": {"claves": "X..X..X...X.X..."},
    "claps": {"clap": _BACKBEAT},
    "rims": {"rim": "..x..x....x..x.."},
}
