/*
 * Security descriptors: the absolute form with pointers, the self-relative one
 * in a single piece.
 */
#include "security.h"

#include "../ex/ex.h"

/* What a descriptor points to, wherever that lies. */
struct parts {
    SECURITY_DESCRIPTOR_CONTROL control;
    const VOID *address[4]; /* NULL: not there */
    ULONG bytes[4];         /* of each, as it was measured */
};

enum part { PART_OWNER, PART_GROUP, PART_SACL, PART_DACL };

static PVOID at_offset(PSECURITY_DESCRIPTOR descriptor, ULONG offset)
{
    return offset ? (PUCHAR)descriptor + offset : NULL;
}

static BOOLEAN is_relative(PSECURITY_DESCRIPTOR descriptor)
{
    return (((PISECURITY_DESCRIPTOR)descriptor)->Control & SE_SELF_RELATIVE) != 0;
}

PSID ob_descriptor_owner(PSECURITY_DESCRIPTOR descriptor)
{
    if (is_relative(descriptor))
        return at_offset(descriptor, ((PISECURITY_DESCRIPTOR_RELATIVE)descriptor)->Owner);
    return ((PISECURITY_DESCRIPTOR)descriptor)->Owner;
}

PSID ob_descriptor_group(PSECURITY_DESCRIPTOR descriptor)
{
    if (is_relative(descriptor))
        return at_offset(descriptor, ((PISECURITY_DESCRIPTOR_RELATIVE)descriptor)->Group);
    return ((PISECURITY_DESCRIPTOR)descriptor)->Group;
}

PACL ob_descriptor_dacl(PSECURITY_DESCRIPTOR descriptor, PBOOLEAN present)
{
    *present = (((PISECURITY_DESCRIPTOR)descriptor)->Control & SE_DACL_PRESENT) != 0;
    if (!*present)
        return NULL;
    if (is_relative(descriptor))
        return at_offset(descriptor, ((PISECURITY_DESCRIPTOR_RELATIVE)descriptor)->Dacl);
    return ((PISECURITY_DESCRIPTOR)descriptor)->Dacl;
}

PACL ob_descriptor_sacl(PSECURITY_DESCRIPTOR descriptor, PBOOLEAN present)
{
    *present = (((PISECURITY_DESCRIPTOR)descriptor)->Control & SE_SACL_PRESENT) != 0;
    if (!*present)
        return NULL;
    if (is_relative(descriptor))
        return at_offset(descriptor, ((PISECURITY_DESCRIPTOR_RELATIVE)descriptor)->Sacl);
    return ((PISECURITY_DESCRIPTOR)descriptor)->Sacl;
}

static NTSTATUS find_parts(PSECURITY_DESCRIPTOR descriptor, KPROCESSOR_MODE mode,
                           struct parts *parts)
{
    SECURITY_DESCRIPTOR_RELATIVE relative;
    SECURITY_DESCRIPTOR absolute;
    NTSTATUS status = ob_copy_in(&relative, descriptor, sizeof(relative), mode);

    memset(parts, 0, sizeof(*parts));
    if (!NT_SUCCESS(status))
        return status;
    if (relative.Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    parts->control = relative.Control;
    if (relative.Control & SE_SELF_RELATIVE) {
        parts->address[PART_OWNER] = at_offset(descriptor, relative.Owner);
        parts->address[PART_GROUP] = at_offset(descriptor, relative.Group);
        parts->address[PART_SACL] = at_offset(descriptor, relative.Sacl);
        parts->address[PART_DACL] = at_offset(descriptor, relative.Dacl);
    } else {
        status = ob_copy_in(&absolute, descriptor, sizeof(absolute), mode);
        parts->address[PART_OWNER] = absolute.Owner;
        parts->address[PART_GROUP] = absolute.Group;
        parts->address[PART_SACL] = absolute.Sacl;
        parts->address[PART_DACL] = absolute.Dacl;
    }
    if (!(parts->control & SE_SACL_PRESENT))
        parts->address[PART_SACL] = NULL;
    if (!(parts->control & SE_DACL_PRESENT))
        parts->address[PART_DACL] = NULL;
    return status;
}

static NTSTATUS measure_parts(struct parts *parts, KPROCESSOR_MODE mode)
{
    union {
        ACL acl;
        UCHAR sid[RTL_SIZEOF_THROUGH_FIELD(SID, IdentifierAuthority)];
    } head;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(parts->address) && NT_SUCCESS(status); i++) {
        if (!parts->address[i])
            continue;
        status = ob_copy_in(&head, parts->address[i], sizeof(head), mode);
        parts->bytes[i] = i >= PART_SACL ? head.acl.AclSize : RtlLengthSid(&head);
    }
    return status;
}

static ULONG aligned(ULONG bytes)
{
    return (bytes + sizeof(ULONG) - 1) & ~(ULONG)(sizeof(ULONG) - 1);
}

static ULONG total_bytes(const struct parts *parts)
{
    ULONG bytes = sizeof(SECURITY_DESCRIPTOR_RELATIVE), i;

    for (i = 0; i < RTL_NUMBER_OF(parts->bytes); i++)
        bytes += aligned(parts->bytes[i]);
    return bytes;
}

/* Lays the parts out behind a header, in room of total_bytes. */
static NTSTATUS compose(const struct parts *parts, KPROCESSOR_MODE mode,
                        PISECURITY_DESCRIPTOR_RELATIVE relative)
{
    ULONG *offsets[4] = {&relative->Owner, &relative->Group, &relative->Sacl, &relative->Dacl};
    ULONG at = sizeof(*relative), i;
    NTSTATUS status = STATUS_SUCCESS;

    memset(relative, 0, total_bytes(parts));
    relative->Revision = SECURITY_DESCRIPTOR_REVISION;
    relative->Control = parts->control | SE_SELF_RELATIVE;
    for (i = 0; i < RTL_NUMBER_OF(offsets) && NT_SUCCESS(status); i++) {
        if (!parts->bytes[i])
            continue;
        *offsets[i] = at;
        status = ob_copy_in((PUCHAR)relative + at, parts->address[i], parts->bytes[i], mode);
        at += aligned(parts->bytes[i]);
    }
    return status;
}

static BOOLEAN valid_sid_within(PSECURITY_DESCRIPTOR descriptor, ULONG offset, ULONG bytes)
{
    PSID sid = (PUCHAR)descriptor + offset;

    if (!offset)
        return TRUE;
    return offset % sizeof(ULONG) == 0 && offset <= bytes &&
           bytes - offset >= RtlLengthRequiredSid(0) && RtlValidSid(sid) &&
           bytes - offset >= RtlLengthSid(sid);
}

static BOOLEAN valid_acl_within(PSECURITY_DESCRIPTOR descriptor, ULONG offset, ULONG bytes)
{
    if (!offset)
        return TRUE;
    return offset % sizeof(ULONG) == 0 && offset <= bytes && bytes - offset >= sizeof(ACL) &&
           ob_valid_acl((PACL)((PUCHAR)descriptor + offset), bytes - offset);
}

BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptorInput,
                                                 ULONG SecurityDescriptorLength,
                                                 SECURITY_INFORMATION RequiredInformation)
{
    PISECURITY_DESCRIPTOR_RELATIVE relative = SecurityDescriptorInput;
    ULONG bytes = SecurityDescriptorLength;

    if (bytes < sizeof(*relative) || relative->Revision != SECURITY_DESCRIPTOR_REVISION ||
        !(relative->Control & SE_SELF_RELATIVE))
        return FALSE;
    if (((RequiredInformation & OWNER_SECURITY_INFORMATION) && !relative->Owner) ||
        ((RequiredInformation & GROUP_SECURITY_INFORMATION) && !relative->Group))
        return FALSE;
    return valid_sid_within(relative, relative->Owner, bytes) &&
           valid_sid_within(relative, relative->Group, bytes) &&
           (!(relative->Control & SE_SACL_PRESENT) ||
            valid_acl_within(relative, relative->Sacl, bytes)) &&
           (!(relative->Control & SE_DACL_PRESENT) ||
            valid_acl_within(relative, relative->Dacl, bytes));
}

NTSTATUS ob_capture_security(PSECURITY_DESCRIPTOR descriptor, KPROCESSOR_MODE mode,
                             PSECURITY_DESCRIPTOR *captured)
{
    PISECURITY_DESCRIPTOR_RELATIVE relative;
    struct parts parts;
    NTSTATUS status = find_parts(descriptor, mode, &parts);

    *captured = NULL;
    if (NT_SUCCESS(status))
        status = measure_parts(&parts, mode);
    if (!NT_SUCCESS(status))
        return status;
    relative = ExAllocatePoolWithTag(PagedPool, total_bytes(&parts), EX_TAG_SECURITY);
    if (!relative)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = compose(&parts, mode, relative);
    /* What was measured may have changed since: only the copy is judged. */
    if (NT_SUCCESS(status) && !RtlValidRelativeSecurityDescriptor(relative, total_bytes(&parts), 0))
        status = STATUS_INVALID_SECURITY_DESCR;
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(relative, EX_TAG_SECURITY);
        return status;
    }
    *captured = relative;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
                                           PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
                                           PULONG BufferLength)
{
    struct parts parts;
    ULONG room = *BufferLength;
    NTSTATUS status;

    if (is_relative(AbsoluteSecurityDescriptor))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    status = find_parts(AbsoluteSecurityDescriptor, KernelMode, &parts);
    if (NT_SUCCESS(status))
        status = measure_parts(&parts, KernelMode);
    if (!NT_SUCCESS(status))
        return status;
    *BufferLength = total_bytes(&parts);
    if (room < *BufferLength)
        return STATUS_BUFFER_TOO_SMALL;
    return compose(&parts, KernelMode, SelfRelativeSecurityDescriptor);
}

ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    struct parts parts;

    find_parts(SecurityDescriptor, KernelMode, &parts);
    measure_parts(&parts, KernelMode);
    if (is_relative(SecurityDescriptor))
        return total_bytes(&parts);
    return total_bytes(&parts) - sizeof(SECURITY_DESCRIPTOR_RELATIVE) + sizeof(SECURITY_DESCRIPTOR);
}

BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    PISECURITY_DESCRIPTOR descriptor = SecurityDescriptor;
    BOOLEAN present;
    PSID owner, group;
    PACL dacl, sacl;

    if (!descriptor || descriptor->Revision != SECURITY_DESCRIPTOR_REVISION)
        return FALSE;
    owner = ob_descriptor_owner(descriptor);
    group = ob_descriptor_group(descriptor);
    dacl = ob_descriptor_dacl(descriptor, &present);
    sacl = ob_descriptor_sacl(descriptor, &present);
    return (!owner || RtlValidSid(owner)) && (!group || RtlValidSid(group)) &&
           (!dacl || ob_valid_acl(dacl, dacl->AclSize)) &&
           (!sacl || ob_valid_acl(sacl, sacl->AclSize));
}

BOOLEAN NTAPI SeValidSecurityDescriptor(ULONG Length, PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    return RtlValidRelativeSecurityDescriptor(SecurityDescriptor, Length, 0);
}
