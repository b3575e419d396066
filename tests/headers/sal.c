/* Pins: annotations as driver sources write them say nothing to the compiler. Compiling is the
 * test. */
#include <ntddk.h>

_IRQL_saves_global_(OldIrql, Extension) static VOID begin(_In_ PVOID Extension)
{
    UNREFERENCED_PARAMETER(Extension);
}

__drv_functionClass(DRIVER_CANCEL) _IRQL_uses_cancel_
    _Requires_lock_held_(_Global_cancel_spin_lock_) static VOID
    cancel(_Inout_ PDEVICE_OBJECT device, _Inout_ _IRQL_is_cancel_ PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
}

_Kernel_clear_do_init_(yes) _Function_class_(DRIVER_ADD_DEVICE) __drv_sameIRQL
    __drv_minIRQL(0) static NTSTATUS
    add(__in PDRIVER_OBJECT driver, __in_bcount_opt(size) PVOID data, ULONG size)
{
    UNREFERENCED_PARAMETER(driver);
    UNREFERENCED_PARAMETER(data);
    UNREFERENCED_PARAMETER(size);
    return STATUS_SUCCESS;
}

static _Ret_ _Post_maybenull_ __drv_allocatesMem(Mem)
PVOID make(_Pre_valid_ _Frees_ptr_opt_ PVOID old)
{
    return old;
}

int main(void)
{
    begin(NULL);
    cancel(NULL, NULL);
    return make(NULL) == NULL && NT_SUCCESS(add(NULL, NULL, 0)) ? 0 : 1;
}
