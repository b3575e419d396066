/*
 * Share access: the books that a driver keeps for a file that several may open.
 */
#include "iop.h"

static VOID note_access(PFILE_OBJECT file, ACCESS_MASK access, ULONG share)
{
    file->ReadAccess = (access & (FILE_EXECUTE | FILE_READ_DATA)) != 0;
    file->WriteAccess = (access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
    file->DeleteAccess = (access & DELETE) != 0;
    if (file->ReadAccess || file->WriteAccess || file->DeleteAccess) {
        file->SharedRead = (share & FILE_SHARE_READ) != 0;
        file->SharedWrite = (share & FILE_SHARE_WRITE) != 0;
        file->SharedDelete = (share & FILE_SHARE_DELETE) != 0;
    } else {
        file->SharedRead = file->SharedWrite = file->SharedDelete = FALSE;
    }
}

/* An open that neither reads nor writes nor deletes does not count. */
static BOOLEAN counts(PFILE_OBJECT file)
{
    return file->ReadAccess || file->WriteAccess || file->DeleteAccess;
}

static VOID count(PFILE_OBJECT file, PSHARE_ACCESS share, LONG by)
{
    if (!counts(file))
        return;
    share->OpenCount += by;
    share->Readers += file->ReadAccess ? by : 0;
    share->Writers += file->WriteAccess ? by : 0;
    share->Deleters += file->DeleteAccess ? by : 0;
    share->SharedRead += file->SharedRead ? by : 0;
    share->SharedWrite += file->SharedWrite ? by : 0;
    share->SharedDelete += file->SharedDelete ? by : 0;
}

VOID NTAPI IoSetShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                            PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    memset(ShareAccess, 0, sizeof(*ShareAccess));
    note_access(FileObject, DesiredAccess, DesiredShareAccess);
    count(FileObject, ShareAccess, 1);
}

NTSTATUS NTAPI IoCheckShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                                  PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess,
                                  BOOLEAN Update)
{
    PSHARE_ACCESS share = ShareAccess;
    PFILE_OBJECT file = FileObject;

    note_access(file, DesiredAccess, DesiredShareAccess);
    if (!counts(file))
        return STATUS_SUCCESS;
    /* Everybody who is there must share what is asked, and be shared what he has. */
    if ((file->ReadAccess && share->SharedRead < share->OpenCount) ||
        (file->WriteAccess && share->SharedWrite < share->OpenCount) ||
        (file->DeleteAccess && share->SharedDelete < share->OpenCount) ||
        (share->Readers && !file->SharedRead) || (share->Writers && !file->SharedWrite) ||
        (share->Deleters && !file->SharedDelete))
        return STATUS_SHARING_VIOLATION;
    if (Update)
        count(file, share, 1);
    return STATUS_SUCCESS;
}

VOID NTAPI IoUpdateShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    count(FileObject, ShareAccess, 1);
}

VOID NTAPI IoRemoveShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    count(FileObject, ShareAccess, -1);
}
