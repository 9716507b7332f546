/* What the sample programs share. They do without a C library, so that they are some kilobytes, and the same source
 * compiles with mingw-w64's gcc for x64 and with clang for ARM64. */
#ifndef PROGRAM_H
#define PROGRAM_H

#define WIN32_LEAN_AND_MEAN
#define UNICODE
#include <windows.h>

/* The version in the program's own VERSIONINFO, "1.58.0". It is looked up when it is needed, so that a release is made by
 * writing the version into the resource and nowhere else. */
const WCHAR *version(void);

/* Whether the command line's second word is `word`. */
BOOL is_asked_for(const WCHAR *word);

/* Text that is being put together; what does not fit is left out. */
struct text {
    WCHAR characters[32 * 1024];
    SIZE_T length;
};

void append(struct text *text, const WCHAR *more);
/* Writes the text in UTF-8 to a file or a console. */
void write_text(HANDLE file, const struct text *text);
/* Says `name`, then the version, as the real programs do. */
void say_version(const WCHAR *name);

#endif
