/*
 * What becomes of a device's access outside of what is mapped for it.
 */
#include "dma_private.h"

#include "../rtl/rtl.h"

/* The first parameter: the IOMMU has seen it. */
#define IOMMU_VIOLATION 0x26
#define LOGGED 20 /* violations */

static struct dma_violations {
    BOOLEAN is_ignored; /* atomic */
    ULONG64 ignored;    /* atomic */
} violations;

NTSTATUS dma_start(VOID)
{
    const char *option = hal_environment("NTIO_DMA_VIOLATIONS");

    violations = (struct dma_violations){0};
    dma_domains_start();
    dma_controller_start();
    if (!option || !*option)
        return STATUS_SUCCESS;
    if (strcmp(option, "ignore")) {
        rtl_log("NTIO_DMA_VIOLATIONS is \"%s\"; it can be \"ignore\"", option);
        return STATUS_INVALID_PARAMETER;
    }
    violations.is_ignored = TRUE;
    return STATUS_SUCCESS;
}

VOID dma_stop(VOID)
{
}

VOID dma_ignore_violations(BOOLEAN ignore)
{
    __atomic_store_n(&violations.is_ignored, ignore, __ATOMIC_RELAXED);
}

ULONG64 dma_violations(VOID)
{
    return __atomic_load_n(&violations.ignored, __ATOMIC_RELAXED);
}

/* Why the address is not the device's: what is known of it. */
static VOID explain(struct dma_domain *domain, ULONG64 address, PSTR text, SIZE_T size)
{
    struct dma_past run;

    if (dma_find_run(domain, address, &run))
        rtl_format(text, size, "is mapped for the other direction only, by %s 0x%I64X", run.kind,
                   run.owner);
    else if (address && dma_find_run(domain, address - 1, &run))
        rtl_format(text, size, "is where the buffer of %s 0x%I64X ends", run.kind, run.owner);
    else if (dma_find_past(domain, address, &run))
        rtl_format(text, size, "was mapped for %s 0x%I64X, which has let it go", run.kind,
                   run.owner);
    else
        rtl_format(text, size, "is not mapped for the device");
}

VOID dma_violation(struct dma_domain *domain, ULONG64 address, SIZE_T bytes, ULONG access)
{
    PDEVICE_OBJECT pdo = dma_domain_device(domain);
    CHAR why[128], note[256];

    explain(domain, address, why, sizeof(why));
    rtl_format(note, sizeof(note), "The device %s 0x%I64X bytes at bus address 0x%I64X, which %s.",
               access == DMA_DEVICE_READS ? "reads" : "writes", (ULONG64)bytes, address, why);
    if (!__atomic_load_n(&violations.is_ignored, __ATOMIC_RELAXED)) {
        const ULONG_PTR parameters[4] = {IOMMU_VIOLATION, (ULONG_PTR)pdo, address, access};
        ke_bugcheck(DRIVER_VERIFIER_DMA_VIOLATION, parameters, note);
    }
    /* A device that does it once does it over and over. */
    ULONG64 count = __atomic_fetch_add(&violations.ignored, 1, __ATOMIC_RELAXED);
    if (count < LOGGED)
        rtl_log("DMA violation ignored (device object %p): %s%s", pdo, note,
                count + 1 == LOGGED ? " No more of these are shown." : "");
}
