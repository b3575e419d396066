/* Waits for letters in threads and asynchronously, cancels, closes, and counts what comes of it. */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>

#include "mailbox.h"

#define WAITERS 8
#define THREADS 4
#define LETTERS 500

static volatile LONG Checks, Wrong;

static void Check(int Right, const char *What)
{
    InterlockedIncrement(&Checks);
    if (Right)
        return;
    InterlockedIncrement(&Wrong);
    printf("wrong: %s (error %lu)\n", What, GetLastError());
}

static HANDLE Open(DWORD Flags)
{
    HANDLE box = CreateFileA("\\\\.\\Mailbox", GENERIC_READ | GENERIC_WRITE,
                             FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, Flags, NULL);

    Check(box != INVALID_HANDLE_VALUE, "the box opens");
    return box;
}

static MAILBOX_COUNTS Count(HANDLE Box)
{
    MAILBOX_COUNTS counts;
    DWORD returned;

    memset(&counts, 0xFF, sizeof(counts));
    DeviceIoControl(Box, IOCTL_MAILBOX_COUNT, NULL, 0, &counts, sizeof(counts), &returned, NULL);
    return counts;
}

static ULONG Post(HANDLE Box, ULONG Letter)
{
    ULONG waited = 0;
    DWORD returned;

    Check(DeviceIoControl(Box, IOCTL_MAILBOX_POST, &Letter, sizeof(Letter), &waited, sizeof(waited),
                          &returned, NULL),
          "a letter is posted");
    return waited;
}

/* ---- one after the other ---- */

typedef struct _WAITER {
    OVERLAPPED Overlapped;
    ULONG Letter;
} WAITER;

static void Wait(HANDLE Box, DWORD Code, WAITER *Waiter, ULONG Input)
{
    static ULONG input;
    DWORD returned;

    input = Input;
    memset(Waiter, 0, sizeof(*Waiter));
    Waiter->Overlapped.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    Check(!DeviceIoControl(Box, Code, &input, sizeof(input), &Waiter->Letter,
                           sizeof(Waiter->Letter), &returned, &Waiter->Overlapped) &&
              GetLastError() == ERROR_IO_PENDING,
          "a request waits");
}

static DWORD Result(HANDLE Box, WAITER *Waiter)
{
    DWORD returned, error = 0;

    if (!GetOverlappedResult(Box, &Waiter->Overlapped, &returned, TRUE))
        error = GetLastError();
    CloseHandle(Waiter->Overlapped.hEvent);
    return error;
}

static void LettersComeInOrder(HANDLE Box, HANDLE Waiting)
{
    WAITER waiters[WAITERS];
    ULONG i;

    for (i = 0; i < WAITERS; i++)
        Wait(Waiting, IOCTL_MAILBOX_WAIT, &waiters[i], 0);
    Check(Count(Box).Waiting == WAITERS, "all wait");
    Check(CancelIoEx(Waiting, &waiters[3].Overlapped), "one is cancelled");
    Check(Result(Waiting, &waiters[3]) == ERROR_OPERATION_ABORTED, "and aborted");
    for (i = 0; i < WAITERS - 1; i++)
        Check(Post(Box, 100 + i) == WAITERS - 1 - i, "one less waits");
    for (i = 0; i < WAITERS; i++) {
        ULONG letter = i < 3 ? 100 + i : 99 + i;

        if (i != 3)
            Check(Result(Waiting, &waiters[i]) == 0 && waiters[i].Letter == letter,
                  "who waited longest gets the first letter");
    }
    Check(Post(Box, 1) == 0, "nobody waits");
    Check(Count(Box).Cancelled == 1, "the driver was told of the cancelled one");
}

static void WorkCanBeCancelled(HANDLE Box, HANDLE Waiting)
{
    WAITER work[3];
    ULONG before = Count(Box).Cancelled;

    Wait(Waiting, IOCTL_MAILBOX_WORK, &work[0], 1000000);
    Wait(Waiting, IOCTL_MAILBOX_WORK, &work[1], 1000000);
    Wait(Waiting, IOCTL_MAILBOX_WORK, &work[2], 2);
    Check(Count(Box).Working == 1, "one piece of work at a time");
    Check(CancelIoEx(Waiting, &work[0].Overlapped), "the first is cancelled");
    Check(Result(Waiting, &work[0]) == ERROR_OPERATION_ABORTED, "by the driver");
    Check(CancelIoEx(Waiting, &work[1].Overlapped), "the second is cancelled");
    Check(Result(Waiting, &work[1]) == ERROR_OPERATION_ABORTED, "wherever it was");
    Check(Result(Waiting, &work[2]) == 0, "the third is done");
    Check(Count(Box).Cancelled - before >= 1, "the driver was told");
}

/* ---- many at once ---- */

static volatile LONG Received;

static DWORD WINAPI Receive(LPVOID Context)
{
    HANDLE box = Open(0);
    ULONG letter;
    DWORD returned;

    UNREFERENCED_PARAMETER(Context);
    while (DeviceIoControl(box, IOCTL_MAILBOX_WAIT, NULL, 0, &letter, sizeof(letter), &returned,
                           NULL) &&
           letter != 0)
        InterlockedIncrement(&Received);
    CloseHandle(box);
    return 0;
}

static void ManyWaitAtOnce(HANDLE Box)
{
    HANDLE threads[THREADS];
    ULONG before = Count(Box).Delivered, i, ended = 0;

    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, Receive, NULL, 0, NULL);
    while (Count(Box).Delivered - before < LETTERS)
        Post(Box, 7);
    while (ended < THREADS) {
        if (Post(Box, 0))
            ended = Count(Box).Delivered - before - LETTERS;
    }
    for (i = 0; i < THREADS; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        CloseHandle(threads[i]);
    }
    Check(Received == LETTERS, "every letter is received once");
}

/* ---- the end ---- */

static void ClosingCancels(HANDLE Box)
{
    HANDLE other = Open(FILE_FLAG_OVERLAPPED);
    WAITER waiter;
    MAILBOX_COUNTS counts;

    Wait(other, IOCTL_MAILBOX_WAIT, &waiter, 0);
    Check(Count(Box).Waiting == 1, "it waits");
    CloseHandle(other);
    WaitForSingleObject(waiter.Overlapped.hEvent, INFINITE);
    CloseHandle(waiter.Overlapped.hEvent);
    counts = Count(Box);
    Check(counts.Waiting == 0, "and goes with its handle");
    Check(counts.Open == 2, "which is closed");
}

static void PurgingSendsAway(HANDLE Box, HANDLE Waiting)
{
    WAITER waiter;
    ULONG letter;
    DWORD returned;

    Wait(Waiting, IOCTL_MAILBOX_WAIT, &waiter, 0);
    Check(DeviceIoControl(Box, IOCTL_MAILBOX_CLOSE, NULL, 0, NULL, 0, &returned, NULL),
          "the box closes");
    Check(Result(Waiting, &waiter) == ERROR_OPERATION_ABORTED, "who waits is sent away");
    Check(!DeviceIoControl(Box, IOCTL_MAILBOX_WAIT, NULL, 0, &letter, sizeof(letter), &returned,
                           NULL) &&
              GetLastError() == ERROR_BUSY,
          "and who comes after");
}

int main(void)
{
    HANDLE box = Open(0), waiting = Open(FILE_FLAG_OVERLAPPED);

    LettersComeInOrder(box, waiting);
    WorkCanBeCancelled(box, waiting);
    ManyWaitAtOnce(box);
    ClosingCancels(box);
    PurgingSendsAway(box, waiting);
    CloseHandle(waiting);
    CloseHandle(box);
    printf("%ld checks, %ld wrong\n", Checks, Wrong);
    return Wrong != 0;
}
