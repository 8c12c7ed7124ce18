"""The genres of machines and of pop: their tempi, chords, grooves, basses and other players."""

from __future__ import annotations

from inference.training.synthesis.genre import Genre, words
from inference.training.synthesis.progressions import (
    DANCE_MAJOR,
    DANCE_MINOR,
    JAZZ_MAJOR,
    METAL,
    POP_MAJOR,
    POP_MINOR,
    SOUL_MAJOR,
    SOUL_MINOR,
)

MACHINES: dict[str, Genre] = {
    "synthpop": Genre(
        weight=2.0,
        tempo_bpm=(96, 136),
        major=POP_MAJOR,
        minor=POP_MINOR + DANCE_MINOR,
        modes=words("minor minor major dorian"),
        grooves=words("four disco electro rock8"),
        kits=words("linn 909 808 font_electronic layered"),
        basses=words("saw square sub reese fm acid font_synth pluck_bass"),
        bass_parts=words("octaves roots8 roots16 offbeat arp"),
        layers=(
            words("pad_synth:pad strings:pad supersaw:pad"),
            words("pluck_synth:arp arp_synth:arp fm_keys:comp bells:arp"),
            words("lead_synth:lead square_lead:lead lead_synth:counter"),
            words("clean_guitar:funk piano:stabs brass_synth:stabs"),
        ),
        percussion=0.5,
    ),
    "house": Genre(
        weight=1.8,
        tempo_bpm=(116, 130),
        major=DANCE_MAJOR,
        minor=DANCE_MINOR,
        modes=words("minor minor dorian major"),
        grooves=words("house house four disco"),
        kits=words("909 909 layered 808 font_electronic"),
        basses=words("saw square sub reese fm acid font_synth pluck_bass"),
        bass_parts=words("offbeat groove octaves arp roots16"),
        layers=(
            words("piano:stabs epiano:stabs organ:stabs supersaw:stabs stab_synth:stabs"),
            words("pad_synth:pad strings:pad"),
            words("arp_synth:arp pluck_synth:arp bells:counter"),
            words("lead_synth:lead sax:lead flute:counter brass:stabs"),
        ),
        swing=(0.5, 0.58),
        swing_unit=0.25,
        percussion=0.8,
    ),
    "techno": Genre(
        weight=1.3,
        tempo_bpm=(124, 148),
        major=DANCE_MINOR,
        minor=DANCE_MINOR,
        modes=words("minor phrygian dorian"),
        grooves=words("four techno house"),
        kits=words("909 808 layered 909_hard"),
        basses=words("acid saw sub reese fm acid"),
        bass_parts=words("roots16 offbeat acid arp"),
        layers=(
            words("stab_synth:stabs arp_synth:arp supersaw:stabs"),
            words("pad_synth:pad supersaw:pad strings:pad"),
            words("lead_synth:riff square_lead:arp bells:arp fm_keys:arp"),
        ),
        layers_max=3,
        percussion=0.6,
    ),
    "trance": Genre(
        weight=0.8,
        tempo_bpm=(130, 142),
        major=DANCE_MAJOR,
        minor=POP_MINOR,
        modes=words("minor minor major"),
        grooves=words("four house"),
        kits=words("909 layered 909_hard"),
        basses=words("saw reese square pluck_bass"),
        bass_parts=words("offbeat roots16 gallop"),
        layers=(
            words("supersaw:pad supersaw:stabs"),
            words("arp_synth:arp pluck_synth:arp"),
            words("lead_synth:lead supersaw:lead"),
            words("piano:comp strings:pad pad_synth:pad"),
        ),
        percussion=0.4,
    ),
    "drum_and_bass": Genre(
        weight=1.3,
        tempo_bpm=(160, 178),
        major=DANCE_MAJOR,
        minor=DANCE_MINOR,
        modes=words("minor dorian minor"),
        grooves=words("breakbeat two_step breakbeat_b"),
        kits=words("muldjord hybrid layered 909_hard gogodze font_standard"),
        basses=words("reese sub 808 saw fm"),
        bass_parts=words("groove whole follow_kick syncopated"),
        layers=(
            words("pad_synth:pad strings:pad epiano:pad"),
            words("arp_synth:arp bells:arp piano:stabs stab_synth:stabs"),
            words("lead_synth:lead flute:lead square_lead:riff"),
        ),
        layers_max=3,
    ),
    "hiphop": Genre(
        weight=2.0,
        tempo_bpm=(78, 104),
        major=SOUL_MAJOR,
        minor=SOUL_MINOR + DANCE_MINOR,
        modes=words("minor dorian minor major"),
        grooves=words("boom_bap boom_bap_b funk breakbeat_b"),
        kits=words("gogodze hybrid font_standard linn lofi lofi 808"),
        basses=words("sub 808 upright growly font_finger square"),
        bass_parts=words("groove follow_kick syncopated melodic"),
        layers=(
            words("epiano:comp piano:riff piano:comp clean_guitar:arpeggio"),
            words("strings:stabs brass:stabs pad_synth:pad bells:counter"),
            words("flute:counter lead_synth:counter sax:lead muted_trumpet:counter organ:pad"),
        ),
        layers_max=3,
        swing=(0.5, 0.62),
        swing_unit=0.25,
    ),
    "trap": Genre(
        weight=1.8,
        tempo_bpm=(66, 84),
        major=DANCE_MINOR,
        minor=DANCE_MINOR + METAL,
        modes=words("minor phrygian"),
        grooves=words("trap trap trap_b"),
        kits=words("808 808 808_hard layered"),
        basses=words("808 808 808 sub"),
        bass_parts=words("syncopated follow_kick whole"),
        layers=(
            words("bells:arp piano:riff pluck_synth:riff harp:arp fm_keys:riff"),
            words("pad_synth:pad strings:pad supersaw:pad brass:stabs"),
            words("flute:counter lead_synth:lead clean_guitar:arpeggio square_lead:riff"),
        ),
        layers_max=3,
        percussion=0.2,
    ),
    "lofi": Genre(
        weight=1.0,
        tempo_bpm=(66, 90),
        major=JAZZ_MAJOR + SOUL_MAJOR,
        minor=SOUL_MINOR,
        modes=words("major minor dorian"),
        grooves=words("boom_bap boom_bap_b"),
        kits=words("lofi lofi gogodze 808"),
        basses=words("sub upright font_finger growly"),
        bass_parts=words("groove whole melodic"),
        layers=(
            words("epiano:comp piano:comp_jazz nylon_guitar:picking clean_guitar:comp_jazz"),
            words("mallet:counter clean_guitar:lead sax:lead bells:counter"),
            words("pad_synth:pad strings:pad"),
        ),
        layers_max=3,
        swing=(0.54, 0.64),
        swing_unit=0.25,
        percussion=0.2,
    ),
    "pop": Genre(
        weight=3.0,
        tempo_bpm=(84, 130),
        major=POP_MAJOR,
        minor=POP_MINOR,
        modes=words("major major minor"),
        grooves=words("rock8 rock16 disco four pop_half halftime"),
        kits=words(
            "muldjord gogodze hybrid muldjord font_standard font_power font_room hybrid linn 808 909 "
            "font_electronic layered"
        ),
        basses=words(
            "growly swag pasta sneaky_finger fashion font_finger growly swag saw square sub reese fm acid "
            "font_synth pluck_bass"
        ),
        bass_parts=words("roots8 groove follow_kick octaves melodic whole"),
        layers=(
            words("piano:comp piano:ballad epiano:comp acoustic_guitar:strum pluck_synth:arp"),
            words(
                "clean_guitar:funk clean_guitar:arpeggio acoustic_guitar:picking crunch_guitar:strum dist_guitar:power"
            ),
            words("pad_synth:pad strings:pad organ:pad supersaw:pad brass:stabs"),
            words(
                "lead_synth:lead lead_guitar:lead sax:lead trumpet:lead violin:lead flute:lead harmonica:lead "
                "clarinet:lead organ:lead cello:lead theremin:lead square_lead:lead muted_trumpet:lead "
                "pluck_synth:arp bells:counter"
            ),
        ),
        percussion=0.6,
    ),
}
