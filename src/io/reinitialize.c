/*
 * Reinitialization routines: what a driver asks to be called again with once
 * its DriverEntry, or all of the boot drivers, are through. Every driver here
 * is loaded on its own, so both kinds run after its DriverEntry.
 */
#include "iop.h"

struct reinitialization {
    LIST_ENTRY link; /* in io_driver.reinitializations; the driver's own load thread only */
    PDRIVER_REINITIALIZE routine;
    PVOID context;
};

static VOID add(PDRIVER_OBJECT driver, PDRIVER_REINITIALIZE routine, PVOID context)
{
    struct reinitialization *entry;

    entry = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*entry), EX_TAG_DRIVER);
    /* NT's call has no answer either: the routine is not called then. */
    if (!entry)
        return;
    entry->routine = routine;
    entry->context = context;
    InsertTailList(&io_driver_of(driver)->reinitializations, &entry->link);
}

VOID NTAPI IoRegisterDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                            PDRIVER_REINITIALIZE DriverReinitializationRoutine,
                                            PVOID Context)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    add(DriverObject, DriverReinitializationRoutine, Context);
}

VOID NTAPI IoRegisterBootDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                                PDRIVER_REINITIALIZE DriverReinitializationRoutine,
                                                PVOID Context)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    add(DriverObject, DriverReinitializationRoutine, Context);
}

static struct reinitialization *take(PDRIVER_OBJECT driver)
{
    PLIST_ENTRY list = &io_driver_of(driver)->reinitializations;

    if (IsListEmpty(list))
        return NULL;
    return CONTAINING_RECORD(RemoveHeadList(list), struct reinitialization, link);
}

VOID io_run_reinitializations(PDRIVER_OBJECT driver)
{
    struct reinitialization *entry;

    while ((entry = take(driver))) {
        /* How often the driver was called this way; a routine may ask for another round. */
        driver->DriverExtension->Count++;
        entry->routine(driver, entry->context, driver->DriverExtension->Count);
        ExFreePoolWithTag(entry, EX_TAG_DRIVER);
    }
}

VOID io_drop_reinitializations(PDRIVER_OBJECT driver)
{
    struct reinitialization *entry;

    while ((entry = take(driver)))
        ExFreePoolWithTag(entry, EX_TAG_DRIVER);
}
