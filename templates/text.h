/* Unicode text: normal form, lengths as the channels count them, characters
 * that may not stand in what the public reads. Pure. */
#ifndef TEMPLATES_TEXT_H
#define TEMPLATES_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "templates/language.h"

/* The text in NFC, the caller's to free(); NULL when it is not UTF-8. */
char *text_nfc(const char *text);

/* Code points, and UTF-16 units, of the text in NFC. Text that is not UTF-8
 * counts its bytes. */
size_t text_code_points(const char *text);
size_t text_utf16_units(const char *text);

enum text_flaw {
    TEXT_FINE,
    TEXT_NOT_UTF8,
    TEXT_CONTROL,   /* control, format and private characters */
    TEXT_DIRECTION, /* bidirectional marks, overrides and isolates */
    TEXT_ANGLE,     /* < or > */
};

/* The first flaw. Line feeds are controls unless `lines`. */
enum text_flaw text_find_flaw(const char *text, bool lines);

/* A word of more than three letters, all capitals, that is not on the list
 * (NINA, MoWaS, …): copied to word, cut at its size. False: none. */
bool text_find_capitals(const char *text, char *word, size_t size);

/* Something that looks like a web address, or like a telephone number (seven
 * digits and more with only blanks, / and - between). */
bool text_has_address(const char *text);
bool text_has_phone(const char *text);

/* Ends with . ! ? or … (blanks behind it and closing quotes aside). */
bool text_ends_sentence(const char *text);

/* Takes blanks of any kind from both ends, in place. */
void text_trim(char *text);

/* What an empty sentence leaves behind goes, non-breaking blanks come: no
 * blank at a line's end or doubled, at most one empty line in a row, none at
 * the ends; U+00A0 before "Uhr", between a number and its unit, in French
 * before : ! ? and in "14 h 30". The caller's to free(). */
char *text_polish(const char *text, enum language l);

#endif
