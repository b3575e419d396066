/*
 * Access tokens: who a process acts for. They never change once made.
 */
#include "security.h"

#include "../ex/ex.h"

#define GROUP_ATTRIBUTES (SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED)
#define PRIVILEGE(luid) (1ull << (luid))

/* The authority of Linux' numbers, and what the first sub-authority says that they are of. */
#define UNIX_AUTHORITY 22
#define UNIX_USER 1
#define UNIX_GROUP 2

/* All but those that NT gives to no account by default. */
#define ADMINISTRATOR_PRIVILEGES                                                                   \
    (((PRIVILEGE(SE_CREATE_SYMBOLIC_LINK_PRIVILEGE) << 1) -                                        \
      PRIVILEGE(SE_MIN_WELL_KNOWN_PRIVILEGE)) &                                                    \
     ~(PRIVILEGE(SE_SYNC_AGENT_PRIVILEGE) | PRIVILEGE(SE_MACHINE_ACCOUNT_PRIVILEGE) |              \
       PRIVILEGE(SE_ENABLE_DELEGATION_PRIVILEGE)))
#define USER_PRIVILEGES                                                                            \
    (PRIVILEGE(SE_CHANGE_NOTIFY_PRIVILEGE) | PRIVILEGE(SE_SHUTDOWN_PRIVILEGE) |                    \
     PRIVILEGE(SE_UNDOCK_PRIVILEGE) | PRIVILEGE(SE_INC_WORKING_SET_PRIVILEGE) |                    \
     PRIVILEGE(SE_TIME_ZONE_PRIVILEGE))

/* Of those, an administrator's token has all. */
static const WCHAR known_groups[][2] = {{'B', 'A'}, {'B', 'U'}, {'W', 'D'}, {'A', 'U'}, {'I', 'U'}};

static VOID add_group(struct ob_token *token, PSID sid, ULONG attributes)
{
    token->groups[token->group_count].Sid = sid;
    token->groups[token->group_count].Attributes = attributes;
    token->group_count++;
}

static VOID add_known_groups(struct ob_token *token)
{
    ULONG first = token->is_administrator ? 0 : 1, i;

    for (i = first; i < RTL_NUMBER_OF(known_groups); i++)
        add_group(token, ob_find_sid(known_groups[i]), GROUP_ATTRIBUTES | (i ? 0 : SE_GROUP_OWNER));
}

static struct ob_sid unix_sid(ULONG kind, ULONG number)
{
    return (struct ob_sid){1, 2, {0, 0, 0, 0, 0, UNIX_AUTHORITY}, {kind, number}};
}

/* sids has room for one more than user has groups besides. */
static VOID add_user(struct ob_token *token, const struct ob_user *user, struct ob_sid *sids)
{
    ULONG i;

    *sids = unix_sid(UNIX_USER, user->user);
    if (token->is_administrator)
        add_group(token, sids, GROUP_ATTRIBUTES);
    else
        token->user = sids;
    *++sids = unix_sid(UNIX_GROUP, user->group);
    add_group(token, sids, GROUP_ATTRIBUTES);
    for (i = 0; i < user->group_count; i++) {
        *++sids = unix_sid(UNIX_GROUP, user->groups[i]);
        add_group(token, sids, GROUP_ATTRIBUTES);
    }
}

NTSTATUS ob_token_create(const struct ob_user *user, PACCESS_TOKEN *token)
{
    ULONG sids = user ? 2 + user->group_count : 0;
    SIZE_T head =
        sizeof(struct ob_token) + (RTL_NUMBER_OF(known_groups) + sids) * sizeof(SID_AND_ATTRIBUTES);
    struct ob_token *body;
    NTSTATUS status = ob_create(&ob_type_token, head + sids * sizeof(struct ob_sid), token);

    if (!NT_SUCCESS(status))
        return status;
    body = *token;
    body->group_count = 0;
    body->is_administrator = !user || user->is_administrator;
    body->user = ob_find_sid(L"SY");
    body->privileges = body->is_administrator ? ADMINISTRATOR_PRIVILEGES : USER_PRIVILEGES;
    add_known_groups(body);
    if (user)
        add_user(body, user, (struct ob_sid *)((PUCHAR)body + head));
    return STATUS_SUCCESS;
}

NTSTATUS ob_token_create_service(PACCESS_TOKEN *token)
{
    static const WCHAR groups[][2] = {{'B', 'U'}, {'W', 'D'}, {'A', 'U'}, {'S', 'U'}};
    struct ob_token *body;
    ULONG i;
    NTSTATUS status = ob_create(
        &ob_type_token, sizeof(*body) + RTL_NUMBER_OF(groups) * sizeof(*body->groups), token);

    if (!NT_SUCCESS(status))
        return status;
    body = *token;
    body->group_count = 0;
    body->is_administrator = FALSE;
    body->user = ob_find_sid(L"LS");
    body->privileges = USER_PRIVILEGES;
    for (i = 0; i < RTL_NUMBER_OF(groups); i++)
        add_group(body, ob_find_sid(groups[i]), GROUP_ATTRIBUTES);
    return STATUS_SUCCESS;
}

VOID ob_impersonate(PACCESS_TOKEN token, SECURITY_IMPERSONATION_LEVEL level)
{
    PKTHREAD thread = ke_current();

    thread->client = token;
    thread->client_level = level;
}

VOID ob_revert(VOID)
{
    ke_current()->client = NULL;
}

PACCESS_TOKEN ob_acting_token(VOID)
{
    PKTHREAD thread = ke_current();

    return thread->client ? thread->client : thread->process->token;
}

BOOLEAN ob_token_has_privilege(PACCESS_TOKEN token, ULONG privilege)
{
    return privilege < 64 && (((struct ob_token *)token)->privileges & PRIVILEGE(privilege));
}

static NTSTATUS give_token(PKPROCESS process)
{
    if (!process || process->token)
        return STATUS_SUCCESS;
    return ob_token_create(NULL, &process->token);
}

static VOID take_token(PKPROCESS process)
{
    if (!process || !process->token)
        return;
    ObfDereferenceObject(process->token);
    process->token = NULL;
}

NTSTATUS ob_security_start(VOID)
{
    NTSTATUS status = give_token(ke_system_process());

    return NT_SUCCESS(status) ? give_token(ke_program_process()) : status;
}

VOID ob_security_stop(VOID)
{
    take_token(ke_program_process());
    take_token(ke_system_process());
}

BOOLEAN NTAPI SeTokenIsAdmin(PACCESS_TOKEN Token)
{
    return ((struct ob_token *)Token)->is_administrator;
}

/* No token here is made from another by taking rights away. */
BOOLEAN NTAPI SeTokenIsRestricted(PACCESS_TOKEN Token)
{
    UNREFERENCED_PARAMETER(Token);
    return FALSE;
}

TOKEN_TYPE NTAPI SeTokenType(PACCESS_TOKEN Token)
{
    UNREFERENCED_PARAMETER(Token);
    return TokenPrimary;
}

static BOOLEAN holds(PSECURITY_SUBJECT_CONTEXT context, const LUID *privilege)
{
    PACCESS_TOKEN token = context->ClientToken ? context->ClientToken : context->PrimaryToken;

    return !privilege->HighPart && (!token || ob_token_has_privilege(token, privilege->LowPart));
}

BOOLEAN NTAPI SePrivilegeCheck(PPRIVILEGE_SET RequiredPrivileges,
                               PSECURITY_SUBJECT_CONTEXT SubjectContext, KPROCESSOR_MODE AccessMode)
{
    ULONG held = 0, i;

    if (AccessMode == KernelMode)
        return TRUE;
    for (i = 0; i < RequiredPrivileges->PrivilegeCount; i++) {
        PLUID_AND_ATTRIBUTES privilege = &RequiredPrivileges->Privilege[i];

        if (!holds(SubjectContext, &privilege->Luid))
            continue;
        privilege->Attributes |= SE_PRIVILEGE_USED_FOR_ACCESS;
        held++;
    }
    if (RequiredPrivileges->Control & PRIVILEGE_SET_ALL_NECESSARY)
        return held == RequiredPrivileges->PrivilegeCount;
    return held != 0;
}

BOOLEAN NTAPI SeSinglePrivilegeCheck(LUID PrivilegeValue, KPROCESSOR_MODE PreviousMode)
{
    SECURITY_SUBJECT_CONTEXT context = {.PrimaryToken = ob_acting_token()};

    return PreviousMode == KernelMode || holds(&context, &PrivilegeValue);
}

VOID NTAPI SeCaptureSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    PKTHREAD thread = ke_current();
    PKPROCESS process = thread->process;

    memset(SubjectContext, 0, sizeof(*SubjectContext));
    SubjectContext->ProcessAuditId = process->id;
    SubjectContext->ClientToken = thread->client;
    SubjectContext->ImpersonationLevel = thread->client_level;
    if (thread->client)
        ObfReferenceObject(thread->client);
    SubjectContext->PrimaryToken = process->token;
    if (process->token)
        ObfReferenceObject(process->token);
}

VOID NTAPI SeReleaseSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    if (SubjectContext->PrimaryToken)
        ObfDereferenceObject(SubjectContext->PrimaryToken);
    if (SubjectContext->ClientToken)
        ObfDereferenceObject(SubjectContext->ClientToken);
    SubjectContext->PrimaryToken = SubjectContext->ClientToken = NULL;
}

/* Tokens never change, so there is nothing to keep others from. */
VOID NTAPI SeLockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    UNREFERENCED_PARAMETER(SubjectContext);
}

VOID NTAPI SeUnlockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    UNREFERENCED_PARAMETER(SubjectContext);
}

PACCESS_TOKEN NTAPI PsReferencePrimaryToken(PEPROCESS Process)
{
    PACCESS_TOKEN token = ((PKPROCESS)Process)->token;

    if (token)
        ObfReferenceObject(token);
    return token;
}

VOID NTAPI PsDereferencePrimaryToken(PACCESS_TOKEN PrimaryToken)
{
    ObfDereferenceObject(PrimaryToken);
}
