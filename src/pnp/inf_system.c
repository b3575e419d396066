/*
 * INF files that Windows brings and drivers' own Include: what of them ntio has.
 */
#include "package.h"

/*
 * WUDFRD.inf puts the reflector into a device's stack: as its function driver, or as a filter
 * above or below that.
 */
static const CHAR wudfrd[] = "[Version]\n"
                             "Signature = \"$Windows NT$\"\n"
                             "[WUDFRD.NT]\n"
                             "[WUDFRD.NT.HW]\n"
                             "[WUDFRD.NT.Services]\n"
                             "AddService = WUDFRd, 0x000001fa, Reflector\n"
                             "[WUDFRD_UpperFilter.NT]\n"
                             "[WUDFRD_UpperFilter.NT.HW]\n"
                             "[WUDFRD_UpperFilter.NT.Services]\n"
                             "AddService = WUDFRd, 0x000001f8, Reflector\n"
                             "[WUDFRD_UpperFilter.NT.Filters]\n"
                             "AddFilter = WUDFRd,, Upper\n"
                             "[WUDFRD_LowerFilter.NT]\n"
                             "[WUDFRD_LowerFilter.NT.HW]\n"
                             "[WUDFRD_LowerFilter.NT.Services]\n"
                             "AddService = WUDFRd, 0x000001f8, Reflector\n"
                             "[WUDFRD_LowerFilter.NT.Filters]\n"
                             "AddFilter = WUDFRd,, Lower\n"
                             "[Upper]\n"
                             "FilterPosition = Upper\n"
                             "[Lower]\n"
                             "FilterPosition = Lower\n"
                             "[Reflector]\n"
                             "DisplayName = \"User-mode Driver Framework Reflector\"\n"
                             "ServiceType = 1\n"
                             "StartType = 3\n"
                             "ErrorControl = 1\n"
                             "ServiceBinary = %12%\\WUDFRd.sys\n";

static struct pnp_package reflector = {
    .path = (PSTR) "WUDFRD.inf",
    .name = (PWSTR)L"WUDFRD.inf",
    .class_name = L"",
    .class_guid = L"",
};

const struct pnp_package *pnp_find_system_package(PCWSTR name)
{
    struct inf_error error;

    if (!inf_same(name, reflector.name))
        return NULL;
    if (!reflector.inf &&
        !NT_SUCCESS(inf_parse(wudfrd, sizeof(wudfrd) - 1, &reflector.inf, &error)))
        return NULL;
    return &reflector;
}

VOID pnp_free_system_packages(VOID)
{
    inf_close(reflector.inf);
    reflector.inf = NULL;
}
