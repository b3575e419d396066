/*
 * The PnP manager's part of the embedding interface, include/ntio/ntio.h.
 */
#include "pnpp.h"
#include "../../include/ntio/ntio.h"

static struct pnp_reason reason_of(char *text, unsigned long size)
{
    if (text && size)
        *text = 0;
    return (struct pnp_reason){text, size};
}

int ntio_add_driver_file(const char *path)
{
    return pnp_add_driver_file(path);
}

int ntio_has_device(const char *path)
{
    WCHAR text[256];
    UNICODE_STRING service = {.Buffer = text, .MaximumLength = sizeof(text)};
    BOOLEAN has_device;

    return NT_SUCCESS(pnp_find_driver_use(path, &service, &has_device)) && has_device;
}

int ntio_install_inf(const char *path, char *reason, unsigned long reason_size)
{
    struct pnp_reason why = reason_of(reason, reason_size);

    return pnp_install_inf(path, &why);
}

int ntio_start_devices(char *reason, unsigned long reason_size)
{
    struct pnp_reason why = reason_of(reason, reason_size);

    return pnp_enumerate_installed(&why);
}

/* A name of a device in UTF-16. */
struct name {
    UNICODE_STRING string;
    WCHAR text[256];
};

static PCUNICODE_STRING wide(struct name *name, const char *text)
{
    name->string.Buffer = name->text;
    name->string.MaximumLength = sizeof(name->text);
    name->string.Length =
        (USHORT)rtl_utf16_from_utf8(name->text, sizeof(name->text), text, strlen(text));
    return &name->string;
}

int ntio_add_device(const char *hardware_id, char *reason, unsigned long reason_size)
{
    struct pnp_reason why = reason_of(reason, reason_size);
    struct name name;

    return pnp_add_device(wide(&name, hardware_id), NULL, &why);
}

int ntio_remove_device(const char *name, enum ntio_removal how, char *reason,
                       unsigned long reason_size)
{
    static const enum pnp_removal ways[] = {
        [NTIO_REMOVE] = PNP_REMOVE,
        [NTIO_SURPRISE_REMOVE] = PNP_SURPRISE_REMOVE,
        [NTIO_EJECT] = PNP_EJECT,
        [NTIO_DISABLE] = PNP_DISABLE,
    };
    struct pnp_reason why = reason_of(reason, reason_size);
    struct name copy;

    if ((ULONG)how >= RTL_NUMBER_OF(ways))
        return STATUS_INVALID_PARAMETER;
    return pnp_remove_device(wide(&copy, name), ways[how], &why);
}

int ntio_sleep(int state, char *reason, unsigned long reason_size)
{
    struct pnp_reason why = reason_of(reason, reason_size);

    return pnp_sleep((SYSTEM_POWER_STATE)(PowerSystemWorking + state), &why);
}

int ntio_wake(char *reason, unsigned long reason_size)
{
    struct pnp_reason why = reason_of(reason, reason_size);

    return pnp_wake(&why);
}

void ntio_settle(void)
{
    pnp_settle();
}
