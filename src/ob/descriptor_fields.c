/*
 * Security descriptors: making an absolute one, setting and getting its fields.
 */
#include "security.h"

NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Revision)
{
    PISECURITY_DESCRIPTOR descriptor = SecurityDescriptor;

    if (Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    memset(descriptor, 0, sizeof(*descriptor));
    descriptor->Revision = SECURITY_DESCRIPTOR_REVISION;
    return STATUS_SUCCESS;
}

static NTSTATUS check_settable(PISECURITY_DESCRIPTOR descriptor)
{
    if (descriptor->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    return descriptor->Control & SE_SELF_RELATIVE ? STATUS_INVALID_SECURITY_DESCR : STATUS_SUCCESS;
}

static VOID set_flag(PISECURITY_DESCRIPTOR descriptor, SECURITY_DESCRIPTOR_CONTROL flag,
                     BOOLEAN value)
{
    if (value)
        descriptor->Control |= flag;
    else
        descriptor->Control &= ~flag;
}

NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            BOOLEAN DaclPresent, PACL Dacl, BOOLEAN DaclDefaulted)
{
    PISECURITY_DESCRIPTOR descriptor = SecurityDescriptor;
    NTSTATUS status = check_settable(descriptor);

    if (!NT_SUCCESS(status))
        return status;
    set_flag(descriptor, SE_DACL_PRESENT, DaclPresent);
    if (!DaclPresent)
        return STATUS_SUCCESS;
    descriptor->Dacl = Dacl;
    set_flag(descriptor, SE_DACL_DEFAULTED, DaclDefaulted);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Owner,
                                             BOOLEAN OwnerDefaulted)
{
    PISECURITY_DESCRIPTOR descriptor = SecurityDescriptor;
    NTSTATUS status = check_settable(descriptor);

    if (!NT_SUCCESS(status))
        return status;
    descriptor->Owner = Owner;
    set_flag(descriptor, SE_OWNER_DEFAULTED, OwnerDefaulted);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Group,
                                             BOOLEAN GroupDefaulted)
{
    PISECURITY_DESCRIPTOR descriptor = SecurityDescriptor;
    NTSTATUS status = check_settable(descriptor);

    if (!NT_SUCCESS(status))
        return status;
    descriptor->Group = Group;
    set_flag(descriptor, SE_GROUP_DEFAULTED, GroupDefaulted);
    return STATUS_SUCCESS;
}

static NTSTATUS check_revision(PISECURITY_DESCRIPTOR descriptor)
{
    return descriptor->Revision == SECURITY_DESCRIPTOR_REVISION ? STATUS_SUCCESS
                                                                : STATUS_UNKNOWN_REVISION;
}

NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            PBOOLEAN DaclPresent, PACL *Dacl,
                                            PBOOLEAN DaclDefaulted)
{
    PISECURITY_DESCRIPTOR descriptor = SecurityDescriptor;
    NTSTATUS status = check_revision(descriptor);
    PACL dacl;

    if (!NT_SUCCESS(status))
        return status;
    dacl = ob_descriptor_dacl(descriptor, DaclPresent);
    if (*DaclPresent) {
        *Dacl = dacl;
        *DaclDefaulted = (descriptor->Control & SE_DACL_DEFAULTED) != 0;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            PBOOLEAN SaclPresent, PACL *Sacl,
                                            PBOOLEAN SaclDefaulted)
{
    PISECURITY_DESCRIPTOR descriptor = SecurityDescriptor;
    NTSTATUS status = check_revision(descriptor);
    PACL sacl;

    if (!NT_SUCCESS(status))
        return status;
    sacl = ob_descriptor_sacl(descriptor, SaclPresent);
    if (*SaclPresent) {
        *Sacl = sacl;
        *SaclDefaulted = (descriptor->Control & SE_SACL_DEFAULTED) != 0;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID *Owner,
                                             PBOOLEAN OwnerDefaulted)
{
    PISECURITY_DESCRIPTOR descriptor = SecurityDescriptor;
    NTSTATUS status = check_revision(descriptor);

    if (!NT_SUCCESS(status))
        return status;
    *Owner = ob_descriptor_owner(descriptor);
    *OwnerDefaulted = (descriptor->Control & SE_OWNER_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID *Group,
                                             PBOOLEAN GroupDefaulted)
{
    PISECURITY_DESCRIPTOR descriptor = SecurityDescriptor;
    NTSTATUS status = check_revision(descriptor);

    if (!NT_SUCCESS(status))
        return status;
    *Group = ob_descriptor_group(descriptor);
    *GroupDefaulted = (descriptor->Control & SE_GROUP_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}
