/*
 * Asking about keys.
 */
#include "services.h"

#include "callback.h"

#include "../ex/ex.h"

static VOID answer_basic(struct cm_answer *answer, const struct cm_node *node)
{
    KEY_BASIC_INFORMATION fixed = {.LastWriteTime = node->written, .NameLength = node->name.Length};

    cm_answer_fixed(answer, &fixed, FIELD_OFFSET(KEY_BASIC_INFORMATION, Name));
    cm_answer_part(answer, FIELD_OFFSET(KEY_BASIC_INFORMATION, Name), node->name.Buffer,
                   node->name.Length);
}

static VOID answer_node(struct cm_answer *answer, const struct cm_node *node)
{
    ULONG name_at = FIELD_OFFSET(KEY_NODE_INFORMATION, Name);
    ULONG class_at = (name_at + node->name.Length + sizeof(ULONG) - 1) & ~(sizeof(ULONG) - 1);
    KEY_NODE_INFORMATION fixed = {
        .LastWriteTime = node->written,
        .ClassOffset = node->class_name.Length ? class_at : MAXULONG,
        .ClassLength = node->class_name.Length,
        .NameLength = node->name.Length,
    };

    cm_answer_fixed(answer, &fixed, name_at);
    cm_answer_part(answer, name_at, node->name.Buffer, node->name.Length);
    if (node->class_name.Length)
        cm_answer_part(answer, class_at, node->class_name.Buffer, node->class_name.Length);
}

static VOID answer_full(struct cm_answer *answer, const struct cm_node *node)
{
    ULONG class_at = FIELD_OFFSET(KEY_FULL_INFORMATION, Class), i;
    KEY_FULL_INFORMATION fixed = {
        .LastWriteTime = node->written,
        .ClassOffset = node->class_name.Length ? class_at : MAXULONG,
        .ClassLength = node->class_name.Length,
        .SubKeys = node->child_count,
        .Values = node->value_count,
    };

    for (i = 0; i < node->child_count; i++) {
        fixed.MaxNameLen = max(fixed.MaxNameLen, node->children[i]->name.Length);
        fixed.MaxClassLen = max(fixed.MaxClassLen, node->children[i]->class_name.Length);
    }
    for (i = 0; i < node->value_count; i++) {
        fixed.MaxValueNameLen = max(fixed.MaxValueNameLen, node->values[i].name.Length);
        fixed.MaxValueDataLen = max(fixed.MaxValueDataLen, node->values[i].bytes);
    }
    cm_answer_fixed(answer, &fixed, class_at);
    cm_answer_part(answer, class_at, node->class_name.Buffer, node->class_name.Length);
}

static VOID answer_path(struct cm_answer *answer, struct cm_node *node)
{
    ULONG bytes = 0;
    PWSTR path;

    cm_node_path(node, NULL, &bytes);
    path = ExAllocatePoolWithTag(PagedPool, bytes, EX_TAG_REGISTRY);
    if (!path) {
        answer->status = STATUS_INSUFFICIENT_RESOURCES;
        return;
    }
    cm_node_path(node, path, &bytes);
    cm_answer_fixed(answer, &bytes, FIELD_OFFSET(KEY_NAME_INFORMATION, Name));
    cm_answer_part(answer, FIELD_OFFSET(KEY_NAME_INFORMATION, Name), path, bytes);
    ExFreePoolWithTag(path, EX_TAG_REGISTRY);
}

static NTSTATUS answer_key(struct cm_answer *answer, struct cm_node *node,
                           KEY_INFORMATION_CLASS class, PULONG result_length)
{
    switch (class) {
    case KeyBasicInformation:
        answer_basic(answer, node);
        break;
    case KeyNodeInformation:
        answer_node(answer, node);
        break;
    case KeyFullInformation:
        answer_full(answer, node);
        break;
    case KeyNameInformation:
        answer_path(answer, node);
        break;
    default:
        return STATUS_INVALID_PARAMETER;
    }
    return cm_answer_end(answer, result_length);
}

static NTSTATUS query_key(struct cm_node *node, KEY_INFORMATION_CLASS class,
                          struct cm_answer *answer, PULONG result_length)
{
    NTSTATUS status = STATUS_KEY_DELETED;

    ExAcquireFastMutex(&cm_system.lock);
    if (!node->is_deleted)
        status = answer_key(answer, node, class, result_length);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

NTSTATUS NTAPI NtQueryKey(HANDLE KeyHandle, KEY_INFORMATION_CLASS KeyInformationClass,
                          PVOID KeyInformation, ULONG Length, PULONG ResultLength)
{
    struct cm_answer answer = {KeyInformation, Length, ke_current()->previous_mode, 0, 0};
    REG_QUERY_KEY_INFORMATION information = {
        .KeyInformationClass = KeyInformationClass,
        .KeyInformation = KeyInformation,
        .Length = Length,
        .ResultLength = ResultLength,
    };
    struct cm_notice notice = {
        .before = RegNtPreQueryKey,
        .after = RegNtPostQueryKey,
        .information = &information,
        .call_context = &information.CallContext,
        .object_context = &information.ObjectContext,
    };
    /* Its own name a key tells to everybody who has it open. */
    ACCESS_MASK access = KeyInformationClass == KeyNameInformation ? 0 : KEY_QUERY_VALUE;
    struct cm_key *key;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = cm_reference_key(KeyHandle, access, &key);
    if (!NT_SUCCESS(status))
        return status;
    notice.object = information.Object = key;
    if (cm_notice_before(&notice))
        notice.status = query_key(key->node, KeyInformationClass, &answer, ResultLength);
    status = cm_notice_after(&notice);
    ObfDereferenceObject(key);
    return status;
}

NTSTATUS NTAPI ZwQueryKey(HANDLE KeyHandle, KEY_INFORMATION_CLASS KeyInformationClass,
                          PVOID KeyInformation, ULONG Length, PULONG ResultLength)
{
    return OB_AS_KERNEL(
        NtQueryKey(KeyHandle, KeyInformationClass, KeyInformation, Length, ResultLength));
}

static NTSTATUS enumerate_key(struct cm_node *node, ULONG index, KEY_INFORMATION_CLASS class,
                              struct cm_answer *answer, PULONG result_length)
{
    NTSTATUS status;

    /* A subkey's whole name is not among what an enumeration tells. */
    if (class == KeyNameInformation)
        return STATUS_INVALID_PARAMETER;
    ExAcquireFastMutex(&cm_system.lock);
    if (node->is_deleted)
        status = STATUS_KEY_DELETED;
    else if (index >= node->child_count)
        status = STATUS_NO_MORE_ENTRIES;
    else
        status = answer_key(answer, node->children[index], class, result_length);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

NTSTATUS NTAPI NtEnumerateKey(HANDLE KeyHandle, ULONG Index,
                              KEY_INFORMATION_CLASS KeyInformationClass, PVOID KeyInformation,
                              ULONG Length, PULONG ResultLength)
{
    struct cm_answer answer = {KeyInformation, Length, ke_current()->previous_mode, 0, 0};
    REG_ENUMERATE_KEY_INFORMATION information = {
        .Index = Index,
        .KeyInformationClass = KeyInformationClass,
        .KeyInformation = KeyInformation,
        .Length = Length,
        .ResultLength = ResultLength,
    };
    struct cm_notice notice = {
        .before = RegNtPreEnumerateKey,
        .after = RegNtPostEnumerateKey,
        .information = &information,
        .call_context = &information.CallContext,
        .object_context = &information.ObjectContext,
    };
    struct cm_key *key;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = cm_reference_key(KeyHandle, KEY_ENUMERATE_SUB_KEYS, &key);
    if (!NT_SUCCESS(status))
        return status;
    notice.object = information.Object = key;
    if (cm_notice_before(&notice))
        notice.status = enumerate_key(key->node, Index, KeyInformationClass, &answer, ResultLength);
    status = cm_notice_after(&notice);
    ObfDereferenceObject(key);
    return status;
}

NTSTATUS NTAPI ZwEnumerateKey(HANDLE KeyHandle, ULONG Index,
                              KEY_INFORMATION_CLASS KeyInformationClass, PVOID KeyInformation,
                              ULONG Length, PULONG ResultLength)
{
    return OB_AS_KERNEL(NtEnumerateKey(KeyHandle, Index, KeyInformationClass, KeyInformation,
                                       Length, ResultLength));
}
