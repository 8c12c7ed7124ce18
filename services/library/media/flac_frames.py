"""Renumbering FLAC frames in place of encoding them anew: coded numbers, CRC-8 and CRC-16 (RFC 9639, 9.1 and 9.3)."""

from __future__ import annotations

from functools import cache

from services.library.media.errors import SegmentMismatch

# A coded number grows by one byte at each of these (RFC 9639, table 18); frame numbers have at most 31 bits.
_GROWS_AT = (0x80, 0x800, 0x10000, 0x200000, 0x4000000)
_NUMBER_MAX = 0x7FFFFFFF
# x has this order modulo the CRC-16 polynomial x^16 + x^15 + x^2 + 1 = (x + 1)(x^15 + x + 1).
_ORDER = 32767


def coded_bytes_below(number: int) -> int:
    """The bytes of the coded numbers 0 .. number - 1 together, by arithmetic."""
    return number + sum(max(0, number - bound) for bound in _GROWS_AT)


def coded_number(number: int) -> bytes:
    """`number` in FLAC's extended UTF-8, 1 to 6 bytes. Raises ValueError past 31 bits."""
    if not 0 <= number <= _NUMBER_MAX:
        raise ValueError(f"no frame has the number {number}")
    if number < 0x80:
        return bytes((number,))
    length = 2 + sum(number >= bound for bound in _GROWS_AT[1:])
    tail = [0x80 | (number >> (6 * index)) & 0x3F for index in range(length - 2, -1, -1)]
    lead = (0xFF00 >> length) & 0xFF | number >> (6 * (length - 1))
    return bytes((lead, *tail))


def renumbered(frame: memoryview, was: int, number: int) -> tuple[bytes, memoryview, bytes]:
    """The frame as (header, untouched body, CRC-16) with its number changed from `was` to `number`.

    Nobody passes over the body: the CRC is linear, so the footer changes by crc(old header) ^ crc(new header) moved
    past the body, that is multiplied by x^(8 * body bytes). Raises SegmentMismatch when the header is not sound.
    """
    code = coded_number(was)
    after = 4 + len(code)
    if len(frame) < after + 4 or frame[0] != 0xFF or frame[1] != 0xF8 or frame[4:after] != code:
        raise SegmentMismatch(f"frame {was} does not begin with its sync code and number")
    end = after + _optional_bytes(frame[2])
    if crc8(frame[:end]) != frame[end]:
        raise SegmentMismatch(f"the header of frame {was} fails its CRC-8")
    head = bytes(frame[:4]) + coded_number(number) + bytes(frame[after:end])
    head += bytes((crc8(head),))
    body = frame[end + 1 : -2]
    change = _past_bytes(crc16(frame[: end + 1]) ^ crc16(head), len(body))
    footer = int.from_bytes(frame[-2:], "big") ^ change
    return head, body, footer.to_bytes(2, "big")


def _optional_bytes(codes: int) -> int:
    """The bytes that a header's block size and rate codes announce after the coded number."""
    return {6: 1, 7: 2}.get(codes >> 4, 0) + {12: 1, 13: 2, 14: 2}.get(codes & 0x0F, 0)


def crc8(data: bytes | memoryview) -> int:
    """CRC-8 of `data`: polynomial 0x07, start 0."""
    table, crc = _crc8_table(), 0
    for byte in data:
        crc = table[crc ^ byte]
    return crc


def crc16(data: bytes | memoryview) -> int:
    """CRC-16 of `data`: polynomial 0x8005, start 0, most significant bit first."""
    table, crc = _crc16_table(), 0
    for byte in data:
        crc = ((crc << 8) & 0xFFFF) ^ table[(crc >> 8) ^ byte]
    return crc


def _past_bytes(crc: int, length: int) -> int:
    """`crc` times x^(8 * length) modulo the polynomial: the sum of one table entry for each bit that is set."""
    powers, exponent, product = _powers_of_x(), 8 * length, 0
    while crc:
        bit = crc.bit_length() - 1
        product ^= powers[(exponent + bit) % _ORDER]
        crc ^= 1 << bit
    return product


@cache
def _powers_of_x() -> tuple[int, ...]:
    powers = [1]
    for _ in range(_ORDER - 1):
        doubled = powers[-1] << 1
        powers.append(doubled ^ 0x18005 if doubled & 0x10000 else doubled)
    return tuple(powers)


@cache
def _crc8_table() -> tuple[int, ...]:
    return _table(0x107, 8)


@cache
def _crc16_table() -> tuple[int, ...]:
    return _table(0x18005, 16)


def _table(polynomial: int, width: int) -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        crc = byte << (width - 8)
        for _ in range(8):
            crc <<= 1
            if crc >> width:
                crc ^= polynomial
        entries.append(crc)
    return tuple(entries)
