/* What a descriptor's text says is what a token gets; a program is refused what it is not given. */
#include "fixture.h"

#include <wdmsec.h>

static const GENERIC_MAPPING mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                                        FILE_ALL_ACCESS};

static PSECURITY_DESCRIPTOR parse(PCWSTR text)
{
    UNICODE_STRING sddl = name_of(text);
    PSECURITY_DESCRIPTOR descriptor;

    assert_status(ob_security_from_sddl(&sddl, &descriptor), STATUS_SUCCESS);
    assert_true(RtlValidSecurityDescriptor(descriptor));
    assert_true(
        RtlValidRelativeSecurityDescriptor(descriptor, RtlLengthSecurityDescriptor(descriptor), 0));
    return descriptor;
}

static void discard(PSECURITY_DESCRIPTOR descriptor)
{
    ExFreePoolWithTag(descriptor, EX_TAG_SECURITY);
}

/* Of user 1000, in group 100 and besides in 7 and 4294967295. */
static PACCESS_TOKEN make_token(BOOLEAN is_administrator)
{
    static const ULONG groups[] = {7, MAXULONG};
    const struct ob_user user = {is_administrator, 1000, 100, 2, groups};
    PACCESS_TOKEN token;

    assert_status(ob_token_create(&user, &token), STATUS_SUCCESS);
    return token;
}

static void malformed_text_is_refused(void **state)
{
    static const PCWSTR texts[] = {
        L"X:",
        L"D",
        L"D:P(",
        L"D:P(A",
        L"D:P(A;;GA;;;SY",
        L"D:P(A;;GA;;;XX)",
        L"D:P(Q;;GA;;;SY)",
        L"D:P(A;;ZZ;;;SY)",
        L"D:P(A;;GA;;SY)",
        L"D:P(A;QQ;GA;;;SY)",
        L"D:P(A;;GA;;;S-2-5-18)",
        L"D:P(A;;GA;;;S-1)",
        L"D:P(A;;GA;;;S-1-5)",
        L"D:P(A;;GA;;;S-1-5-)",
        L"D:P(A;;0x1FFFFFFFF;;;SY)",
        L"D:P(A;;GA;;;S-1-5-4294967296)",
        L"O:",
        L"O:SYO:SY",
        L"D:PD:P",
        L"S:(A;;GA;;;SY)",
        L"D:(ML;;NW;;;LW)",
        L"D:P(A;;GA;;;SY)x",
        L"D:(A;;GA;;;S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16)",
    };
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(texts); i++) {
        UNICODE_STRING sddl = name_of(texts[i]);
        PSECURITY_DESCRIPTOR descriptor = &sddl;

        assert_status(ob_security_from_sddl(&sddl, &descriptor), STATUS_INVALID_PARAMETER);
        assert_null(descriptor);
    }
}

static void every_part_is_there(void **state)
{
    PSECURITY_DESCRIPTOR descriptor =
        parse(L" O:BA G:S-1-5-32-545 D:PAI(D;CIOI;0x1f;;;WD)(A;;GRSD;;;S-1-5-18) S:(ML;;NW;;;LW)");
    UNICODE_STRING text = {0};
    PACCESS_ALLOWED_ACE ace;
    BOOLEAN present, defaulted;
    PSID sid;
    PACL acl;

    UNREFERENCED_PARAMETER(state);
    assert_status(RtlGetOwnerSecurityDescriptor(descriptor, &sid, &defaulted), STATUS_SUCCESS);
    assert_status(RtlConvertSidToUnicodeString(&text, sid, TRUE), STATUS_SUCCESS);
    assert_string_is(text, L"S-1-5-32-544");
    RtlFreeUnicodeString(&text);
    assert_status(RtlGetGroupSecurityDescriptor(descriptor, &sid, &defaulted), STATUS_SUCCESS);
    assert_status(RtlConvertSidToUnicodeString(&text, sid, TRUE), STATUS_SUCCESS);
    assert_string_is(text, L"S-1-5-32-545");
    RtlFreeUnicodeString(&text);
    assert_status(RtlGetDaclSecurityDescriptor(descriptor, &present, &acl, &defaulted),
                  STATUS_SUCCESS);
    assert_true(present);
    assert_int_equal(acl->AceCount, 2);
    assert_true(((PISECURITY_DESCRIPTOR)descriptor)->Control & SE_DACL_PROTECTED);
    assert_true(((PISECURITY_DESCRIPTOR)descriptor)->Control & SE_DACL_AUTO_INHERITED);
    assert_status(RtlGetAce(acl, 0, (PVOID *)&ace), STATUS_SUCCESS);
    assert_int_equal(ace->Header.AceType, ACCESS_DENIED_ACE_TYPE);
    assert_int_equal(ace->Header.AceFlags, CONTAINER_INHERIT_ACE | OBJECT_INHERIT_ACE);
    assert_int_equal(ace->Mask, 0x1f);
    assert_status(RtlGetAce(acl, 1, (PVOID *)&ace), STATUS_SUCCESS);
    assert_int_equal(ace->Mask, GENERIC_READ | DELETE);
    assert_true(RtlEqualSid(&ace->SidStart, SeExports->SeLocalSystemSid));
    assert_status(RtlGetAce(acl, 2, (PVOID *)&ace), STATUS_INVALID_PARAMETER);
    assert_status(RtlGetSaclSecurityDescriptor(descriptor, &present, &acl, &defaulted),
                  STATUS_SUCCESS);
    assert_true(present);
    assert_int_equal(acl->AceCount, 1);
    discard(descriptor);
}

static void who_gets_what(void **state)
{
    static const struct {
        PCWSTR sddl;
        BOOLEAN is_administrator;
        ACCESS_MASK desired;
        NTSTATUS status;
        ACCESS_MASK granted;
    } cases[] = {
        /* An empty list grants nothing, a NULL one everything. */
        {L"D:P", TRUE, FILE_READ_DATA, STATUS_ACCESS_DENIED, 0},
        {L"D:NO_ACCESS_CONTROL", FALSE, FILE_WRITE_DATA, STATUS_SUCCESS, FILE_WRITE_DATA},
        {L"O:BA", FALSE, GENERIC_ALL, STATUS_SUCCESS, FILE_ALL_ACCESS},
        {L"D:P(A;;GA;;;SY)", TRUE, GENERIC_ALL, STATUS_SUCCESS, FILE_ALL_ACCESS},
        {L"D:P(A;;GA;;;SY)", FALSE, FILE_READ_DATA, STATUS_ACCESS_DENIED, 0},
        {L"D:P(A;;GA;;;BA)", TRUE, GENERIC_ALL, STATUS_SUCCESS, FILE_ALL_ACCESS},
        {L"D:P(A;;GR;;;WD)", FALSE, GENERIC_READ, STATUS_SUCCESS, FILE_GENERIC_READ},
        {L"D:P(A;;GR;;;WD)", FALSE, GENERIC_WRITE, STATUS_ACCESS_DENIED, 0},
        {L"D:P(A;;GR;;;WD)", FALSE, GENERIC_READ | FILE_WRITE_DATA, STATUS_ACCESS_DENIED, 0},
        {L"D:P(A;;GR;;;BU)(A;;GW;;;AU)", FALSE, GENERIC_READ | GENERIC_WRITE, STATUS_SUCCESS,
         FILE_GENERIC_READ | FILE_GENERIC_WRITE},
        /* The first entry that speaks of a right decides. */
        {L"D:(D;;FW;;;WD)(A;;FA;;;WD)", FALSE, FILE_READ_DATA, STATUS_SUCCESS, FILE_READ_DATA},
        {L"D:(D;;FW;;;WD)(A;;FA;;;WD)", FALSE, FILE_WRITE_DATA, STATUS_ACCESS_DENIED, 0},
        {L"D:(A;;FA;;;WD)(D;;FW;;;WD)", FALSE, FILE_WRITE_DATA, STATUS_SUCCESS, FILE_WRITE_DATA},
        {L"D:(A;IO;FA;;;WD)", FALSE, FILE_READ_DATA, STATUS_ACCESS_DENIED, 0},
        {L"D:(A;;0x3;;;WD)", FALSE, MAXIMUM_ALLOWED, STATUS_SUCCESS, 3},
        {L"D:(D;;0x2;;;WD)(A;;0x3;;;WD)", FALSE, MAXIMUM_ALLOWED, STATUS_SUCCESS, 1},
        {L"D:(A;;0x1;;;WD)", FALSE, MAXIMUM_ALLOWED | FILE_WRITE_DATA, STATUS_ACCESS_DENIED, 0},
        {L"D:P", FALSE, MAXIMUM_ALLOWED, STATUS_ACCESS_DENIED, 0},
        /* The owner can mend the list, unless it says what the owner may do. */
        {L"O:BAD:P", TRUE, READ_CONTROL | WRITE_DAC, STATUS_SUCCESS, READ_CONTROL | WRITE_DAC},
        {L"O:BAD:P", TRUE, FILE_READ_DATA, STATUS_ACCESS_DENIED, 0},
        {L"O:BAD:P", FALSE, READ_CONTROL, STATUS_ACCESS_DENIED, 0},
        {L"O:BAD:P(A;;RC;;;OW)", TRUE, WRITE_DAC, STATUS_ACCESS_DENIED, 0},
        {L"O:BAD:P(A;;RC;;;OW)", TRUE, READ_CONTROL, STATUS_SUCCESS, READ_CONTROL},
        /* Whom Linux knows the token's user as, administrator or not. */
        {L"D:P(A;;FR;;;S-1-22-1-1000)", FALSE, FILE_READ_DATA, STATUS_SUCCESS, FILE_READ_DATA},
        {L"D:P(A;;FR;;;S-1-22-1-1000)", TRUE, FILE_READ_DATA, STATUS_SUCCESS, FILE_READ_DATA},
        {L"D:P(A;;FR;;;S-1-22-1-1001)", FALSE, FILE_READ_DATA, STATUS_ACCESS_DENIED, 0},
        {L"D:P(A;;FR;;;S-1-22-2-1000)", FALSE, FILE_READ_DATA, STATUS_ACCESS_DENIED, 0},
        {L"D:P(A;;FR;;;S-1-22-2-100)", FALSE, FILE_READ_DATA, STATUS_SUCCESS, FILE_READ_DATA},
        {L"D:P(A;;FR;;;S-1-22-2-7)", TRUE, FILE_READ_DATA, STATUS_SUCCESS, FILE_READ_DATA},
        {L"D:P(A;;FR;;;S-1-22-2-4294967295)", FALSE, FILE_READ_DATA, STATUS_SUCCESS,
         FILE_READ_DATA},
        {L"D:P(A;;FR;;;S-1-22-2-8)", FALSE, FILE_READ_DATA, STATUS_ACCESS_DENIED, 0},
        {L"D:P(D;;FR;;;S-1-22-2-7)(A;;FR;;;WD)", FALSE, FILE_READ_DATA, STATUS_ACCESS_DENIED, 0},
        {L"O:S-1-22-1-1000D:P", FALSE, WRITE_DAC, STATUS_SUCCESS, WRITE_DAC},
        /* Privileges. */
        {L"D:P", TRUE, WRITE_OWNER, STATUS_SUCCESS, WRITE_OWNER},
        {L"D:P", FALSE, WRITE_OWNER, STATUS_ACCESS_DENIED, 0},
        {L"D:(A;;FA;;;WD)", TRUE, ACCESS_SYSTEM_SECURITY, STATUS_SUCCESS, ACCESS_SYSTEM_SECURITY},
        {L"D:(A;;FA;;;WD)", FALSE, ACCESS_SYSTEM_SECURITY, STATUS_PRIVILEGE_NOT_HELD, 0},
        {L"D:P(A;;FA;;;WD)", FALSE, 0, STATUS_SUCCESS, 0},
    };
    PACCESS_TOKEN tokens[] = {make_token(FALSE), make_token(TRUE)};
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(cases); i++) {
        PSECURITY_DESCRIPTOR descriptor = parse(cases[i].sddl);
        ACCESS_MASK granted = 0xDEAD;
        NTSTATUS status = ob_access_check(descriptor, tokens[cases[i].is_administrator],
                                          cases[i].desired, &mapping, &granted);

        if (status != cases[i].status || granted != cases[i].granted)
            fail_msg("%S for %s asking %08x: expected %08x with %08x, got %08x with %08x",
                     cases[i].sddl, cases[i].is_administrator ? "an administrator" : "a user",
                     cases[i].desired, cases[i].status, cases[i].granted, status, granted);
        discard(descriptor);
    }
    ObDereferenceObject(tokens[0]);
    ObDereferenceObject(tokens[1]);
}

static void the_kits_descriptors_parse(void **state)
{
    static const struct {
        const UNICODE_STRING *sddl;
        NTSTATUS user_reads, user_writes, administrator_writes;
    } cases[] = {
        {&SDDL_DEVOBJ_KERNEL_ONLY, STATUS_ACCESS_DENIED, STATUS_ACCESS_DENIED,
         STATUS_ACCESS_DENIED},
        {&SDDL_DEVOBJ_SYS_ALL, STATUS_ACCESS_DENIED, STATUS_ACCESS_DENIED, STATUS_SUCCESS},
        {&SDDL_DEVOBJ_SYS_ALL_ADM_ALL, STATUS_ACCESS_DENIED, STATUS_ACCESS_DENIED, STATUS_SUCCESS},
        {&SDDL_DEVOBJ_SYS_ALL_ADM_RX, STATUS_ACCESS_DENIED, STATUS_ACCESS_DENIED, STATUS_SUCCESS},
        {&SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_R, STATUS_SUCCESS, STATUS_ACCESS_DENIED,
         STATUS_SUCCESS},
        {&SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_R_RES_R, STATUS_SUCCESS, STATUS_ACCESS_DENIED,
         STATUS_SUCCESS},
        {&SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RW_RES_R, STATUS_SUCCESS, STATUS_SUCCESS,
         STATUS_SUCCESS},
        {&SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RWX_RES_RWX, STATUS_SUCCESS, STATUS_SUCCESS,
         STATUS_SUCCESS},
    };
    PACCESS_TOKEN user = make_token(FALSE), administrator = make_token(TRUE);
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(cases); i++) {
        PSECURITY_DESCRIPTOR descriptor;
        ACCESS_MASK granted;

        assert_status(ob_security_from_sddl(cases[i].sddl, &descriptor), STATUS_SUCCESS);
        assert_status(ob_access_check(descriptor, user, GENERIC_READ, &mapping, &granted),
                      cases[i].user_reads);
        assert_status(ob_access_check(descriptor, user, GENERIC_WRITE, &mapping, &granted),
                      cases[i].user_writes);
        assert_status(ob_access_check(descriptor, administrator, GENERIC_WRITE, &mapping, &granted),
                      cases[i].administrator_writes);
        discard(descriptor);
    }
    ObDereferenceObject(user);
    ObDereferenceObject(administrator);
}

/* Runs with an ordinary user's token in the program's process. */
static PACCESS_TOKEN become_user(void)
{
    PKPROCESS process = ke_current()->process;
    PACCESS_TOKEN previous = process->token;

    process->token = make_token(FALSE);
    return previous;
}

static void become_again(PACCESS_TOKEN previous)
{
    PKPROCESS process = ke_current()->process;

    ObDereferenceObject(process->token);
    process->token = previous;
}

static void a_program_opens_what_it_may(void **state)
{
    UNICODE_STRING name = name_of(L"\\Device\\Guarded");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    PACCESS_TOKEN previous = become_user();
    HANDLE kernel, handle;
    KPROCESSOR_MODE mode;

    UNREFERENCED_PARAMETER(state);
    attributes.SecurityDescriptor = parse(L"D:P(A;;GA;;;SY)(A;;0x100000;;;WD)");
    assert_status(ZwCreateEvent(&kernel, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
    discard(attributes.SecurityDescriptor);
    attributes = attributes_of(&name, 0);
    mode = as_mode(UserMode);
    assert_status(NtOpenEvent(&handle, EVENT_ALL_ACCESS, &attributes), STATUS_ACCESS_DENIED);
    assert_status(NtOpenEvent(&handle, EVENT_MODIFY_STATE, &attributes), STATUS_ACCESS_DENIED);
    assert_status(NtOpenEvent(&handle, SYNCHRONIZE, &attributes), STATUS_SUCCESS);
    assert_status(NtSetEvent(handle, NULL), STATUS_ACCESS_DENIED);
    assert_status(NtClose(handle), STATUS_SUCCESS);
    assert_status(NtOpenEvent(&handle, MAXIMUM_ALLOWED, &attributes), STATUS_SUCCESS);
    assert_status(NtSetEvent(handle, NULL), STATUS_ACCESS_DENIED);
    assert_status(NtClose(handle), STATUS_SUCCESS);
    /* The kernel is not asked. */
    assert_status(ZwOpenEvent(&handle, EVENT_ALL_ACCESS, &attributes), STATUS_SUCCESS);
    assert_status(ZwSetEvent(handle, NULL), STATUS_SUCCESS);
    assert_status(ZwClose(handle), STATUS_SUCCESS);
    as_mode(mode);
    assert_status(ZwClose(kernel), STATUS_SUCCESS);
    become_again(previous);
}

static void a_duplicate_gives_no_more_than_an_open(void **state)
{
    KPROCESSOR_MODE mode = as_mode(UserMode);
    PACCESS_TOKEN previous = become_user();
    OBJECT_ATTRIBUTES attributes = attributes_of(NULL, 0);
    HANDLE handle, copy;

    UNREFERENCED_PARAMETER(state);
    attributes.SecurityDescriptor = parse(L"D:P(A;;0x100001;;;WD)");
    /* A descriptor in kernel memory is not a program's to name. */
    assert_status(NtCreateEvent(&handle, SYNCHRONIZE, &attributes, NotificationEvent, FALSE),
                  STATUS_ACCESS_VIOLATION);
    as_mode(KernelMode);
    assert_status(NtCreateEvent(&handle, SYNCHRONIZE, &attributes, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
    discard(attributes.SecurityDescriptor);
    as_mode(UserMode);
    assert_status(NtDuplicateObject(NtCurrentProcess(), handle, NtCurrentProcess(), &copy,
                                    EVENT_MODIFY_STATE, 0, 0),
                  STATUS_ACCESS_DENIED);
    assert_status(NtDuplicateObject(NtCurrentProcess(), handle, NtCurrentProcess(), &copy,
                                    EVENT_QUERY_STATE, 0, 0),
                  STATUS_SUCCESS);
    assert_status(NtClose(copy), STATUS_SUCCESS);
    assert_status(NtClose(handle), STATUS_SUCCESS);
    become_again(previous);
    as_mode(mode);
}

static void a_programs_descriptor_is_copied_and_checked(void **state)
{
    KPROCESSOR_MODE mode = as_mode(UserMode);
    OBJECT_ATTRIBUTES attributes = attributes_of(NULL, 0);
    SECURITY_DESCRIPTOR absolute;
    struct {
        ACL acl;
        UCHAR room[64];
    } list;
    HANDLE handle;

    UNREFERENCED_PARAMETER(state);
    assert_status(RtlCreateSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION),
                  STATUS_SUCCESS);
    assert_status(RtlCreateAcl(&list.acl, sizeof(list), ACL_REVISION), STATUS_SUCCESS);
    assert_status(
        RtlAddAccessAllowedAce(&list.acl, ACL_REVISION, EVENT_ALL_ACCESS, SeExports->SeWorldSid),
        STATUS_SUCCESS);
    assert_status(RtlSetDaclSecurityDescriptor(&absolute, TRUE, &list.acl, FALSE), STATUS_SUCCESS);
    attributes.SecurityDescriptor = &absolute;
    assert_status(NtCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
    assert_status(NtClose(handle), STATUS_SUCCESS);
    list.acl.AceCount = 9;
    assert_status(NtCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_INVALID_SECURITY_DESCR);
    absolute.Dacl = (PACL)16;
    assert_status(NtCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_ACCESS_VIOLATION);
    absolute.Revision = 2;
    assert_status(NtCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_UNKNOWN_REVISION);
    as_mode(mode);
}

static void lists_have_room_for_what_fits(void **state)
{
    /* One entry with SYSTEM's SID takes 8 + 12 bytes. */
    UCHAR room[sizeof(ACL) + 20];
    PACL acl = (PACL)room;
    SID invalid = {.Revision = 2};

    UNREFERENCED_PARAMETER(state);
    assert_status(RtlCreateAcl(acl, sizeof(ACL) - 1, ACL_REVISION), STATUS_BUFFER_TOO_SMALL);
    assert_status(RtlCreateAcl(acl, sizeof(room), 1), STATUS_INVALID_PARAMETER);
    assert_status(RtlCreateAcl(acl, sizeof(room), MAX_ACL_REVISION + 1), STATUS_INVALID_PARAMETER);
    assert_status(RtlCreateAcl(acl, MAXUSHORT + 1, ACL_REVISION), STATUS_INVALID_PARAMETER);
    assert_status(RtlCreateAcl(acl, sizeof(room) - 4, ACL_REVISION), STATUS_SUCCESS);
    assert_status(RtlAddAccessAllowedAce(acl, ACL_REVISION, 1, SeExports->SeLocalSystemSid),
                  STATUS_ALLOTTED_SPACE_EXCEEDED);
    assert_status(RtlCreateAcl(acl, sizeof(room), ACL_REVISION), STATUS_SUCCESS);
    assert_status(RtlAddAccessAllowedAce(acl, ACL_REVISION, 1, &invalid), STATUS_INVALID_SID);
    assert_status(RtlAddAccessAllowedAce(acl, 9, 1, SeExports->SeLocalSystemSid),
                  STATUS_REVISION_MISMATCH);
    assert_status(RtlAddAccessAllowedAce(acl, ACL_REVISION, 1, SeExports->SeLocalSystemSid),
                  STATUS_SUCCESS);
    assert_status(RtlAddAccessAllowedAce(acl, ACL_REVISION, 1, SeExports->SeLocalSystemSid),
                  STATUS_ALLOTTED_SPACE_EXCEEDED);
    assert_status(RtlDeleteAce(acl, 1), STATUS_INVALID_PARAMETER);
    assert_status(RtlDeleteAce(acl, 0), STATUS_SUCCESS);
    assert_int_equal(acl->AceCount, 0);
}

static void absolute_becomes_self_relative(void **state)
{
    SECURITY_DESCRIPTOR absolute;
    UCHAR relative[128];
    ULONG bytes = 0;
    BOOLEAN defaulted;
    PSID owner;

    UNREFERENCED_PARAMETER(state);
    assert_status(RtlCreateSecurityDescriptor(&absolute, 2), STATUS_UNKNOWN_REVISION);
    assert_status(RtlCreateSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION),
                  STATUS_SUCCESS);
    assert_status(RtlSetOwnerSecurityDescriptor(&absolute, SeExports->SeAliasAdminsSid, FALSE),
                  STATUS_SUCCESS);
    assert_int_equal(RtlLengthSecurityDescriptor(&absolute), sizeof(absolute) + 16);
    assert_status(RtlAbsoluteToSelfRelativeSD(&absolute, NULL, &bytes), STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(bytes, sizeof(SECURITY_DESCRIPTOR_RELATIVE) + 16);
    bytes--;
    assert_status(RtlAbsoluteToSelfRelativeSD(&absolute, relative, &bytes),
                  STATUS_BUFFER_TOO_SMALL);
    assert_status(RtlAbsoluteToSelfRelativeSD(&absolute, relative, &bytes), STATUS_SUCCESS);
    assert_true(RtlValidRelativeSecurityDescriptor(relative, bytes, OWNER_SECURITY_INFORMATION));
    assert_false(RtlValidRelativeSecurityDescriptor(relative, bytes - 1, 0));
    assert_false(RtlValidRelativeSecurityDescriptor(relative, bytes, GROUP_SECURITY_INFORMATION));
    assert_status(RtlGetOwnerSecurityDescriptor(relative, &owner, &defaulted), STATUS_SUCCESS);
    assert_true(RtlEqualSid(owner, SeExports->SeAliasAdminsSid));
    assert_status(RtlAbsoluteToSelfRelativeSD(relative, relative, &bytes),
                  STATUS_BAD_DESCRIPTOR_FORMAT);
    assert_status(RtlSetOwnerSecurityDescriptor(relative, owner, FALSE),
                  STATUS_INVALID_SECURITY_DESCR);
}

static void sids(void **state)
{
    UCHAR memory[RTL_SIZEOF_THROUGH_FIELD(SID, SubAuthority) + 16];
    SID_IDENTIFIER_AUTHORITY authority = SECURITY_NT_AUTHORITY;
    PSID sid = memory;

    UNREFERENCED_PARAMETER(state);
    assert_status(RtlInitializeSid(sid, &authority, SID_MAX_SUB_AUTHORITIES + 1),
                  STATUS_INVALID_PARAMETER);
    assert_status(RtlInitializeSid(sid, &authority, 2), STATUS_SUCCESS);
    *RtlSubAuthoritySid(sid, 0) = SECURITY_BUILTIN_DOMAIN_RID;
    *RtlSubAuthoritySid(sid, 1) = DOMAIN_ALIAS_RID_ADMINS;
    assert_true(RtlValidSid(sid));
    assert_int_equal(RtlLengthSid(sid), 16);
    assert_true(RtlEqualSid(sid, SeExports->SeAliasAdminsSid));
    assert_false(RtlEqualSid(sid, SeExports->SeAliasUsersSid));
    assert_true(RtlEqualPrefixSid(sid, SeExports->SeAliasUsersSid));
    assert_status(RtlCopySid(15, memory, SeExports->SeAliasUsersSid), STATUS_BUFFER_TOO_SMALL);
    assert_status(RtlCopySid(16, memory, SeExports->SeAliasUsersSid), STATUS_SUCCESS);
    assert_true(RtlEqualSid(sid, SeExports->SeAliasUsersSid));
    ((PISID)sid)->Revision = 2;
    assert_false(RtlValidSid(sid));
    assert_false(RtlValidSid(NULL));
}

static void what_drivers_ask(void **state)
{
    PSECURITY_DESCRIPTOR descriptor = parse(L"D:P(A;;GR;;;WD)");
    SECURITY_SUBJECT_CONTEXT context;
    PACCESS_TOKEN previous = become_user();
    ACCESS_MASK granted;
    NTSTATUS status;
    PPRIVILEGE_SET privileges = (PPRIVILEGE_SET)&status;

    UNREFERENCED_PARAMETER(state);
    SeCaptureSubjectContext(&context);
    assert_ptr_equal(context.PrimaryToken, ke_current()->process->token);
    assert_false(SeTokenIsAdmin(context.PrimaryToken));
    assert_true(SeAccessCheck(descriptor, &context, FALSE, GENERIC_READ, 0, &privileges,
                              (PGENERIC_MAPPING)&mapping, UserMode, &granted, &status));
    assert_int_equal(granted, FILE_GENERIC_READ);
    assert_null(privileges);
    assert_false(SeAccessCheck(descriptor, &context, FALSE, FILE_WRITE_DATA, DELETE, NULL,
                               (PGENERIC_MAPPING)&mapping, UserMode, &granted, &status));
    assert_status(status, STATUS_ACCESS_DENIED);
    assert_int_equal(granted, 0);
    assert_true(SeAccessCheck(descriptor, &context, FALSE, FILE_READ_DATA, DELETE, NULL,
                              (PGENERIC_MAPPING)&mapping, UserMode, &granted, &status));
    assert_int_equal(granted, FILE_READ_DATA | DELETE);
    assert_false(SeAccessCheck(NULL, &context, FALSE, FILE_READ_DATA, 0, NULL,
                               (PGENERIC_MAPPING)&mapping, UserMode, &granted, &status));
    assert_true(SeAccessCheck(descriptor, &context, FALSE, MAXIMUM_ALLOWED, 0, NULL,
                              (PGENERIC_MAPPING)&mapping, KernelMode, &granted, &status));
    assert_int_equal(granted, FILE_ALL_ACCESS);
    assert_false(SeSinglePrivilegeCheck(SeExports->SeLoadDriverPrivilege, UserMode));
    assert_true(SeSinglePrivilegeCheck(SeExports->SeLoadDriverPrivilege, KernelMode));
    assert_true(SeSinglePrivilegeCheck(SeExports->SeChangeNotifyPrivilege, UserMode));
    SeReleaseSubjectContext(&context);
    become_again(previous);
    assert_true(SeSinglePrivilegeCheck(SeExports->SeLoadDriverPrivilege, UserMode));
    discard(descriptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(malformed_text_is_refused),
        room_test(every_part_is_there),
        room_test(who_gets_what),
        room_test(the_kits_descriptors_parse),
        room_test(a_program_opens_what_it_may),
        room_test(a_duplicate_gives_no_more_than_an_open),
        room_test(a_programs_descriptor_is_copied_and_checked),
        room_test(lists_have_room_for_what_fits),
        room_test(absolute_becomes_self_relative),
        room_test(sids),
        room_test(what_drivers_ask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
