/*
 * Win32 paths: full paths, the current directory, and their names in NT's
 * namespace. The folder that the user gives the system is drive C:.
 */
#include "../win32.h"

#include <stdio.h>

enum { LINUX_PATH = 4096 };

/* The current directory, "C:\..." with a backslash at its end. */
static struct {
    SRWLOCK lock; /* guards text */
    PWSTR text;   /* NULL until it is first asked for */
} current;

/*
 * Linux' current directory as one of C:, which is the folder NTIO_ROOT, or
 * without one the folder that the program was started in.
 */
static PWSTR first_current_directory(void)
{
    char folder[LINUX_PATH], path[LINUX_PATH + 8];
    const char *root = ntio_host_environment("NTIO_ROOT"), *below = "";
    if (!ntio_host_current_directory(folder, sizeof folder) && root) {
        SIZE_T length = strlen(root);
        while (length > 0 && root[length - 1] == '/')
            length--;
        if (!strncmp(folder, root, length) && folder[length] == '/')
            below = folder + length + 1;
    }
    strcpy(path, "C:\\");
    strcat(path, below);
    for (char *at = path; *at; at++)
        if (*at == '/')
            *at = '\\';
    if (*below)
        strcat(path, "\\");
    return win32_wide(path);
}

/* A copy of the current directory. */
static PWSTR current_directory(void)
{
    PWSTR copy = NULL;
    AcquireSRWLockExclusive(&current.lock);
    if (!current.text)
        current.text = first_current_directory();
    if (current.text) {
        SIZE_T bytes = (win32_length(current.text) + 1) * sizeof(WCHAR);
        copy = malloc(bytes);
        if (copy)
            memcpy(copy, current.text, bytes);
    }
    ReleaseSRWLockExclusive(&current.lock);
    if (!copy)
        win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    return copy;
}

static BOOL is_separator(WCHAR c)
{
    return c == '\\' || c == '/';
}

static BOOL is_letter(WCHAR c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

enum path_kind {
    PATH_RELATIVE,       /* a\b */
    PATH_ROOTED,         /* \a\b */
    PATH_DRIVE_RELATIVE, /* C:a\b */
    PATH_DRIVE,          /* C:\a\b */
    PATH_UNC,            /* \\server\share\a */
    PATH_DEVICE,         /* \\.\a */
    PATH_VERBATIM,       /* \\?\a or \??\a: taken as it is */
};

static enum path_kind kind_of(PCWSTR path)
{
    if (is_separator(path[0])) {
        if (path[0] == '\\' && path[1] == '?' && path[2] == '?' && path[3] == '\\')
            return PATH_VERBATIM;
        if (!is_separator(path[1]))
            return PATH_ROOTED;
        if (path[2] == '?' && path[3] == '\\')
            return PATH_VERBATIM;
        return path[2] == '.' && (is_separator(path[3]) || !path[3]) ? PATH_DEVICE : PATH_UNC;
    }
    if (is_letter(path[0]) && path[1] == ':')
        return is_separator(path[2]) ? PATH_DRIVE : PATH_DRIVE_RELATIVE;
    return PATH_RELATIVE;
}

/* The names that are devices in every directory. */
static BOOL is_dos_device(PCWSTR path)
{
    static const PCWSTR names[] = {L"NUL", L"CON", L"AUX", L"PRN", L"CONIN$", L"CONOUT$"};
    for (SIZE_T i = 0; i < WIN32_COUNT(names); i++)
        if (win32_same_text(path, names[i]))
            return TRUE;
    WCHAR name[5] = {0};
    SIZE_T length = win32_length(path);
    if ((length != 4 && !(length == 5 && path[4] == ':')) || path[3] < '1' || path[3] > '9')
        return FALSE;
    memcpy(name, path, 3 * sizeof(WCHAR));
    return win32_same_text(name, L"COM") || win32_same_text(name, L"LPT");
}

/* A path under construction: root characters that ".." never takes away, then components. */
struct builder {
    PWSTR text;
    SIZE_T length, root;
};

static void append(struct builder *b, PCWSTR text, SIZE_T count)
{
    memcpy(b->text + b->length, text, count * sizeof(WCHAR));
    b->length += count;
}

static void append_component(struct builder *b, PCWSTR name, SIZE_T count)
{
    if (count == 1 && name[0] == '.')
        return;
    if (count == 2 && name[0] == '.' && name[1] == '.') {
        while (b->length > b->root && b->text[b->length - 1] != '\\')
            b->length--;
        if (b->length > b->root)
            b->length--;
        return;
    }
    if (b->length > b->root)
        append(b, L"\\", 1);
    append(b, name, count);
}

/* Appends what is left of a path, component by component; a last backslash stays. */
static void append_rest(struct builder *b, PCWSTR rest)
{
    BOOL ends_in_separator = FALSE;
    while (*rest) {
        SIZE_T count = 0;
        while (rest[count] && !is_separator(rest[count]))
            count++;
        SIZE_T kept = count;
        if (!rest[count]) /* Win32 drops blanks and dots at the end of a name */
            while (kept > 0 && (rest[kept - 1] == ' ' || rest[kept - 1] == '.') &&
                   !(kept <= 2 && rest[0] == '.'))
                kept--;
        if (kept)
            append_component(b, rest, kept);
        ends_in_separator = is_separator(rest[count]);
        rest += count + ends_in_separator;
    }
    if (ends_in_separator && b->length > b->root)
        append(b, L"\\", 1);
}

/* Appends a UNC path's server and share, the root of what follows; returns the rest. */
static PCWSTR append_share(struct builder *b, PCWSTR path)
{
    append(b, L"\\\\", 2);
    path += 2;
    for (int names = 0; names < 2 && *path; path++) {
        append(b, is_separator(*path) ? L"\\" : path, 1);
        names += is_separator(*path);
    }
    return path;
}

/* The full form of path as a new string. */
static PWSTR full_path(PCWSTR path)
{
    struct builder b = {0};
    enum path_kind kind = kind_of(path);
    PWSTR here = current_directory();

    if (here)
        b.text = malloc((win32_length(here) + win32_length(path) + 8) * sizeof(WCHAR));
    if (!b.text)
        goto out;
    if (is_dos_device(path)) {
        append(&b, L"\\\\.\\", 4);
        append(&b, path, win32_length(path) - (path[win32_length(path) - 1] == ':'));
    } else if (kind == PATH_VERBATIM) {
        append(&b, path, win32_length(path));
    } else if (kind == PATH_DEVICE) {
        append(&b, L"\\\\.\\", b.root = 4);
        append_rest(&b, path + (path[3] ? 4 : 3));
    } else if (kind == PATH_UNC) {
        path = append_share(&b, path);
        b.root = b.length;
        append_rest(&b, path);
    } else {
        BOOL names_drive = kind == PATH_DRIVE || kind == PATH_DRIVE_RELATIVE;
        append(&b, names_drive ? path : here, 2);
        append(&b, L"\\", 1);
        b.root = 3;
        /* Only the current drive has a current directory. */
        if (kind == PATH_RELATIVE ||
            (kind == PATH_DRIVE_RELATIVE && (path[0] & ~0x20) == (here[0] & ~0x20)))
            append_rest(&b, here + 3);
        if (b.length > b.root && b.text[b.length - 1] == '\\')
            b.length--;
        append_rest(&b, names_drive ? path + 2 : path);
    }
    b.text[b.length] = 0;
out:
    free(here);
    if (!b.text)
        win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    return b.text;
}

BOOL win32_nt_path(PCWSTR path, UNICODE_STRING *name, BOOL *ends_in_backslash)
{
    PWSTR full = NULL, nt = NULL;
    if (!path || !*path)
        return win32_fail(ERROR_PATH_NOT_FOUND);
    full = full_path(path);
    if (!full)
        return FALSE;
    SIZE_T length = win32_length(full);
    nt = malloc((length + 12) * sizeof(WCHAR));
    if (nt) {
        enum path_kind kind = kind_of(full);
        SIZE_T skipped = kind == PATH_DEVICE || kind == PATH_VERBATIM ? 4
                         : kind == PATH_UNC                           ? 2
                                                                      : 0;
        lstrcpyW(nt, kind == PATH_UNC ? L"\\??\\UNC\\" : L"\\??\\");
        lstrcatW(nt, full + (skipped < length ? skipped : length));
    }
    free(full);
    if (!nt)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    if (!win32_unicode(name, nt)) {
        free(nt);
        return FALSE;
    }
    *ends_in_backslash = name->Length > 8 && nt[name->Length / sizeof(WCHAR) - 1] == '\\';
    return TRUE;
}

char *win32_driver_image(PCWSTR path)
{
    char found[LINUX_PATH];
    SIZE_T length = win32_length(path), start;
    if (length < 5 || !win32_same_text(path + length - 4, L".sys"))
        return NULL;
    for (start = length - 4; start > 0 && !is_separator(path[start - 1]); start--)
        ;
    char *name = win32_utf8(path + start, length - 4 - start), *image = NULL;
    if (name && !ntio_host_find_driver(name, found, sizeof found))
        image = strdup(found);
    free(name);
    return image;
}

DWORD WINAPI GetFullPathNameW(LPCWSTR path, DWORD size, LPWSTR buffer, LPWSTR *file_part)
{
    if (!path || !*path)
        return (DWORD)win32_fail(ERROR_INVALID_NAME);
    PWSTR full = full_path(path);
    if (!full)
        return 0;
    DWORD length = win32_copy_wide(full, buffer, size);
    free(full);
    if (file_part && length < size) {
        PWSTR last = buffer + length;
        while (last > buffer && last[-1] != '\\')
            last--;
        *file_part = *last ? last : NULL;
    }
    return length;
}

DWORD WINAPI GetFullPathNameA(LPCSTR path, DWORD size, LPSTR buffer, LPSTR *file_part)
{
    struct win32_text text;
    if (!path || !*path)
        return (DWORD)win32_fail(ERROR_INVALID_NAME);
    if (!win32_text_open(&text, path))
        return 0;
    PWSTR full = full_path(text.text);
    win32_text_close(&text);
    if (!full)
        return 0;
    DWORD length = win32_copy_narrow(full, buffer, size);
    free(full);
    if (file_part && length < size) {
        PSTR last = strrchr(buffer, '\\');
        *file_part = last && last[1] ? last + 1 : NULL;
    }
    return length;
}

/* The current directory as it is shown: without its last backslash, unless it is a root. */
static PWSTR shown_directory(void)
{
    PWSTR text = current_directory();
    SIZE_T length = text ? win32_length(text) : 0;
    if (length > 3)
        text[length - 1] = 0;
    return text;
}

DWORD WINAPI GetCurrentDirectoryW(DWORD size, LPWSTR buffer)
{
    PWSTR text = shown_directory();
    DWORD length = text ? win32_copy_wide(text, buffer, size) : 0;
    free(text);
    return length;
}

DWORD WINAPI GetCurrentDirectoryA(DWORD size, LPSTR buffer)
{
    PWSTR text = shown_directory();
    DWORD length = text ? win32_copy_narrow(text, buffer, size) : 0;
    free(text);
    return length;
}

BOOL WINAPI SetCurrentDirectoryW(LPCWSTR path)
{
    PWSTR full = path && *path ? full_path(path) : NULL;
    if (!full)
        return win32_fail(ERROR_INVALID_NAME);
    DWORD attributes = GetFileAttributesW(full);
    SIZE_T length = win32_length(full);
    PWSTR text = malloc((length + 2) * sizeof(WCHAR));
    if (text) {
        lstrcpyW(text, full);
        if (text[length - 1] != '\\')
            lstrcatW(text, L"\\");
    }
    free(full);
    if (!text || attributes == INVALID_FILE_ATTRIBUTES ||
        !(attributes & FILE_ATTRIBUTE_DIRECTORY)) {
        free(text);
        return win32_fail(!text ? ERROR_NOT_ENOUGH_MEMORY : ERROR_PATH_NOT_FOUND);
    }
    AcquireSRWLockExclusive(&current.lock);
    PWSTR old = current.text;
    current.text = text;
    ReleaseSRWLockExclusive(&current.lock);
    free(old);
    return TRUE;
}

BOOL WINAPI SetCurrentDirectoryA(LPCSTR path)
{
    struct win32_text text;
    BOOL done = win32_text_open(&text, path) && SetCurrentDirectoryW(text.text);
    win32_text_close(&text);
    return done;
}

/* Folders that every Windows has: on C: they are there when somebody looks. */
static UINT system_folder(PCWSTR text, LPWSTR buffer, UINT size)
{
    return win32_copy_wide(text, buffer, size);
}

UINT WINAPI GetSystemDirectoryW(LPWSTR buffer, UINT size)
{
    return system_folder(L"C:\\Windows\\system32", buffer, size);
}

UINT WINAPI GetSystemDirectoryA(LPSTR buffer, UINT size)
{
    return win32_copy_narrow(L"C:\\Windows\\system32", buffer, size);
}

UINT WINAPI GetWindowsDirectoryW(LPWSTR buffer, UINT size)
{
    return system_folder(L"C:\\Windows", buffer, size);
}

UINT WINAPI GetWindowsDirectoryA(LPSTR buffer, UINT size)
{
    return win32_copy_narrow(L"C:\\Windows", buffer, size);
}

DWORD WINAPI GetTempPathW(DWORD size, LPWSTR buffer)
{
    return win32_copy_wide(L"C:\\Windows\\Temp\\", buffer, size);
}

DWORD WINAPI GetTempPathA(DWORD size, LPSTR buffer)
{
    return win32_copy_narrow(L"C:\\Windows\\Temp\\", buffer, size);
}
