/*
 * Access control lists.
 */
#include "security.h"

static PACE_HEADER first_ace(PACL acl)
{
    return (PACE_HEADER)(acl + 1);
}

static PACE_HEADER next_ace(PACE_HEADER ace)
{
    return (PACE_HEADER)((PUCHAR)ace + ace->AceSize);
}

static PUCHAR acl_end(PACL acl)
{
    return (PUCHAR)acl + acl->AclSize;
}

/* Entries of these types are laid out as ACCESS_ALLOWED_ACE. */
static BOOLEAN has_plain_layout(UCHAR type)
{
    return type <= SYSTEM_ALARM_ACE_TYPE || type == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
}

static BOOLEAN valid_ace(PACE_HEADER ace, PUCHAR end)
{
    ULONG room = (ULONG)(end - (PUCHAR)ace);
    PACCESS_ALLOWED_ACE plain = (PACCESS_ALLOWED_ACE)ace;
    ULONG sid_at = FIELD_OFFSET(ACCESS_ALLOWED_ACE, SidStart);

    if (room < sizeof(*ace) || ace->AceSize < sizeof(*ace) || ace->AceSize > room ||
        ace->AceSize % sizeof(ULONG))
        return FALSE;
    if (!has_plain_layout(ace->AceType))
        return TRUE;
    return ace->AceSize >= sid_at + RtlLengthRequiredSid(0) && RtlValidSid(&plain->SidStart) &&
           ace->AceSize >= sid_at + RtlLengthSid(&plain->SidStart);
}

BOOLEAN ob_valid_acl(PACL acl, ULONG bytes)
{
    PACE_HEADER ace = first_ace(acl);
    USHORT i;

    if (bytes < sizeof(*acl) || acl->AclSize < sizeof(*acl) || acl->AclSize > bytes)
        return FALSE;
    if (acl->AclRevision < MIN_ACL_REVISION || acl->AclRevision > MAX_ACL_REVISION)
        return FALSE;
    for (i = 0; i < acl->AceCount; i++, ace = next_ace(ace))
        if (!valid_ace(ace, acl_end(acl)))
            return FALSE;
    return TRUE;
}

BOOLEAN NTAPI RtlValidAcl(PACL Acl)
{
    return ob_valid_acl(Acl, Acl->AclSize);
}

NTSTATUS NTAPI RtlCreateAcl(PACL Acl, ULONG AclLength, ULONG AclRevision)
{
    if (AclLength < sizeof(*Acl))
        return STATUS_BUFFER_TOO_SMALL;
    if (AclRevision < MIN_ACL_REVISION || AclRevision > MAX_ACL_REVISION || AclLength > MAXUSHORT)
        return STATUS_INVALID_PARAMETER;
    memset(Acl, 0, sizeof(*Acl));
    Acl->AclRevision = (UCHAR)AclRevision;
    Acl->AclSize = (USHORT)(AclLength & ~(sizeof(ULONG) - 1));
    return STATUS_SUCCESS;
}

/* The first byte after the last entry. The ACL is valid. */
static PUCHAR first_free(PACL acl)
{
    PACE_HEADER ace = first_ace(acl);
    USHORT i;

    for (i = 0; i < acl->AceCount; i++)
        ace = next_ace(ace);
    return (PUCHAR)ace;
}

static NTSTATUS add_ace(PACL acl, ULONG revision, UCHAR type, ULONG flags, ACCESS_MASK mask,
                        PSID sid)
{
    PACCESS_ALLOWED_ACE ace;
    ULONG bytes;

    if (!RtlValidSid(sid))
        return STATUS_INVALID_SID;
    if (acl->AclRevision > MAX_ACL_REVISION || revision > MAX_ACL_REVISION)
        return STATUS_REVISION_MISMATCH;
    if (!RtlValidAcl(acl))
        return STATUS_INVALID_ACL;
    bytes = FIELD_OFFSET(ACCESS_ALLOWED_ACE, SidStart) + RtlLengthSid(sid);
    ace = (PACCESS_ALLOWED_ACE)first_free(acl);
    if ((ULONG)(acl_end(acl) - (PUCHAR)ace) < bytes)
        return STATUS_ALLOTTED_SPACE_EXCEEDED;
    ace->Header.AceType = type;
    ace->Header.AceFlags = (UCHAR)flags;
    ace->Header.AceSize = (USHORT)bytes;
    ace->Mask = mask;
    memcpy(&ace->SidStart, sid, RtlLengthSid(sid));
    acl->AceCount++;
    if (acl->AclRevision < revision)
        acl->AclRevision = (UCHAR)revision;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid)
{
    return add_ace(Acl, AceRevision, ACCESS_ALLOWED_ACE_TYPE, 0, AccessMask, Sid);
}

NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL Acl, ULONG AceRevision, ULONG AceFlags,
                                        ACCESS_MASK AccessMask, PSID Sid)
{
    return add_ace(Acl, AceRevision, ACCESS_ALLOWED_ACE_TYPE, AceFlags, AccessMask, Sid);
}

NTSTATUS NTAPI RtlAddAccessDeniedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid)
{
    return add_ace(Acl, AceRevision, ACCESS_DENIED_ACE_TYPE, 0, AccessMask, Sid);
}

NTSTATUS NTAPI RtlGetAce(PACL Acl, ULONG AceIndex, PVOID *Ace)
{
    PACE_HEADER ace = first_ace(Acl);

    if (!RtlValidAcl(Acl) || AceIndex >= Acl->AceCount)
        return STATUS_INVALID_PARAMETER;
    while (AceIndex--)
        ace = next_ace(ace);
    *Ace = ace;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteAce(PACL Acl, ULONG AceIndex)
{
    PACE_HEADER ace;
    PUCHAR end;
    ULONG bytes;
    NTSTATUS status = RtlGetAce(Acl, AceIndex, (PVOID *)&ace);

    if (!NT_SUCCESS(status))
        return status;
    end = first_free(Acl);
    bytes = ace->AceSize;
    memmove(ace, next_ace(ace), end - (PUCHAR)next_ace(ace));
    memset(end - bytes, 0, bytes);
    Acl->AceCount--;
    return STATUS_SUCCESS;
}
