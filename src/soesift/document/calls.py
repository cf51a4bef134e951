"""pdfium's questions about single characters, asked without what a binding adds to each.

A page has thousands of characters, and ctypes spends longer on converting arguments and on letting go of the
interpreter's lock than pdfium on the answer. These are the same functions of the same library, called with
arguments that need no conversion: about 0.4 of the time.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable
from functools import cache
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

AT_ONCE = 4096  # characters a round: as many places for answers are kept
OTHERWISE = 0xFFFE  # in pdfium's text: a character that has another code when asked for by itself
_KINDS: dict[str, Any] = {  # what each returns, and takes after page (or text page) and index
    "FPDFPage_GetObject": (ctypes.c_void_p,),
    "FPDFFormObj_GetObject": (ctypes.c_void_p,),
    "FPDFText_GetUnicode": (ctypes.c_uint,),
    "FPDFText_GetCharAngle": (ctypes.c_float,),
    "FPDFText_GetLooseCharBox": (ctypes.c_int, ctypes.c_void_p),
    "FPDFText_GetFontInfo": (ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p),
}
MOST_NAME = 256  # bytes of a font's name


@cache
def _call(name: str) -> Callable[..., Any]:
    answer, *more = _KINDS[name]
    kind = ctypes.PYFUNCTYPE(answer, ctypes.c_void_p, ctypes.c_int, *more)
    found: Callable[..., Any] = kind(ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value or 0)
    return found


@cache
def _slots() -> tuple[NDArray[np.float32], list[Any]]:
    """Places for boxes, and references to each of them."""
    array = np.zeros((AT_ONCE, 4), np.float32)
    return array, [ctypes.byref(slot) for slot in (pdfium.FS_RECTF * AT_ONCE).from_buffer(array)]


def _handle(text_page: Any) -> ctypes.c_void_p:
    return ctypes.cast(text_page, ctypes.c_void_p)


@cache
def _kind_of() -> Callable[..., Any]:
    return ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(
        ctypes.cast(pdfium.FPDFPageObj_GetType, ctypes.c_void_p).value or 0
    )


def object_kinds(get: str, holder: Any, count: int) -> NDArray[np.int32]:
    """(count,) kinds of the objects of a page or form, found by the function named `get`."""
    found = map(_call(get), repeat(ctypes.cast(holder, ctypes.c_void_p)), range(count))
    return np.fromiter(map(_kind_of(), found), np.int32, count)


@cache
def _name_slots() -> tuple[Any, Any, Any]:
    """Room for a name and for flags, and a reference to these."""
    flags = ctypes.c_int()
    return ctypes.create_string_buffer(MOST_NAME), flags, ctypes.byref(flags)


def font_name(text_page: Any, index: int) -> str:
    """Name of the font of a character, "" if the file does not tell, or at length."""
    name, _, flags = _name_slots()
    length = _call("FPDFText_GetFontInfo")(_handle(text_page), index, name, MOST_NAME, flags)
    return name.raw[: length - 1].decode("utf-8", "replace") if 1 < length < MOST_NAME else ""


def char_codes(text_page: Any, count: int) -> NDArray[np.uint32]:
    """(count,) Unicode code points as pdfium has them."""
    if count == pdfium.FPDFText_CountChars(text_page) and (codes := _codes_at_once(text_page, count)) is not None:
        return codes
    answers = map(_call("FPDFText_GetUnicode"), repeat(_handle(text_page)), range(count))
    return np.fromiter(answers, np.uint32, count)


def _codes_at_once(text_page: Any, count: int) -> NDArray[np.uint32] | None:
    """All code points by one question; None where the page's text is not one unit of UTF-16 a character.

    pdfium leaves characters without a meaning out of the text, and writes those beyond 16 bits as two units.
    """
    units = np.zeros(count + 2, np.uint16)
    buffer = units.ctypes.data_as(ctypes.POINTER(ctypes.c_ushort))
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    whole = written == count + 1 and not ((units >= 0xD800) & (units < 0xE000)).any() and bool(units[:count].all())
    if not whole:
        return None
    codes, ask = units[:count].astype(np.uint32), _call("FPDFText_GetUnicode")
    for index in np.flatnonzero(codes == OTHERWISE).tolist():  # a hyphen that ends a line, usually
        codes[index] = ask(_handle(text_page), index)
    return codes


def char_angles(text_page: Any, count: int) -> NDArray[np.float64]:
    """(count,) angles in radians."""
    answers = map(_call("FPDFText_GetCharAngle"), repeat(_handle(text_page)), range(count))
    return np.fromiter(answers, np.float64, count)


def char_boxes(text_page: Any, count: int) -> NDArray[np.float32]:
    """(count, 4) loose boxes in PDF space: left, top, right, bottom; zeros where pdfium has none."""
    page, get = _handle(text_page), _call("FPDFText_GetLooseCharBox")
    slots, places = _slots()
    boxes = np.empty((count, 4), np.float32)
    for start in range(0, count, AT_ONCE):
        some = min(AT_ONCE, count - start)
        slots[:some] = 0
        deque(map(get, repeat(page), range(start, start + some), places), maxlen=0)
        boxes[start : start + some] = slots[:some]
    return boxes
