#include "program.h"

const WCHAR *version(void) {
    static const WCHAR key[] = L"FileVersion";
    const SIZE_T key_length = sizeof key / sizeof *key;
    HRSRC found = FindResourceW(NULL, MAKEINTRESOURCEW(VS_VERSION_INFO), RT_VERSION);
    if (!found)
        return L"unknown";
    const WCHAR *resource = LockResource(LoadResource(NULL, found));
    SIZE_T size = SizeofResource(NULL, found) / sizeof *resource;
    for (SIZE_T at = 0; at + key_length + 1 < size; at++) {
        SIZE_T matched = 0;
        while (matched < key_length && resource[at + matched] == key[matched])
            matched++;
        /* The value begins where 32 bits are aligned. */
        if (matched == key_length)
            return resource + ((at + key_length + 1) & ~(SIZE_T)1);
    }
    return L"unknown";
}

BOOL is_asked_for(const WCHAR *word) {
    const WCHAR *line = GetCommandLineW();
    BOOL quoted = FALSE;
    while (*line && (quoted || (*line != L' ' && *line != L'\t'))) {
        if (*line == L'"')
            quoted = !quoted;
        line++;
    }
    while (*line == L' ' || *line == L'\t')
        line++;
    while (*word && *line == *word) {
        line++;
        word++;
    }
    return !*word && (!*line || *line == L' ');
}

void append(struct text *text, const WCHAR *more) {
    const SIZE_T space = sizeof text->characters / sizeof *text->characters;
    while (*more && text->length < space)
        text->characters[text->length++] = *more++;
}

void write_text(HANDLE file, const struct text *text) {
    static char bytes[3 * 32 * 1024];
    DWORD written;
    int size = WideCharToMultiByte(CP_UTF8, 0, text->characters, (int)text->length, bytes, sizeof bytes, NULL, NULL);
    if (size > 0)
        WriteFile(file, bytes, (DWORD)size, &written, NULL);
}

void say_version(const WCHAR *name) {
    static struct text said;
    append(&said, name);
    append(&said, L" ");
    append(&said, version());
    append(&said, L" (sample)\r\n");
    write_text(GetStdHandle(STD_OUTPUT_HANDLE), &said);
}
