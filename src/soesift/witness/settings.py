"""Thresholds of the second witness."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WitnessSettings:
    """What makes two readings disagree. A lower bound asks more of a reader, a higher one lets more errors pass."""

    scale: float = (
        1.5  # pixels a point of the picture that ink is looked for in; an X of 8 points has about 30 dark ones
    )
    inset: float = 1.6  # points taken off each side of a cell, where its rules are drawn
    dark: int = 70  # grey levels (of 255) below the cell's own background that count as ink
    rule: float = 0.75  # share of a row or column of pixels that is dark from which it is a drawn line, not print
    least_ink: int = 9  # pixels: fewer are dust; a full stop of 8 points has about 4
    scan_ink: int = 40  # the same on pages that are pictures, which have dust
    scarce: float = 0.08  # of the ink that the table's text has a letter: below it the text is not printed there
    plenty: float = 2.6  # times the ink a letter: above it something is printed that was not read
    least_excess: int = 120  # pixels of ink above what the letters explain, so that bold print raises no doubt
    unsure: float = 0.8  # of certainty: a character of a picture read less surely raises a doubt. .6 to .9
    unsure_known: float = 0.5  # the same in a word of English, which is seldom read for another. .4 to .6
    unsure_odd: float = (
        0.9  # the same in a word that is none, as a name of a test or one with a letter too many. .85 to .97
    )
    rare: float = 2.0  # times as common must a word with one thin letter more be for a read one to be doubted. 1.5 to 5
    foreign: float = 0.2  # share of a table's words that are unknown, from which they say nothing. .1 to .4
    poor: float = 0.07  # of a picture's filled cells doubted, from it none is sure: more is lost than seen. .05 to .1
    poor_least: int = 3  # cells doubted so, fewer of which say nothing: small tables soon have one. 2 to 5
    blank: float = 0.35  # of a mark's ink, from which an empty cell of a picture is not empty. .25 to .5
    like_mark: tuple[float, float] = (0.75, 1.4)  # times a mark's ink, within which ink bears out a mark read unsurely
    crowded: float = 1.7  # times a mark's ink, from which a picture's cell with a mark holds more than it. 1.5 to 2
    unsure_share: float = 0.03  # of a note's characters read unsurely, from which the note is doubtful. .02 to .06
    compared: int = 20  # cells that a text layer over a picture must hold to be a witness
    differ: float = 0.25  # share of these in which it may differ; more, and it is a poor one. .1 to .4
    figures: int = 4  # figures of as many digits that a table must have before their width tells. 3 to 8
    wider: float = 0.75  # of a digit's width: so much more ink beside a figure is a sign of its own. .6 to .9
    letters: int = 200  # letters that a table must have before its ink a letter is trusted
    header_like: float = 0.6  # share of a body row's cells that name times from which it may be a header row
    column_filled: float = 0.7  # share of a header row's cells that are filled, from which an empty one is doubtful
    long_word: int = 22  # letters: longer ones are words that lost their space
    long_note: int = 1800  # characters: longer notes may have swallowed what follows them
    notes_ended: float = (
        0.7  # share of notes that end with a full stop or the like, from which one that does not is cut
    )
    short_note: int = 40  # characters: shorter notes are often no sentences
    sliver: float = 0.3  # of the usual width of a column, below which it is hardly one
    numbered: float = 0.7  # share of a header's texts that are bare numbers, from which it must say of what
    capitals: float = 0.5  # share of names in capitals, below which a row named in capitals is a heading
    pieces: int = 2  # pieces of arrows in a row; more are seldom drawn, but edges of grey cells are
    abbreviated: int = 3  # "AE = adverse event;" so often in a marked note is a list that does not belong to it
    listed: float = 0.6  # of a note's items that explain an abbreviation, from which it is a list of them. .5 to .8
    timed_body: float = 0.5  # share of body rows that read like header, from which one of them tells nothing. .4 to .7
    lost: int = 3  # letters and figures of a word that must stand in a cell; shorter ones may be signs. 2 to 4
    shown: int = 40  # characters of lost words that a doubt quotes
    steps: int = 4  # distances between names of neighbouring rows from which their step is known. 3 to 8
    nearest_rows: float = 0.25  # quantile of the distances of names of neighbouring rows that counts as a row's step
    row_step: float = 0.97  # of that step, from which two lines of one name may be two rows. .9 to 1
    cut: int = 4  # letters of a word's part at the end of a line that a narrow cell may have cut. 3 to 6
    room: float = (
        1.5  # of the step between letters: less is left behind a word that was cut, beside the left side's. 1 to 2
    )
    padding: float = 9.0  # points before the first letter of a name that stands at its cell's left side. 6 to 12
    near_rows: float = 1.03  # of the least step of rows with marks: a name alone that near may be a rest. 1 to 1.1
    set_in: float = 3.0  # points by which names below a heading begin further right. 2 to 6
    double_marks: int = 3  # cells of a column with two marks, from which it is two columns. 2 to 5
    blanks: float = 2.5  # letters of room that a word needs besides its own to stand on the line above. 2 to 4
    lone_signs: int = 2  # texts of a column without a header of its own; so few may have made it by chance. 1 to 3
