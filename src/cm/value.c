/*
 * Values by handle.
 */
#include "services.h"

#include "callback.h"

#include "../ex/ex.h"

static ULONG align_up(ULONG bytes, ULONG to)
{
    return (bytes + to - 1) & ~(to - 1);
}

static VOID answer_basic(struct cm_answer *answer, const struct cm_value *value)
{
    KEY_VALUE_BASIC_INFORMATION fixed = {.Type = value->type, .NameLength = value->name.Length};

    cm_answer_fixed(answer, &fixed, FIELD_OFFSET(KEY_VALUE_BASIC_INFORMATION, Name));
    cm_answer_part(answer, FIELD_OFFSET(KEY_VALUE_BASIC_INFORMATION, Name), value->name.Buffer,
                   value->name.Length);
}

/* alignment is that of the data behind the name. */
static VOID answer_full(struct cm_answer *answer, const struct cm_value *value, ULONG alignment)
{
    ULONG name_at = FIELD_OFFSET(KEY_VALUE_FULL_INFORMATION, Name);
    ULONG data_at = align_up(name_at + value->name.Length, alignment);
    KEY_VALUE_FULL_INFORMATION fixed = {
        .Type = value->type,
        .DataOffset = value->bytes ? data_at : MAXULONG,
        .DataLength = value->bytes,
        .NameLength = value->name.Length,
    };

    cm_answer_fixed(answer, &fixed, name_at);
    cm_answer_part(answer, name_at, value->name.Buffer, value->name.Length);
    if (value->bytes)
        cm_answer_part(answer, data_at, value->data, value->bytes);
}

static VOID answer_partial(struct cm_answer *answer, const struct cm_value *value)
{
    KEY_VALUE_PARTIAL_INFORMATION fixed = {.Type = value->type, .DataLength = value->bytes};

    cm_answer_fixed(answer, &fixed, FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data));
    cm_answer_part(answer, FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data), value->data,
                   value->bytes);
}

static VOID answer_partial_aligned(struct cm_answer *answer, const struct cm_value *value)
{
    KEY_VALUE_PARTIAL_INFORMATION_ALIGN64 fixed = {.Type = value->type, .DataLength = value->bytes};

    cm_answer_fixed(answer, &fixed, FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION_ALIGN64, Data));
    cm_answer_part(answer, FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION_ALIGN64, Data), value->data,
                   value->bytes);
}

/* class is one of those below. */
static VOID answer_value(struct cm_answer *answer, const struct cm_value *value,
                         KEY_VALUE_INFORMATION_CLASS class)
{
    switch (class) {
    case KeyValueBasicInformation:
        answer_basic(answer, value);
        break;
    case KeyValueFullInformation:
        answer_full(answer, value, sizeof(ULONG));
        break;
    case KeyValueFullInformationAlign64:
        answer_full(answer, value, sizeof(ULONG64));
        break;
    case KeyValuePartialInformation:
        answer_partial(answer, value);
        break;
    default:
        answer_partial_aligned(answer, value);
        break;
    }
}

static BOOLEAN is_known(KEY_VALUE_INFORMATION_CLASS class)
{
    return (ULONG) class <= KeyValuePartialInformationAlign64;
}

static NTSTATUS query_value(struct cm_node *node, PCUNICODE_STRING name,
                            KEY_VALUE_INFORMATION_CLASS class, struct cm_answer *answer,
                            PULONG result_length)
{
    UNICODE_STRING trimmed = cm_trim_name(name);
    struct cm_value *value;
    NTSTATUS status;

    ExAcquireFastMutex(&cm_system.lock);
    value = cm_value_find(node, &trimmed);
    if (node->is_deleted) {
        status = STATUS_KEY_DELETED;
    } else if (!value) {
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    } else {
        answer_value(answer, value, class);
        status = cm_answer_end(answer, result_length);
    }
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

NTSTATUS NTAPI NtQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                               KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                               PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
    struct cm_answer answer = {KeyValueInformation, Length, ke_current()->previous_mode, 0, 0};
    UNICODE_STRING name;
    REG_QUERY_VALUE_KEY_INFORMATION information = {
        .ValueName = &name,
        .KeyValueInformationClass = KeyValueInformationClass,
        .KeyValueInformation = KeyValueInformation,
        .Length = Length,
        .ResultLength = ResultLength,
    };
    struct cm_notice notice = {
        .before = RegNtPreQueryValueKey,
        .after = RegNtPostQueryValueKey,
        .information = &information,
        .call_context = &information.CallContext,
        .object_context = &information.ObjectContext,
    };
    struct cm_key *key;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!is_known(KeyValueInformationClass))
        return STATUS_INVALID_PARAMETER;
    status = cm_reference_key(KeyHandle, KEY_QUERY_VALUE, &key);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_capture_string(ValueName, answer.mode, &name);
    if (!NT_SUCCESS(status))
        goto out;
    notice.object = information.Object = key;
    if (cm_notice_before(&notice))
        notice.status =
            query_value(key->node, &name, KeyValueInformationClass, &answer, ResultLength);
    status = cm_notice_after(&notice);
    ob_free_string(&name);
out:
    ObfDereferenceObject(key);
    return status;
}

NTSTATUS NTAPI ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                               KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                               PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
    return OB_AS_KERNEL(NtQueryValueKey(KeyHandle, ValueName, KeyValueInformationClass,
                                        KeyValueInformation, Length, ResultLength));
}

static NTSTATUS enumerate_value(struct cm_node *node, ULONG index,
                                KEY_VALUE_INFORMATION_CLASS class, struct cm_answer *answer,
                                PULONG result_length)
{
    NTSTATUS status;

    ExAcquireFastMutex(&cm_system.lock);
    if (node->is_deleted) {
        status = STATUS_KEY_DELETED;
    } else if (index >= node->value_count) {
        status = STATUS_NO_MORE_ENTRIES;
    } else {
        answer_value(answer, &node->values[index], class);
        status = cm_answer_end(answer, result_length);
    }
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

NTSTATUS NTAPI NtEnumerateValueKey(HANDLE KeyHandle, ULONG Index,
                                   KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                                   PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
    struct cm_answer answer = {KeyValueInformation, Length, ke_current()->previous_mode, 0, 0};
    REG_ENUMERATE_VALUE_KEY_INFORMATION information = {
        .Index = Index,
        .KeyValueInformationClass = KeyValueInformationClass,
        .KeyValueInformation = KeyValueInformation,
        .Length = Length,
        .ResultLength = ResultLength,
    };
    struct cm_notice notice = {
        .before = RegNtPreEnumerateValueKey,
        .after = RegNtPostEnumerateValueKey,
        .information = &information,
        .call_context = &information.CallContext,
        .object_context = &information.ObjectContext,
    };
    struct cm_key *key;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!is_known(KeyValueInformationClass))
        return STATUS_INVALID_PARAMETER;
    status = cm_reference_key(KeyHandle, KEY_QUERY_VALUE, &key);
    if (!NT_SUCCESS(status))
        return status;
    notice.object = information.Object = key;
    if (cm_notice_before(&notice))
        notice.status =
            enumerate_value(key->node, Index, KeyValueInformationClass, &answer, ResultLength);
    status = cm_notice_after(&notice);
    ObfDereferenceObject(key);
    return status;
}

NTSTATUS NTAPI ZwEnumerateValueKey(HANDLE KeyHandle, ULONG Index,
                                   KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                                   PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
    return OB_AS_KERNEL(NtEnumerateValueKey(KeyHandle, Index, KeyValueInformationClass,
                                            KeyValueInformation, Length, ResultLength));
}

static NTSTATUS set_value(struct cm_node *node, PCUNICODE_STRING name, ULONG type, const VOID *data,
                          ULONG bytes)
{
    UNICODE_STRING trimmed = cm_trim_name(name);
    NTSTATUS status = STATUS_KEY_DELETED;

    ExAcquireFastMutex(&cm_system.lock);
    if (!node->is_deleted)
        status = cm_value_set(node, &trimmed, type, data, bytes);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

/* What is set, in kernel memory. */
struct setting {
    UNICODE_STRING name;
    ULONG title_index, type, bytes;
    PVOID data; /* in pool; NULL if bytes is 0 */
};

static NTSTATUS tell_and_set(struct cm_key *key, struct setting *setting)
{
    REG_SET_VALUE_KEY_INFORMATION information = {
        .Object = key,
        .ValueName = &setting->name,
        .TitleIndex = setting->title_index,
        .Type = setting->type,
        .Data = setting->data,
        .DataSize = setting->bytes,
    };
    struct cm_notice notice = {
        .before = RegNtPreSetValueKey,
        .after = RegNtPostSetValueKey,
        .object = key,
        .information = &information,
        .call_context = &information.CallContext,
        .object_context = &information.ObjectContext,
    };

    if (cm_notice_before(&notice))
        notice.status =
            set_value(key->node, &setting->name, setting->type, setting->data, setting->bytes);
    return cm_notice_after(&notice);
}

static NTSTATUS capture_data(const VOID *data, KPROCESSOR_MODE mode, struct setting *setting)
{
    NTSTATUS status;

    if (!setting->bytes)
        return STATUS_SUCCESS;
    setting->data = ExAllocatePoolWithTag(PagedPool, setting->bytes, EX_TAG_REGISTRY);
    if (!setting->data)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = ob_copy_in(setting->data, data, setting->bytes, mode);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(setting->data, EX_TAG_REGISTRY);
        setting->data = NULL;
    }
    return status;
}

NTSTATUS NTAPI NtSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex,
                             ULONG Type, PVOID Data, ULONG DataSize)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct setting setting = {.title_index = TitleIndex, .type = Type, .bytes = DataSize};
    struct cm_key *key;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (DataSize > MAXLONG)
        return STATUS_INVALID_PARAMETER;
    status = cm_reference_key(KeyHandle, KEY_SET_VALUE, &key);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_capture_string(ValueName, mode, &setting.name);
    if (NT_SUCCESS(status) && setting.name.Length > CM_MAX_VALUE_NAME * sizeof(WCHAR))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = capture_data(Data, mode, &setting);
    if (NT_SUCCESS(status))
        status = tell_and_set(key, &setting);
    if (setting.data)
        ExFreePoolWithTag(setting.data, EX_TAG_REGISTRY);
    ob_free_string(&setting.name);
    ObfDereferenceObject(key);
    return status;
}

NTSTATUS NTAPI ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex,
                             ULONG Type, PVOID Data, ULONG DataSize)
{
    return OB_AS_KERNEL(NtSetValueKey(KeyHandle, ValueName, TitleIndex, Type, Data, DataSize));
}

static NTSTATUS delete_value(struct cm_node *node, PCUNICODE_STRING name)
{
    UNICODE_STRING trimmed = cm_trim_name(name);
    struct cm_value *value;
    NTSTATUS status = STATUS_SUCCESS;

    ExAcquireFastMutex(&cm_system.lock);
    value = cm_value_find(node, &trimmed);
    if (node->is_deleted)
        status = STATUS_KEY_DELETED;
    else if (!value)
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    else
        cm_value_delete(node, value);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

NTSTATUS NTAPI NtDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName)
{
    UNICODE_STRING name;
    REG_DELETE_VALUE_KEY_INFORMATION information = {.ValueName = &name};
    struct cm_notice notice = {
        .before = RegNtPreDeleteValueKey,
        .after = RegNtPostDeleteValueKey,
        .information = &information,
        .call_context = &information.CallContext,
        .object_context = &information.ObjectContext,
    };
    struct cm_key *key;
    NTSTATUS status = cm_reference_key(KeyHandle, KEY_SET_VALUE, &key);

    if (!NT_SUCCESS(status))
        return status;
    status = ob_capture_string(ValueName, ke_current()->previous_mode, &name);
    if (!NT_SUCCESS(status))
        goto out;
    notice.object = information.Object = key;
    if (cm_notice_before(&notice))
        notice.status = delete_value(key->node, &name);
    status = cm_notice_after(&notice);
    ob_free_string(&name);
out:
    ObfDereferenceObject(key);
    return status;
}

NTSTATUS NTAPI ZwDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName)
{
    return OB_AS_KERNEL(NtDeleteValueKey(KeyHandle, ValueName));
}
