/*
 * Answers of variable size: what fits is written, and how much there is.
 */
#include "cm_private.h"

VOID cm_answer_fixed(struct cm_answer *answer, const VOID *data, ULONG bytes)
{
    answer->needed = max(answer->needed, bytes);
    if (answer->length < bytes)
        answer->status = STATUS_BUFFER_TOO_SMALL;
    else
        answer->status = ob_copy_out(answer->buffer, data, bytes, answer->mode);
}

VOID cm_answer_part(struct cm_answer *answer, ULONG offset, const VOID *data, ULONG bytes)
{
    answer->needed = max(answer->needed, offset + bytes);
    if (!NT_SUCCESS(answer->status) || offset >= answer->length || !bytes)
        return;
    answer->status = ob_copy_out((PUCHAR)answer->buffer + offset, data,
                                 min(bytes, answer->length - offset), answer->mode);
}

NTSTATUS cm_answer_end(struct cm_answer *answer, PULONG result_length)
{
    NTSTATUS status;

    if (!NT_SUCCESS(answer->status) && answer->status != STATUS_BUFFER_TOO_SMALL)
        return answer->status;
    status = ob_copy_out(result_length, &answer->needed, sizeof(answer->needed), answer->mode);
    if (!NT_SUCCESS(status))
        return status;
    if (answer->status == STATUS_BUFFER_TOO_SMALL)
        return STATUS_BUFFER_TOO_SMALL;
    return answer->needed > answer->length ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}
