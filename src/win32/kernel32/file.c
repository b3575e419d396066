/*
 * Opening and closing: CreateFile's words as NtCreateFile's.
 */
#include "../win32.h"

/* CreateFile's disposition as NT's, or -1. */
static LONG nt_disposition(DWORD disposition)
{
    switch (disposition) {
    case CREATE_NEW:
        return FILE_CREATE;
    case CREATE_ALWAYS:
        return FILE_OVERWRITE_IF;
    case OPEN_EXISTING:
        return FILE_OPEN;
    case OPEN_ALWAYS:
        return FILE_OPEN_IF;
    case TRUNCATE_EXISTING:
        return FILE_OVERWRITE;
    default:
        return -1;
    }
}

static ULONG nt_options(DWORD flags, DWORD access)
{
    static const struct {
        DWORD flag;
        ULONG option;
    } options[] = {
        {FILE_FLAG_WRITE_THROUGH, FILE_WRITE_THROUGH},
        {FILE_FLAG_NO_BUFFERING, FILE_NO_INTERMEDIATE_BUFFERING},
        {FILE_FLAG_RANDOM_ACCESS, FILE_RANDOM_ACCESS},
        {FILE_FLAG_SEQUENTIAL_SCAN, FILE_SEQUENTIAL_ONLY},
        {FILE_FLAG_DELETE_ON_CLOSE, FILE_DELETE_ON_CLOSE},
        {FILE_FLAG_OPEN_REPARSE_POINT, FILE_OPEN_REPARSE_POINT},
        {FILE_FLAG_OPEN_NO_RECALL, FILE_OPEN_NO_RECALL},
    };
    ULONG result = 0;
    for (SIZE_T i = 0; i < WIN32_COUNT(options); i++)
        if (flags & options[i].flag)
            result |= options[i].option;
    if (!(flags & FILE_FLAG_OVERLAPPED))
        result |= FILE_SYNCHRONOUS_IO_NONALERT;
    if (!(flags & FILE_FLAG_BACKUP_SEMANTICS))
        return result | FILE_NON_DIRECTORY_FILE;
    /* With GENERIC_ALL and backup semantics, a folder may be made or opened. */
    return result | (access & GENERIC_ALL ? FILE_OPEN_FOR_BACKUP_INTENT : 0);
}

/* The console's names, which no device of the kernel answers to. */
static HANDLE open_console(PCWSTR path)
{
    if (win32_same_text(path, L"CONIN$"))
        return GetStdHandle(STD_INPUT_HANDLE);
    if (win32_same_text(path, L"CONOUT$"))
        return GetStdHandle(STD_OUTPUT_HANDLE);
    return NULL;
}

/* A driver's file that the program looks for: its built form, for reading. */
static HANDLE open_driver_image(PCWSTR path, DWORD access, LONG disposition)
{
    if (disposition != FILE_OPEN ||
        access & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA | DELETE))
        return INVALID_HANDLE_VALUE;
    char *image = win32_driver_image(path);
    int fd = image ? ntio_host_open(image) : -1;
    free(image);
    return fd < 0 ? INVALID_HANDLE_VALUE : win32_host_open(fd);
}

static DWORD error_of_open(NTSTATUS status, LONG disposition, BOOL ends_in_backslash)
{
    if (status == STATUS_OBJECT_NAME_COLLISION && disposition == FILE_CREATE)
        return ERROR_FILE_EXISTS;
    if (status == STATUS_FILE_IS_A_DIRECTORY && ends_in_backslash)
        return ERROR_PATH_NOT_FOUND;
    return RtlNtStatusToDosError(status);
}

static NTSTATUS open_file(UNICODE_STRING *name, DWORD access, DWORD share,
                          LPSECURITY_ATTRIBUTES security, LONG disposition, DWORD flags,
                          PHANDLE file, PIO_STATUS_BLOCK io)
{
    const DWORD settable = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |
                           FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_NORMAL |
                           FILE_ATTRIBUTE_TEMPORARY;
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, name,
                               flags & FILE_FLAG_POSIX_SEMANTICS ? 0 : OBJ_CASE_INSENSITIVE, NULL,
                               security ? security->lpSecurityDescriptor : NULL);
    if (security && security->bInheritHandle)
        attributes.Attributes |= OBJ_INHERIT;
    if (flags & FILE_FLAG_DELETE_ON_CLOSE)
        access |= DELETE;
    return NtCreateFile(file, access | SYNCHRONIZE | FILE_READ_ATTRIBUTES, &attributes, io, NULL,
                        flags & settable, share, (ULONG)disposition, nt_options(flags, access),
                        NULL, 0);
}

HANDLE WINAPI CreateFileW(LPCWSTR path, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                          DWORD disposition, DWORD flags, HANDLE template_file)
{
    LONG nt = nt_disposition(disposition);
    UNICODE_STRING name;
    IO_STATUS_BLOCK io = {0};
    BOOL ends_in_backslash;
    HANDLE file = NULL;

    UNREFERENCED_PARAMETER(template_file);
    win32_stay();
    if (nt < 0 || (disposition == TRUNCATE_EXISTING &&
                   !(access & (GENERIC_WRITE | FILE_WRITE_DATA | GENERIC_ALL))))
        return win32_fail(ERROR_INVALID_PARAMETER), INVALID_HANDLE_VALUE;
    if (path && (file = open_console(path)))
        return file;
    if (!win32_nt_path(path, &name, &ends_in_backslash))
        return INVALID_HANDLE_VALUE;
    NTSTATUS status = open_file(&name, access, share, security, nt, flags, &file, &io);
    free(name.Buffer);
    if (!NT_SUCCESS(status)) {
        file = open_driver_image(path, access, nt);
        SetLastError(file == INVALID_HANDLE_VALUE ? error_of_open(status, nt, ends_in_backslash)
                                                  : ERROR_SUCCESS);
        return file;
    }
    BOOL existed = (disposition == CREATE_ALWAYS && io.Information == FILE_OVERWRITTEN) ||
                   (disposition == OPEN_ALWAYS && io.Information == FILE_OPENED);
    SetLastError(existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    return file;
}

HANDLE WINAPI CreateFileA(LPCSTR path, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                          DWORD disposition, DWORD flags, HANDLE template_file)
{
    struct win32_text text;
    HANDLE file = INVALID_HANDLE_VALUE;
    if (win32_text_open(&text, path))
        file = CreateFileW(text.text, access, share, security, disposition, flags, template_file);
    win32_text_close(&text);
    return file;
}

BOOL WINAPI CloseHandle(HANDLE handle)
{
    if (win32_host_file(handle))
        return win32_host_close(handle);
    return win32_result(NtClose(handle));
}

BOOL WINAPI DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process,
                            LPHANDLE target, DWORD access, BOOL inherit, DWORD options)
{
    HANDLE ignored;
    return win32_result(NtDuplicateObject(source_process, source, target_process,
                                          target ? target : &ignored, access,
                                          inherit ? OBJ_INHERIT : 0, options));
}

/* Opens path for what access allows to query or change; NULL with the last error. */
static HANDLE open_for(PCWSTR path, ACCESS_MASK access, ULONG options)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK io;
    BOOL ends_in_backslash;
    HANDLE file = NULL;

    if (!win32_nt_path(path, &name, &ends_in_backslash))
        return NULL;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    win32_result(NtOpenFile(&file, access | SYNCHRONIZE, &attributes, &io,
                            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                            options | FILE_SYNCHRONOUS_IO_NONALERT));
    free(name.Buffer);
    return file;
}

/* What a path is; for a driver's file, as far as CreateFile would open it. */
static BOOL query_path(PCWSTR path, struct nt_file_basic_information *basic,
                       struct nt_file_standard_information *standard)
{
    IO_STATUS_BLOCK io;
    HANDLE file = open_for(path, FILE_READ_ATTRIBUTES, 0);
    BOOL done = FALSE;

    memset(basic, 0, sizeof *basic);
    memset(standard, 0, sizeof *standard);
    if (file) {
        done = win32_result(
                   NtQueryInformationFile(file, &io, basic, sizeof *basic, FileBasicInformation)) &&
               win32_result(NtQueryInformationFile(file, &io, standard, sizeof *standard,
                                                   FileStandardInformation));
        NtClose(file);
        return done;
    }
    char *image = win32_driver_image(path);
    int fd = image ? ntio_host_open(image) : -1;
    free(image);
    if (fd < 0)
        return FALSE;
    basic->attributes = FILE_ATTRIBUTE_NORMAL;
    standard->end_of_file.QuadPart = ntio_host_file_size(fd);
    ntio_host_close(fd);
    return TRUE;
}

DWORD WINAPI GetFileAttributesW(LPCWSTR path)
{
    struct nt_file_basic_information basic;
    struct nt_file_standard_information standard;
    return query_path(path, &basic, &standard) ? basic.attributes : INVALID_FILE_ATTRIBUTES;
}

DWORD WINAPI GetFileAttributesA(LPCSTR path)
{
    struct win32_text text;
    DWORD attributes = INVALID_FILE_ATTRIBUTES;
    if (win32_text_open(&text, path))
        attributes = GetFileAttributesW(text.text);
    win32_text_close(&text);
    return attributes;
}

static FILETIME file_time(LARGE_INTEGER time)
{
    return (FILETIME){time.LowPart, (DWORD)time.HighPart};
}

BOOL WINAPI GetFileAttributesExW(LPCWSTR path, GET_FILEEX_INFO_LEVELS level, LPVOID information)
{
    WIN32_FILE_ATTRIBUTE_DATA *data = information;
    struct nt_file_basic_information basic;
    struct nt_file_standard_information standard;

    if (level != GetFileExInfoStandard)
        return win32_fail(ERROR_INVALID_PARAMETER);
    if (!query_path(path, &basic, &standard))
        return FALSE;
    data->dwFileAttributes = basic.attributes;
    data->ftCreationTime = file_time(basic.created);
    data->ftLastAccessTime = file_time(basic.accessed);
    data->ftLastWriteTime = file_time(basic.written);
    data->nFileSizeHigh = (DWORD)standard.end_of_file.HighPart;
    data->nFileSizeLow = standard.end_of_file.LowPart;
    return TRUE;
}

BOOL WINAPI GetFileAttributesExA(LPCSTR path, GET_FILEEX_INFO_LEVELS level, LPVOID information)
{
    struct win32_text text;
    BOOL done = win32_text_open(&text, path) && GetFileAttributesExW(text.text, level, information);
    win32_text_close(&text);
    return done;
}

BOOL WINAPI SetFileAttributesW(LPCWSTR path, DWORD value)
{
    struct nt_file_basic_information basic = {.attributes = value | FILE_ATTRIBUTE_NORMAL};
    IO_STATUS_BLOCK io;
    HANDLE file = open_for(path, FILE_WRITE_ATTRIBUTES, 0);
    if (!file)
        return FALSE;
    NTSTATUS status = NtSetInformationFile(file, &io, &basic, sizeof basic, FileBasicInformation);
    NtClose(file);
    return win32_result(status);
}

/* Deletes a file (options FILE_NON_DIRECTORY_FILE) or an empty folder. */
static BOOL delete_path(PCWSTR path, ULONG options)
{
    IO_STATUS_BLOCK io;
    BOOLEAN delete_it = TRUE;
    HANDLE file = open_for(path, DELETE, options);
    if (!file)
        return FALSE;
    NTSTATUS status =
        NtSetInformationFile(file, &io, &delete_it, sizeof delete_it, FileDispositionInformation);
    NtClose(file);
    return win32_result(status);
}

BOOL WINAPI DeleteFileW(LPCWSTR path)
{
    return delete_path(path, FILE_NON_DIRECTORY_FILE);
}

BOOL WINAPI DeleteFileA(LPCSTR path)
{
    struct win32_text text;
    BOOL done = win32_text_open(&text, path) && DeleteFileW(text.text);
    win32_text_close(&text);
    return done;
}

BOOL WINAPI RemoveDirectoryW(LPCWSTR path)
{
    return delete_path(path, FILE_DIRECTORY_FILE);
}

BOOL WINAPI RemoveDirectoryA(LPCSTR path)
{
    struct win32_text text;
    BOOL done = win32_text_open(&text, path) && RemoveDirectoryW(text.text);
    win32_text_close(&text);
    return done;
}

BOOL WINAPI CreateDirectoryW(LPCWSTR path, LPSECURITY_ATTRIBUTES security)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK io;
    BOOL ends_in_backslash;
    HANDLE folder;

    if (!win32_nt_path(path, &name, &ends_in_backslash))
        return FALSE;
    if (ends_in_backslash)
        name.Length -= sizeof(WCHAR);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL,
                               security ? security->lpSecurityDescriptor : NULL);
    NTSTATUS status =
        NtCreateFile(&folder, FILE_LIST_DIRECTORY | SYNCHRONIZE, &attributes, &io, NULL,
                     FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_CREATE,
                     FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    free(name.Buffer);
    if (NT_SUCCESS(status))
        NtClose(folder);
    return win32_result(status);
}

BOOL WINAPI CreateDirectoryA(LPCSTR path, LPSECURITY_ATTRIBUTES security)
{
    struct win32_text text;
    BOOL done = win32_text_open(&text, path) && CreateDirectoryW(text.text, security);
    win32_text_close(&text);
    return done;
}

static BOOL copy_contents(HANDLE from, HANDLE to)
{
    enum { CHUNK = 64 * 1024 };
    char *buffer = malloc(CHUNK);
    DWORD read = 0, written;
    BOOL done = buffer != NULL || win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    while (done && (done = ReadFile(from, buffer, CHUNK, &read, NULL)) && read)
        done = WriteFile(to, buffer, read, &written, NULL);
    free(buffer);
    return done;
}

BOOL WINAPI CopyFileW(LPCWSTR from, LPCWSTR to, BOOL fail_if_exists)
{
    HANDLE target = INVALID_HANDLE_VALUE;
    HANDLE source = CreateFileW(from, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    if (source == INVALID_HANDLE_VALUE)
        return FALSE;
    target = CreateFileW(to, GENERIC_WRITE, 0, NULL, fail_if_exists ? CREATE_NEW : CREATE_ALWAYS,
                         FILE_ATTRIBUTE_NORMAL, NULL);
    BOOL done = target != INVALID_HANDLE_VALUE && copy_contents(source, target);
    DWORD error = GetLastError();
    if (target != INVALID_HANDLE_VALUE)
        CloseHandle(target);
    CloseHandle(source);
    SetLastError(done ? ERROR_SUCCESS : error);
    return done;
}

BOOL WINAPI CopyFileA(LPCSTR from, LPCSTR to, BOOL fail_if_exists)
{
    struct win32_text source, target;
    BOOL done = FALSE;
    if (win32_text_open(&source, from)) {
        if (win32_text_open(&target, to))
            done = CopyFileW(source.text, target.text, fail_if_exists);
        win32_text_close(&target);
    }
    win32_text_close(&source);
    return done;
}

static BOOL rename_open(HANDLE file, const UNICODE_STRING *name, BOOL replace)
{
    IO_STATUS_BLOCK io;
    SIZE_T size = sizeof(struct nt_file_rename_information) + name->Length;
    struct nt_file_rename_information *rename = calloc(1, size);
    if (!rename)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    rename->replace = replace != 0;
    rename->name_length = name->Length;
    memcpy(rename->name, name->Buffer, name->Length);
    NTSTATUS status = NtSetInformationFile(file, &io, rename, (ULONG)size, FileRenameInformation);
    free(rename);
    return win32_result(status);
}

BOOL WINAPI MoveFileExW(LPCWSTR from, LPCWSTR to, DWORD flags)
{
    UNICODE_STRING name;
    BOOL ends_in_backslash;
    if (flags &
        ~(DWORD)(MOVEFILE_REPLACE_EXISTING | MOVEFILE_COPY_ALLOWED | MOVEFILE_WRITE_THROUGH))
        return win32_fail(ERROR_INVALID_PARAMETER);
    HANDLE file = open_for(from, DELETE, 0);
    if (!file)
        return FALSE;
    BOOL done = win32_nt_path(to, &name, &ends_in_backslash);
    if (done) {
        done = rename_open(file, &name, flags & MOVEFILE_REPLACE_EXISTING);
        free(name.Buffer);
    }
    NtClose(file);
    return done;
}

BOOL WINAPI MoveFileW(LPCWSTR from, LPCWSTR to)
{
    return MoveFileExW(from, to, MOVEFILE_COPY_ALLOWED);
}

BOOL WINAPI MoveFileExA(LPCSTR from, LPCSTR to, DWORD flags)
{
    struct win32_text source, target;
    BOOL done = FALSE;
    if (win32_text_open(&source, from)) {
        if (win32_text_open(&target, to))
            done = MoveFileExW(source.text, target.text, flags);
        win32_text_close(&target);
    }
    win32_text_close(&source);
    return done;
}

BOOL WINAPI MoveFileA(LPCSTR from, LPCSTR to)
{
    return MoveFileExA(from, to, MOVEFILE_COPY_ALLOWED);
}
