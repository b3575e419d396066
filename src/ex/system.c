/*
 * Facts about the system that drivers ask the executive for.
 */
#include "../ke/ke.h"

#define PF_RDRAND 28u

#define CPUID_1_ECX_SSE3 (1u << 0)
#define CPUID_1_ECX_CX16 (1u << 13)
#define CPUID_1_ECX_XSAVE (1u << 26)
#define CPUID_1_ECX_RDRAND (1u << 30)

static ULONG system_features(VOID)
{
    ULONG eax = 1, ebx, ecx = 0, edx;
    __asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return ecx;
}

BOOLEAN NTAPI ExIsProcessorFeaturePresent(ULONG ProcessorFeature)
{
    ULONG features = system_features();

    switch (ProcessorFeature) {
    case PF_COMPARE_EXCHANGE_DOUBLE:
    case PF_MMX_INSTRUCTIONS_AVAILABLE:
    case PF_XMMI_INSTRUCTIONS_AVAILABLE:
    case PF_RDTSC_INSTRUCTION_AVAILABLE:
    case PF_PAE_ENABLED:
    case PF_XMMI64_INSTRUCTIONS_AVAILABLE:
    case PF_NX_ENABLED:
        return TRUE; /* every x86-64 processor has these */
    case PF_SSE3_INSTRUCTIONS_AVAILABLE:
        return (features & CPUID_1_ECX_SSE3) != 0;
    case PF_COMPARE_EXCHANGE128:
        return (features & CPUID_1_ECX_CX16) != 0;
    case PF_XSAVE_ENABLED:
        return (features & CPUID_1_ECX_XSAVE) != 0;
    case PF_RDRAND:
        return (features & CPUID_1_ECX_RDRAND) != 0;
    default:
        return FALSE;
    }
}

/* ntio is a workstation for one user. */
BOOLEAN NTAPI ExVerifySuite(SUITE_TYPE SuiteType)
{
    return SuiteType == SingleUserTS;
}

/* A random (version 4) identifier. */
NTSTATUS NTAPI ExUuidCreate(UUID *Uuid)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    hal_random(Uuid, sizeof(*Uuid));
    Uuid->Data3 = (Uuid->Data3 & 0x0FFF) | 0x4000;
    Uuid->Data4[0] = (Uuid->Data4[0] & 0x3F) | 0x80;
    return STATUS_SUCCESS;
}
