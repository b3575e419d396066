/*
 * The access check: what a token may do to what a descriptor protects.
 */
#include "security.h"

static ACCESS_MASK mapped(ACCESS_MASK access, const GENERIC_MAPPING *mapping)
{
    RtlMapGenericMask(&access, (PGENERIC_MAPPING)mapping);
    return access;
}

/* is_deny: an entry that denies also counts for groups that grant nothing. */
static BOOLEAN is_member(const struct ob_token *token, PSID sid, BOOLEAN is_deny)
{
    ULONG counting = SE_GROUP_ENABLED | (is_deny ? SE_GROUP_USE_FOR_DENY_ONLY : 0);
    ULONG i;

    if (ob_equal_sid(token->user, sid))
        return TRUE;
    for (i = 0; i < token->group_count; i++)
        if ((token->groups[i].Attributes & counting) && ob_equal_sid(token->groups[i].Sid, sid))
            return TRUE;
    return FALSE;
}

static BOOLEAN is_owner(const struct ob_token *token, PSID owner)
{
    ULONG i;

    if (!owner)
        return FALSE;
    if (ob_equal_sid(token->user, owner))
        return TRUE;
    for (i = 0; i < token->group_count; i++)
        if ((token->groups[i].Attributes & SE_GROUP_OWNER) &&
            ob_equal_sid(token->groups[i].Sid, owner))
            return TRUE;
    return FALSE;
}

/* One pass over the list, as far as it has come. */
struct check {
    const struct ob_token *token;
    const GENERIC_MAPPING *mapping;
    BOOLEAN is_owner;     /* the token owns the object */
    ACCESS_MASK granted;  /* by an entry, a privilege or ownership */
    ACCESS_MASK denied;   /* by an entry that came before one that grants */
    BOOLEAN owner_rights; /* the list says itself what the owner may do */
};

static BOOLEAN applies(struct check *check, PSID sid, BOOLEAN is_deny)
{
    if (ob_equal_sid(sid, ob_find_sid(L"OW"))) {
        check->owner_rights = TRUE;
        return check->is_owner;
    }
    return is_member(check->token, sid, is_deny);
}

static VOID weigh(struct check *check, PACL dacl)
{
    PACCESS_ALLOWED_ACE ace = (PACCESS_ALLOWED_ACE)(dacl + 1);
    USHORT i;

    for (i = 0; i < dacl->AceCount;
         i++, ace = (PACCESS_ALLOWED_ACE)((PUCHAR)ace + ace->Header.AceSize)) {
        BOOLEAN is_deny = ace->Header.AceType == ACCESS_DENIED_ACE_TYPE;

        if (ace->Header.AceFlags & INHERIT_ONLY_ACE)
            continue;
        if (!is_deny && ace->Header.AceType != ACCESS_ALLOWED_ACE_TYPE)
            continue;
        if (!applies(check, &ace->SidStart, is_deny))
            continue;
        if (is_deny)
            check->denied |= mapped(ace->Mask, check->mapping) & ~check->granted;
        else
            check->granted |= mapped(ace->Mask, check->mapping) & ~check->denied;
    }
}

/* What the token's privileges give without asking the list. */
static ACCESS_MASK by_privilege(PACCESS_TOKEN token, ACCESS_MASK desired)
{
    ACCESS_MASK granted = 0;

    if ((desired & ACCESS_SYSTEM_SECURITY) && ob_token_has_privilege(token, SE_SECURITY_PRIVILEGE))
        granted |= ACCESS_SYSTEM_SECURITY;
    if ((desired & WRITE_OWNER) && ob_token_has_privilege(token, SE_TAKE_OWNERSHIP_PRIVILEGE))
        granted |= WRITE_OWNER;
    return granted;
}

static ACCESS_MASK obtainable(PSECURITY_DESCRIPTOR descriptor, PACCESS_TOKEN token,
                              ACCESS_MASK desired, const GENERIC_MAPPING *mapping)
{
    struct check check = {.token = token, .mapping = mapping};
    BOOLEAN present;
    PACL dacl = ob_descriptor_dacl(descriptor, &present);

    check.granted = by_privilege(token, desired);
    check.is_owner = is_owner(token, ob_descriptor_owner(descriptor));
    if (!dacl)
        return check.granted | mapping->GenericAll | (desired & ~ACCESS_SYSTEM_SECURITY);
    weigh(&check, dacl);
    /* The owner can always read and mend the list, unless the list says otherwise. */
    if (check.is_owner && !check.owner_rights)
        check.granted |= READ_CONTROL | WRITE_DAC;
    return check.granted;
}

NTSTATUS ob_access_check(PSECURITY_DESCRIPTOR descriptor, PACCESS_TOKEN token, ACCESS_MASK desired,
                         const GENERIC_MAPPING *mapping, ACCESS_MASK *granted)
{
    ACCESS_MASK wanted = mapped(desired, mapping), available;
    BOOLEAN wants_maximum = (wanted & MAXIMUM_ALLOWED) != 0;

    *granted = 0;
    wanted &= ~MAXIMUM_ALLOWED;
    if (!descriptor || !token) {
        *granted = wanted | (wants_maximum ? mapping->GenericAll : 0);
        return STATUS_SUCCESS;
    }
    available = obtainable(descriptor, token, wanted, mapping);
    if (wanted & ~available) {
        if (wanted & ~available & ACCESS_SYSTEM_SECURITY)
            return STATUS_PRIVILEGE_NOT_HELD;
        return STATUS_ACCESS_DENIED;
    }
    if (wants_maximum)
        wanted |= available & ~MAXIMUM_ALLOWED;
    if (!wanted && wants_maximum)
        return STATUS_ACCESS_DENIED;
    *granted = wanted;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI SeAccessCheck(PSECURITY_DESCRIPTOR SecurityDescriptor,
                            PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext,
                            BOOLEAN SubjectContextLocked, ACCESS_MASK DesiredAccess,
                            ACCESS_MASK PreviouslyGrantedAccess, PPRIVILEGE_SET *Privileges,
                            PGENERIC_MAPPING GenericMapping, KPROCESSOR_MODE AccessMode,
                            PACCESS_MASK GrantedAccess, PNTSTATUS AccessStatus)
{
    PSECURITY_SUBJECT_CONTEXT context = SubjectSecurityContext;
    ACCESS_MASK granted = 0;

    UNREFERENCED_PARAMETER(SubjectContextLocked);
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (Privileges)
        *Privileges = NULL;
    if (AccessMode == KernelMode) {
        granted = DesiredAccess & ~MAXIMUM_ALLOWED;
        if (DesiredAccess & MAXIMUM_ALLOWED)
            granted |= GenericMapping->GenericAll;
        *AccessStatus = STATUS_SUCCESS;
    } else if (!SecurityDescriptor || (!DesiredAccess && !PreviouslyGrantedAccess)) {
        *AccessStatus = STATUS_ACCESS_DENIED;
    } else {
        *AccessStatus = ob_access_check(
            SecurityDescriptor, context->ClientToken ? context->ClientToken : context->PrimaryToken,
            DesiredAccess, GenericMapping, &granted);
    }
    *GrantedAccess = NT_SUCCESS(*AccessStatus) ? granted | PreviouslyGrantedAccess : 0;
    return NT_SUCCESS(*AccessStatus);
}
