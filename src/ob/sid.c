/*
 * Security identifiers.
 */
#include "security.h"

#include "../ex/ex.h"
#include "../rtl/rtl.h"

#define WORLD_AUTHORITY                                                                            \
    {                                                                                              \
        0, 0, 0, 0, 0, 1                                                                           \
    }
#define CREATOR_AUTHORITY                                                                          \
    {                                                                                              \
        0, 0, 0, 0, 0, 3                                                                           \
    }
#define NT_AUTHORITY                                                                               \
    {                                                                                              \
        0, 0, 0, 0, 0, 5                                                                           \
    }
#define PACKAGE_AUTHORITY                                                                          \
    {                                                                                              \
        0, 0, 0, 0, 0, 15                                                                          \
    }
#define LABEL_AUTHORITY                                                                            \
    {                                                                                              \
        0, 0, 0, 0, 0, 16                                                                          \
    }

#define BUILTIN 32

static const struct ob_well_known_sid well_known[] = {
    {L"AC", {1, 2, PACKAGE_AUTHORITY, {2, 1}}},
    {L"AN", {1, 1, NT_AUTHORITY, {7}}},
    {L"AO", {1, 2, NT_AUTHORITY, {BUILTIN, 548}}},
    {L"AU", {1, 1, NT_AUTHORITY, {11}}},
    {L"BA", {1, 2, NT_AUTHORITY, {BUILTIN, 544}}},
    {L"BG", {1, 2, NT_AUTHORITY, {BUILTIN, 546}}},
    {L"BO", {1, 2, NT_AUTHORITY, {BUILTIN, 551}}},
    {L"BU", {1, 2, NT_AUTHORITY, {BUILTIN, 545}}},
    {L"CG", {1, 1, CREATOR_AUTHORITY, {1}}},
    {L"CO", {1, 1, CREATOR_AUTHORITY, {0}}},
    {L"ED", {1, 1, NT_AUTHORITY, {9}}},
    {L"HI", {1, 1, LABEL_AUTHORITY, {0x3000}}},
    {L"IU", {1, 1, NT_AUTHORITY, {4}}},
    {L"LS", {1, 1, NT_AUTHORITY, {19}}},
    {L"LU", {1, 2, NT_AUTHORITY, {BUILTIN, 559}}},
    {L"LW", {1, 1, LABEL_AUTHORITY, {0x1000}}},
    {L"ME", {1, 1, LABEL_AUTHORITY, {0x2000}}},
    {L"MU", {1, 2, NT_AUTHORITY, {BUILTIN, 558}}},
    {L"NO", {1, 2, NT_AUTHORITY, {BUILTIN, 556}}},
    {L"NS", {1, 1, NT_AUTHORITY, {20}}},
    {L"NU", {1, 1, NT_AUTHORITY, {2}}},
    {L"OW", {1, 1, CREATOR_AUTHORITY, {4}}},
    {L"PO", {1, 2, NT_AUTHORITY, {BUILTIN, 550}}},
    {L"PS", {1, 1, NT_AUTHORITY, {10}}},
    {L"PU", {1, 2, NT_AUTHORITY, {BUILTIN, 547}}},
    {L"RC", {1, 1, NT_AUTHORITY, {12}}},
    {L"RD", {1, 2, NT_AUTHORITY, {BUILTIN, 555}}},
    {L"RE", {1, 2, NT_AUTHORITY, {BUILTIN, 552}}},
    {L"RU", {1, 2, NT_AUTHORITY, {BUILTIN, 554}}},
    {L"SI", {1, 1, LABEL_AUTHORITY, {0x4000}}},
    {L"SO", {1, 2, NT_AUTHORITY, {BUILTIN, 549}}},
    {L"SU", {1, 1, NT_AUTHORITY, {6}}},
    {L"SY", {1, 1, NT_AUTHORITY, {18}}},
    {L"UD", {1, 6, NT_AUTHORITY, {84, 0, 0, 0, 0, 0}}},
    {L"WD", {1, 1, WORLD_AUTHORITY, {0}}},
    {L"WR", {1, 1, NT_AUTHORITY, {33}}},
};

PSID ob_find_sid(const WCHAR name[2])
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(well_known); i++)
        if (well_known[i].name[0] == name[0] && well_known[i].name[1] == name[1])
            return (PSID)&well_known[i].sid;
    return NULL;
}

BOOLEAN NTAPI RtlValidSid(PSID Sid)
{
    PISID sid = Sid;

    return sid && sid->Revision == SID_REVISION &&
           sid->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

ULONG NTAPI RtlLengthRequiredSid(ULONG SubAuthorityCount)
{
    return FIELD_OFFSET(SID, SubAuthority) + SubAuthorityCount * sizeof(ULONG);
}

ULONG NTAPI RtlLengthSid(PSID Sid)
{
    return RtlLengthRequiredSid(((PISID)Sid)->SubAuthorityCount);
}

NTSTATUS NTAPI RtlInitializeSid(PSID Sid, PSID_IDENTIFIER_AUTHORITY IdentifierAuthority,
                                UCHAR SubAuthorityCount)
{
    PISID sid = Sid;

    if (SubAuthorityCount > SID_MAX_SUB_AUTHORITIES)
        return STATUS_INVALID_PARAMETER;
    sid->Revision = SID_REVISION;
    sid->SubAuthorityCount = SubAuthorityCount;
    sid->IdentifierAuthority = *IdentifierAuthority;
    return STATUS_SUCCESS;
}

PULONG NTAPI RtlSubAuthoritySid(PSID Sid, ULONG SubAuthority)
{
    return &((PISID)Sid)->SubAuthority[SubAuthority];
}

PUCHAR NTAPI RtlSubAuthorityCountSid(PSID Sid)
{
    return &((PISID)Sid)->SubAuthorityCount;
}

PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID Sid)
{
    return &((PISID)Sid)->IdentifierAuthority;
}

BOOLEAN ob_equal_sid(PSID a, PSID b)
{
    ULONG bytes = RtlLengthSid(a);

    return bytes == RtlLengthSid(b) && !memcmp(a, b, bytes);
}

BOOLEAN NTAPI RtlEqualSid(PSID Sid1, PSID Sid2)
{
    return ob_equal_sid(Sid1, Sid2);
}

BOOLEAN NTAPI RtlEqualPrefixSid(PSID Sid1, PSID Sid2)
{
    ULONG bytes = RtlLengthSid(Sid1);
    BOOLEAN has_last = ((PISID)Sid1)->SubAuthorityCount != 0;

    return bytes == RtlLengthSid(Sid2) &&
           !memcmp(Sid1, Sid2, bytes - (has_last ? sizeof(ULONG) : 0));
}

NTSTATUS NTAPI RtlCopySid(ULONG Length, PSID Destination, PSID Source)
{
    ULONG bytes = RtlLengthSid(Source);

    if (bytes > Length)
        return STATUS_BUFFER_TOO_SMALL;
    memmove(Destination, Source, bytes);
    return STATUS_SUCCESS;
}

static SIZE_T describe(PISID sid, PCHAR text, SIZE_T size)
{
    PUCHAR value = sid->IdentifierAuthority.Value;
    ULONG low = (ULONG)value[2] << 24 | (ULONG)value[3] << 16 | (ULONG)value[4] << 8 | value[5];
    SIZE_T length;
    UCHAR i;

    /* An authority of more than 32 bits is written in hexadecimal. */
    if (value[0] || value[1])
        length =
            rtl_format(text, size, "S-%u-0x%02x%02x%08x", sid->Revision, value[0], value[1], low);
    else
        length = rtl_format(text, size, "S-%u-%u", sid->Revision, low);
    for (i = 0; i < sid->SubAuthorityCount; i++)
        length += rtl_format(text + length, size - length, "-%u", sid->SubAuthority[i]);
    return length;
}

NTSTATUS NTAPI RtlConvertSidToUnicodeString(PUNICODE_STRING UnicodeString, PSID Sid,
                                            BOOLEAN AllocateDestinationString)
{
    CHAR text[256]; /* the longest SID has 199 characters */
    ANSI_STRING ansi;

    if (!RtlValidSid(Sid))
        return STATUS_INVALID_SID;
    ansi.Buffer = text;
    ansi.Length = (USHORT)describe(Sid, text, sizeof(text));
    ansi.MaximumLength = ansi.Length + 1;
    return RtlAnsiStringToUnicodeString(UnicodeString, &ansi, AllocateDestinationString);
}
