/* What the leak sanitizer says of libraries that keep memory until the end on
 * purpose: fontconfig's caches below pango. Linked into sanitized programs. */
/* NOLINTBEGIN(readability-identifier-naming): the sanitizer's name */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}
/* NOLINTEND(readability-identifier-naming) */
