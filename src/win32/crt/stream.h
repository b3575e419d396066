/*
 * Streams: what a FILE is here. They are over Win32 files, so that paths and
 * handles mean the same to fopen as to CreateFile.
 *
 * A program knows a FILE as a pointer alone. Each stream is used under its lock.
 */
#pragma once

#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <errno.h>

#include "../host.h"

enum stream_flag {
    STREAM_READ = 1,
    STREAM_WRITE = 2,
    STREAM_APPEND = 4, /* each write goes to the end of the file */
    STREAM_END = 8,    /* the end of the file was met */
    STREAM_FAILED = 16,
    STREAM_STANDARD = 32, /* stdin, stdout, stderr: never freed */
    STREAM_OPEN = 64,
};

/* When written data goes to the file. */
enum stream_buffering {
    STREAM_CALL, /* at the end of each call (terminals, stderr, _IONBF) */
    STREAM_LINE, /* at the end of a call that wrote a line's end */
    STREAM_FULL, /* when the buffer is full */
};

enum { STREAM_BUFFER = 4096, STREAM_PUSHED = 4 };

struct stream {
    CRITICAL_SECTION lock;
    HANDLE handle;
    unsigned flags; /* of enum stream_flag */
    enum stream_buffering buffering;
    BOOL is_chosen; /* buffering was set by setvbuf */
    int number;     /* _fileno */
    unsigned char *buffer;
    BOOL owns_buffer;
    size_t size;
    size_t start, end;                   /* read and not yet given out */
    size_t used;                         /* written and not yet passed on */
    unsigned char pushed[STREAM_PUSHED]; /* by ungetc, last one first out */
    unsigned pushed_count;
    struct stream *next; /* in the list of all */
};

static inline struct stream *stream_of(FILE *file)
{
    return (struct stream *)file;
}

/* Locks the stream; sets stdin, stdout and stderr up when first used. */
void stream_lock(struct stream *stream);
/* Passes on what the buffering asks for, then unlocks. */
void stream_unlock(struct stream *stream);

/* Under the lock. Bytes moved; a short count sets END or FAILED. */
size_t stream_read(struct stream *stream, void *buffer, size_t bytes);
size_t stream_write(struct stream *stream, const void *buffer, size_t bytes);
/* The next byte, or EOF. */
int stream_get(struct stream *stream);
/* Puts a byte back; EOF if there is no room. */
int stream_unget(struct stream *stream, int byte);
/* 0, or EOF with FAILED set. */
int stream_flush(struct stream *stream);
/* Forgets what was read ahead, moving the file back to where the program thinks it is. */
void stream_drop_input(struct stream *stream);

/* Flushes all streams but those that a thread which stays for ever has locked. */
void stream_flush_at_exit(void);
/* Calls work for each open stream, until one is not 0. */
int stream_each(int (*work)(struct stream *stream));
/* A new stream over a handle; NULL with errno. */
struct stream *stream_new(HANDLE handle, unsigned flags);
/* Takes it out of the list of all; it is not open any more. */
void stream_remove(struct stream *stream);
/* The file of the stream with a number (_fileno), or INVALID_HANDLE_VALUE. */
HANDLE stream_handle(int number);
/* Sets errno for the last Win32 error. */
void stream_set_errno(void);
