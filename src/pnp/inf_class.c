/*
 * What Windows' own class installers do beside an INF, and drivers rely on.
 */
#include "package.h"

#define PORTS L"{4d36e978-e325-11ce-bfc1-08002be10318}"
#define ARBITER L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\COM Name Arbiter"

/* Takes the first free number of a COM port, from 1; 0: there is none, or *status is a failure. */
static ULONG take_port(NTSTATUS *status)
{
    UCHAR used[32] = {0}; /* a bit for each */
    struct pnp_path key;
    PVOID data = NULL;
    ULONG bytes, i;

    pnp_path_start(&key, ARBITER);
    if (NT_SUCCESS(pnp_get_data(&key, L"ComDB", NULL, &data, &bytes)))
        memcpy(used, data, min(bytes, sizeof(used)));
    pnp_free(data);
    for (i = 0; i < 8 * sizeof(used); i++) {
        if (used[i / 8] & 1 << i % 8)
            continue;
        used[i / 8] |= (UCHAR)(1 << i % 8);
        *status = pnp_set_data(&key, L"ComDB", REG_BINARY, used, sizeof(used));
        return NT_SUCCESS(*status) ? i + 1 : 0;
    }
    return 0;
}

NTSTATUS pnp_install_class(const struct pnp_package *package, const struct pnp_node *node)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct pnp_path key, name;
    PWSTR old;
    ULONG port;

    if (!inf_same(package->class_guid, PORTS))
        return status;
    pnp_enum_key(&key, node, L"Device Parameters");
    old = pnp_get_text(&key, L"PortName");
    pnp_free(old);
    port = old ? 0 : take_port(&status);
    if (!port)
        return status;
    pnp_path_start(&name, L"");
    pnp_path_format(&name, "COM%u", port);
    return pnp_set_text(&key, L"PortName", REG_SZ, name.text);
}
