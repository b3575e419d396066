/*
 * Security descriptors from text:
 *   O:owner G:group D:flags(type;flags;rights;;;sid)... S:flags(...)...
 */
#include "security.h"

#include "../ex/ex.h"

/* An entry takes at least the text "(A;;;;;SY)" and at most so many bytes. */
#define MAX_ACE_BYTES (FIELD_OFFSET(ACCESS_ALLOWED_ACE, SidStart) + OB_MAX_SID_BYTES)

/* Where the parser is, and what it lays the descriptor out in. */
struct parser {
    const WCHAR *at, *end;
    PISECURITY_DESCRIPTOR_RELATIVE descriptor;
    ULONG used; /* bytes of the descriptor so far */
};

struct letters {
    const WCHAR *text; /* two letters (ACL flags: one, two or more) */
    ULONG value;
};

static const struct letters rights[] = {
    {L"GA", GENERIC_ALL},
    {L"GR", GENERIC_READ},
    {L"GW", GENERIC_WRITE},
    {L"GX", GENERIC_EXECUTE},
    {L"RC", READ_CONTROL},
    {L"SD", DELETE},
    {L"WD", WRITE_DAC},
    {L"WO", WRITE_OWNER},
    {L"FA", FILE_ALL_ACCESS},
    {L"FR", FILE_GENERIC_READ},
    {L"FW", FILE_GENERIC_WRITE},
    {L"FX", FILE_GENERIC_EXECUTE},
    {L"KA", KEY_ALL_ACCESS},
    {L"KR", KEY_READ},
    {L"KW", KEY_WRITE},
    {L"KX", KEY_EXECUTE},
    {L"CC", 0x0001},
    {L"DC", 0x0002},
    {L"LC", 0x0004},
    {L"SW", 0x0008},
    {L"RP", 0x0010},
    {L"WP", 0x0020},
    {L"DT", 0x0040},
    {L"LO", 0x0080},
    {L"CR", 0x0100},
    {L"NW", 0x0001},
    {L"NR", 0x0002},
    {L"NX", 0x0004},
};

static const struct letters ace_flags[] = {
    {L"CI", CONTAINER_INHERIT_ACE},
    {L"OI", OBJECT_INHERIT_ACE},
    {L"NP", NO_PROPAGATE_INHERIT_ACE},
    {L"IO", INHERIT_ONLY_ACE},
    {L"ID", INHERITED_ACE},
    {L"SA", SUCCESSFUL_ACCESS_ACE_FLAG},
    {L"FA", FAILED_ACCESS_ACE_FLAG},
};

static const struct letters dacl_flags[] = {
    {L"P", SE_DACL_PROTECTED}, {L"AR", SE_DACL_AUTO_INHERIT_REQ}, {L"AI", SE_DACL_AUTO_INHERITED}};

static const struct letters sacl_flags[] = {
    {L"P", SE_SACL_PROTECTED}, {L"AR", SE_SACL_AUTO_INHERIT_REQ}, {L"AI", SE_SACL_AUTO_INHERITED}};

static const struct letters dacl_types[] = {{L"A", ACCESS_ALLOWED_ACE_TYPE},
                                            {L"D", ACCESS_DENIED_ACE_TYPE}};

static const struct letters sacl_types[] = {{L"AU", SYSTEM_AUDIT_ACE_TYPE},
                                            {L"AL", SYSTEM_ALARM_ACE_TYPE},
                                            {L"ML", SYSTEM_MANDATORY_LABEL_ACE_TYPE}};

static VOID skip_blanks(struct parser *parser)
{
    while (parser->at < parser->end && *parser->at == L' ')
        parser->at++;
}

static BOOLEAN take(struct parser *parser, const WCHAR *text)
{
    const WCHAR *at;

    skip_blanks(parser);
    for (at = parser->at; *text; text++, at++)
        if (at == parser->end || *at != *text)
            return FALSE;
    parser->at = at;
    return TRUE;
}

/* The value of the letters that come next; FALSE if they are none of the table's. */
static BOOLEAN take_one(struct parser *parser, const struct letters *table, ULONG count,
                        PULONG value)
{
    ULONG i;

    for (i = 0; i < count; i++) {
        if (!take(parser, table[i].text))
            continue;
        *value = table[i].value;
        return TRUE;
    }
    return FALSE;
}

static ULONG take_all(struct parser *parser, const struct letters *table, ULONG count)
{
    ULONG all = 0, value;

    while (take_one(parser, table, count, &value))
        all |= value;
    return all;
}

static ULONG digit_of(WCHAR c)
{
    if (c >= L'0' && c <= L'9')
        return c - L'0';
    if (c >= L'a' && c <= L'f')
        return c - L'a' + 10;
    if (c >= L'A' && c <= L'F')
        return c - L'A' + 10;
    return MAXULONG;
}

/* Decimal, 0x hexadecimal; at most limit. */
static NTSTATUS take_number(struct parser *parser, ULONG64 limit, PULONG64 value)
{
    ULONG base = take(parser, L"0x") || take(parser, L"0X") ? 16 : 10;
    const WCHAR *start = parser->at;

    *value = 0;
    for (; parser->at < parser->end && digit_of(*parser->at) < base; parser->at++) {
        *value = *value * base + digit_of(*parser->at);
        if (*value > limit)
            return STATUS_INVALID_PARAMETER;
    }
    return parser->at > start ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* S-1-authority-sub-sub..., past the "S-". */
static NTSTATUS take_numeric_sid(struct parser *parser, PISID sid)
{
    ULONG64 number;
    ULONG i;
    NTSTATUS status = take_number(parser, MAXUCHAR, &number);

    if (!NT_SUCCESS(status) || number != SID_REVISION || !take(parser, L"-"))
        return STATUS_INVALID_PARAMETER;
    status = take_number(parser, 0xFFFFFFFFFFFFull, &number);
    sid->Revision = SID_REVISION;
    sid->SubAuthorityCount = 0;
    for (i = 0; i < 6; i++)
        sid->IdentifierAuthority.Value[i] = (UCHAR)(number >> (40 - 8 * i));
    while (NT_SUCCESS(status) && take(parser, L"-")) {
        if (sid->SubAuthorityCount == SID_MAX_SUB_AUTHORITIES)
            return STATUS_INVALID_PARAMETER;
        status = take_number(parser, MAXULONG, &number);
        sid->SubAuthority[sid->SubAuthorityCount++] = (ULONG)number;
    }
    return NT_SUCCESS(status) && sid->SubAuthorityCount ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* sid has room for OB_MAX_SID_BYTES. */
static NTSTATUS take_sid(struct parser *parser, PSID sid)
{
    PSID known;

    if (take(parser, L"S-"))
        return take_numeric_sid(parser, sid);
    if (parser->end - parser->at < 2)
        return STATUS_INVALID_PARAMETER;
    known = ob_find_sid(parser->at);
    if (!known)
        return STATUS_INVALID_PARAMETER;
    parser->at += 2;
    return RtlCopySid(OB_MAX_SID_BYTES, sid, known);
}

static NTSTATUS take_rights(struct parser *parser, PACCESS_MASK mask)
{
    ULONG64 number;
    NTSTATUS status;

    skip_blanks(parser);
    if (parser->at < parser->end && digit_of(*parser->at) < 10) {
        status = take_number(parser, MAXULONG, &number);
        *mask = (ACCESS_MASK)number;
        return status;
    }
    *mask = take_all(parser, rights, RTL_NUMBER_OF(rights));
    return STATUS_SUCCESS;
}

/* One entry, past its '('. */
static NTSTATUS take_ace(struct parser *parser, const struct letters *types, ULONG type_count,
                         PACCESS_ALLOWED_ACE ace)
{
    ULONG type;
    NTSTATUS status;

    if (!take_one(parser, types, type_count, &type) || !take(parser, L";"))
        return STATUS_INVALID_PARAMETER;
    ace->Header.AceType = (UCHAR)type;
    ace->Header.AceFlags = (UCHAR)take_all(parser, ace_flags, RTL_NUMBER_OF(ace_flags));
    if (!take(parser, L";"))
        return STATUS_INVALID_PARAMETER;
    status = take_rights(parser, &ace->Mask);
    /* The two fields between are for object entries, which only a directory service has. */
    if (!NT_SUCCESS(status) || !take(parser, L";") || !take(parser, L";") || !take(parser, L";"))
        return STATUS_INVALID_PARAMETER;
    status = take_sid(parser, &ace->SidStart);
    if (!NT_SUCCESS(status) || !take(parser, L")"))
        return STATUS_INVALID_PARAMETER;
    ace->Header.AceSize =
        (USHORT)(FIELD_OFFSET(ACCESS_ALLOWED_ACE, SidStart) + RtlLengthSid(&ace->SidStart));
    return STATUS_SUCCESS;
}

static NTSTATUS take_aces(struct parser *parser, const struct letters *types, ULONG type_count)
{
    PUCHAR start = (PUCHAR)parser->descriptor + parser->used;
    PACL acl = (PACL)start;
    ULONG bytes = sizeof(*acl);
    USHORT count = 0;

    for (; take(parser, L"("); count++) {
        PACCESS_ALLOWED_ACE ace = (PACCESS_ALLOWED_ACE)(start + bytes);
        NTSTATUS status = take_ace(parser, types, type_count, ace);

        if (!NT_SUCCESS(status))
            return status;
        bytes += ace->Header.AceSize;
        if (bytes > MAXUSHORT)
            return STATUS_INVALID_ACL;
    }
    acl->AclRevision = ACL_REVISION;
    acl->AclSize = (USHORT)bytes;
    acl->AceCount = count;
    parser->used += bytes;
    return STATUS_SUCCESS;
}

static NTSTATUS take_dacl(struct parser *parser)
{
    PISECURITY_DESCRIPTOR_RELATIVE descriptor = parser->descriptor;

    if (descriptor->Control & SE_DACL_PRESENT)
        return STATUS_INVALID_PARAMETER;
    descriptor->Control |= SE_DACL_PRESENT;
    descriptor->Control |= (USHORT)take_all(parser, dacl_flags, RTL_NUMBER_OF(dacl_flags));
    /* A NULL list: everybody may do everything. */
    if (take(parser, L"NO_ACCESS_CONTROL"))
        return STATUS_SUCCESS;
    descriptor->Dacl = parser->used;
    return take_aces(parser, dacl_types, RTL_NUMBER_OF(dacl_types));
}

static NTSTATUS take_sacl(struct parser *parser)
{
    PISECURITY_DESCRIPTOR_RELATIVE descriptor = parser->descriptor;

    if (descriptor->Control & SE_SACL_PRESENT)
        return STATUS_INVALID_PARAMETER;
    descriptor->Control |= SE_SACL_PRESENT;
    descriptor->Control |= (USHORT)take_all(parser, sacl_flags, RTL_NUMBER_OF(sacl_flags));
    descriptor->Sacl = parser->used;
    return take_aces(parser, sacl_types, RTL_NUMBER_OF(sacl_types));
}

static NTSTATUS take_named_sid(struct parser *parser, PULONG offset)
{
    PSID sid = (PUCHAR)parser->descriptor + parser->used;
    NTSTATUS status = *offset ? STATUS_INVALID_PARAMETER : take_sid(parser, sid);

    if (!NT_SUCCESS(status))
        return status;
    *offset = parser->used;
    parser->used += RtlLengthSid(sid);
    return STATUS_SUCCESS;
}

static NTSTATUS take_descriptor(struct parser *parser)
{
    NTSTATUS status = STATUS_SUCCESS;

    for (skip_blanks(parser); NT_SUCCESS(status) && parser->at < parser->end; skip_blanks(parser)) {
        if (take(parser, L"O:"))
            status = take_named_sid(parser, &parser->descriptor->Owner);
        else if (take(parser, L"G:"))
            status = take_named_sid(parser, &parser->descriptor->Group);
        else if (take(parser, L"D:"))
            status = take_dacl(parser);
        else if (take(parser, L"S:"))
            status = take_sacl(parser);
        else
            status = STATUS_INVALID_PARAMETER;
    }
    return status;
}

/* No descriptor of this text takes more. */
static SIZE_T most_bytes(const struct parser *parser)
{
    SIZE_T bytes = sizeof(SECURITY_DESCRIPTOR_RELATIVE) + 2 * (OB_MAX_SID_BYTES + sizeof(ACL));
    const WCHAR *at;

    for (at = parser->at; at < parser->end; at++)
        if (*at == L'(')
            bytes += MAX_ACE_BYTES;
    return bytes;
}

NTSTATUS ob_security_from_sddl(PCUNICODE_STRING sddl, PSECURITY_DESCRIPTOR *descriptor)
{
    struct parser parser = {sddl->Buffer, sddl->Buffer + sddl->Length / sizeof(WCHAR), NULL, 0};
    SIZE_T bytes = most_bytes(&parser);
    NTSTATUS status;

    *descriptor = NULL;
    parser.descriptor = ExAllocatePoolWithTag(PagedPool, bytes, EX_TAG_SECURITY);
    if (!parser.descriptor)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(parser.descriptor, 0, bytes);
    parser.descriptor->Revision = SECURITY_DESCRIPTOR_REVISION;
    parser.descriptor->Control = SE_SELF_RELATIVE;
    parser.used = sizeof(*parser.descriptor);
    status = take_descriptor(&parser);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(parser.descriptor, EX_TAG_SECURITY);
        return status;
    }
    *descriptor = parser.descriptor;
    return STATUS_SUCCESS;
}
