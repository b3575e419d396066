/*
 * Starting and stopping the object manager: the root of the name space, the
 * tables of the two processes.
 */
#include "handle.h"
#include "security.h"

#include "../ex/ex.h"

static NTSTATUS make_directories(VOID)
{
    static const UNICODE_STRING names[] = {
        RTL_CONSTANT_STRING(L"\\Device"),        RTL_CONSTANT_STRING(L"\\Driver"),
        RTL_CONSTANT_STRING(L"\\FileSystem"),    RTL_CONSTANT_STRING(L"\\BaseNamedObjects"),
        RTL_CONSTANT_STRING(L"\\KernelObjects"), RTL_CONSTANT_STRING(L"\\Callback"),
        RTL_CONSTANT_STRING(L"\\GLOBAL??"),
    };
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(names) && NT_SUCCESS(status); i++)
        status = ob_create_directory(&names[i]);
    return status;
}

static NTSTATUS make_links(VOID)
{
    static const struct {
        UNICODE_STRING name, target;
    } links[] = {
        {RTL_CONSTANT_STRING(L"\\??"), RTL_CONSTANT_STRING(L"\\GLOBAL??")},
        {RTL_CONSTANT_STRING(L"\\DosDevices"), RTL_CONSTANT_STRING(L"\\??")},
        {RTL_CONSTANT_STRING(L"\\GLOBAL??\\Global"), RTL_CONSTANT_STRING(L"\\GLOBAL??")},
        {RTL_CONSTANT_STRING(L"\\GLOBAL??\\GLOBALROOT"), RTL_CONSTANT_STRING(L"\\")},
    };
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(links) && NT_SUCCESS(status); i++)
        status = ob_create_symbolic_link(&links[i].name, &links[i].target);
    return status;
}

static NTSTATUS give_handles(PKPROCESS process)
{
    if (process && !process->handles)
        process->handles = ob_handle_table_create();
    return !process || process->handles ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS ob_equip_process(PKPROCESS process, const struct ob_user *user)
{
    NTSTATUS status = give_handles(process);

    if (NT_SUCCESS(status))
        status = ob_token_create(user, &process->token);
    return status;
}

VOID ob_strip_process(PKPROCESS process)
{
    if (process->handles)
        ob_handle_table_destroy(process);
    if (process->token)
        ObfDereferenceObject(process->token);
    process->token = NULL;
}

NTSTATUS ob_start(VOID)
{
    NTSTATUS status;

    ExInitializeFastMutex(&ob_system.names);
    ob_handle_start();
    ob_deferred_start();
    ob_mutant_start();
    status = ob_create(&ob_type_directory, sizeof(struct ob_directory), &ob_system.root);
    if (!NT_SUCCESS(status))
        return status;
    ob_directory_initialize(ob_system.root);
    status = make_directories();
    if (NT_SUCCESS(status))
        status = make_links();
    if (NT_SUCCESS(status))
        status = give_handles(ke_system_process());
    if (NT_SUCCESS(status))
        status = give_handles(ke_program_process());
    if (NT_SUCCESS(status))
        status = ob_security_start();
    if (!NT_SUCCESS(status))
        ob_stop();
    return status;
}

VOID ob_stop(VOID)
{
    PKPROCESS processes[] = {ke_program_process(), ke_system_process()};
    ULONG i;

    ob_deferred_stop();
    for (i = 0; i < RTL_NUMBER_OF(processes); i++)
        if (processes[i])
            ob_handle_table_destroy(processes[i]);
    if (ob_system.root) {
        ob_remove_all_names(ob_system.root);
        ObfDereferenceObject(ob_system.root);
        ob_system.root = NULL;
    }
    ob_security_stop();
    ob_deferred_drain();
    ob_mutant_stop();
}
