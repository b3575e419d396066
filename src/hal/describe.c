/*
 * Code addresses in words, from the debug information of what is loaded.
 */
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux.h"

#define DWARF_STACK_POINTER 7

static struct {
    pthread_mutex_t lock; /* guards what follows */
    Dwfl *dwfl;           /* NULL until asked */
    hal_u64 images;       /* objects ever loaded and unloaded when dwfl was made */
} describe_system = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int count_images(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    *(hal_u64 *)context = info->dlpi_adds + info->dlpi_subs;
    return 1;
}

/* Called with the lock held. */
static void forget(void)
{
    if (describe_system.dwfl)
        dwfl_end(describe_system.dwfl);
    describe_system.dwfl = NULL;
}

static Dwfl *open_process(void)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_linux_proc_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
    };
    Dwfl *dwfl = dwfl_begin(&callbacks);

    if (!dwfl)
        return NULL;
    if (dwfl_linux_proc_report(dwfl, getpid()) || dwfl_report_end(dwfl, NULL, NULL)) {
        dwfl_end(dwfl);
        return NULL;
    }
    return dwfl;
}

/* Called with the lock held. */
static Dwfl *current_dwfl(void)
{
    hal_u64 images = 0;

    dl_iterate_phdr(count_images, &images);
    if (describe_system.dwfl && describe_system.images != images)
        forget();
    if (!describe_system.dwfl)
        describe_system.dwfl = open_process();
    describe_system.images = images;
    return describe_system.dwfl;
}

static int open_module(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr start,
                       void *unused)
{
    Dwarf_Addr bias;

    (void)user, (void)name, (void)start, (void)unused;
    dwfl_module_getelf(module, &bias);
    dwfl_module_getdwarf(module, &bias);
    return DWARF_CB_OK;
}

HALAPI void hal_describe_prepare(void)
{
    pthread_mutex_lock(&describe_system.lock);
    if (current_dwfl())
        dwfl_getmodules(describe_system.dwfl, open_module, NULL, 0);
    /* What libdw itself has loaded for that is not worth beginning anew. */
    describe_system.images = 0;
    dl_iterate_phdr(count_images, &describe_system.images);
    pthread_mutex_unlock(&describe_system.lock);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int is_artificial(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    bool flag = false;

    return dwarf_attr_integrate(die, DW_AT_artificial, &attribute) &&
           dwarf_formflag(&attribute, &flag) == 0 && flag;
}

static int number_of(Dwarf_Die *die, unsigned int name, Dwarf_Word *number)
{
    Dwarf_Attribute attribute;

    return dwarf_attr(die, name, &attribute) && dwarf_formudata(&attribute, number) == 0;
}

/* Where an inlined call stands in the source; file stays as it is if that is unknown. */
static void find_call(Dwarf_Die *unit, Dwarf_Die *call, const char **file, int *number)
{
    Dwarf_Word index, line;
    Dwarf_Files *files;
    size_t count;

    if (dwarf_getsrcfiles(unit, &files, &count) || !number_of(call, DW_AT_call_file, &index) ||
        !number_of(call, DW_AT_call_line, &line) || index >= count)
        return;
    *file = dwarf_filesrc(files, index, NULL, NULL);
    *number = (int)line;
}

/*
 * A call of a header's inline function that is marked artificial, as those of the framework
 * are that a driver calls, stands where the driver wrote it.
 */
static void leave_artificial(Dwarf_Die *unit, Dwarf_Addr pc, const char **file, int *number)
{
    Dwarf_Die *scopes = NULL;
    int count = dwarf_getscopes(unit, pc, &scopes);

    for (int i = 0; i < count; i++) {
        int tag = dwarf_tag(&scopes[i]);

        if (tag == DW_TAG_lexical_block)
            continue;
        if (tag != DW_TAG_inlined_subroutine || !is_artificial(&scopes[i]))
            break;
        find_call(unit, &scopes[i], file, number);
    }
    free(scopes);
}

/*
 * The source file of pc and its line, NULL if unknown. Goes through the compile
 * units, since clang writes no index of them.
 */
static const char *find_source(Dwfl_Module *module, hal_u64 pc, int *number)
{
    Dwarf_Die *unit = NULL;
    Dwarf_Addr bias;

    while ((unit = dwfl_module_nextcu(module, unit, &bias))) {
        const char *file;
        Dwarf_Line *line;

        if (dwarf_haspc(unit, pc - bias) <= 0)
            continue;
        line = dwarf_getsrc_die(unit, pc - bias);
        if (!line || dwarf_lineno(line, number))
            return NULL;
        file = dwarf_linesrc(line, NULL, NULL);
        leave_artificial(unit, pc - bias, &file, number);
        return file;
    }
    return NULL;
}

static void describe(Dwfl_Module *module, hal_u64 pc, char *text, hal_size size)
{
    const char *function, *object, *file;
    GElf_Off offset = 0;
    GElf_Sym symbol;
    int number = 0;

    function = dwfl_module_addrinfo(module, pc, &offset, &symbol, NULL, NULL, NULL);
    object = dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    file = find_source(module, pc, &number);
    if (function && file)
        snprintf(text, size, "%s+0x%llx (%s:%d)", function, (hal_u64)offset, last_part(file),
                 number);
    else if (function)
        snprintf(text, size, "%s+0x%llx (%s)", function, (hal_u64)offset, last_part(object));
    else
        snprintf(text, size, "0x%llx (%s)", pc, last_part(object));
}

HALAPI void hal_describe_code(hal_u64 pc, char *text, hal_size size)
{
    Dwfl_Module *module = NULL;
    Dwfl *dwfl;

    pthread_mutex_lock(&describe_system.lock);
    dwfl = current_dwfl();
    if (dwfl)
        module = dwfl_addrmodule(dwfl, pc);
    if (module)
        describe(module, pc, text, size);
    else
        snprintf(text, size, "0x%llx", pc);
    pthread_mutex_unlock(&describe_system.lock);
}

/* Called with the lock held. Offset of the frame's end from the stack pointer, 0 if not known so.
 */
static hal_u64 frame_bytes(Dwfl_Module *module, hal_u64 pc)
{
    Dwarf_Addr bias;
    Dwarf_CFI *cfi = dwfl_module_eh_cfi(module, &bias);
    Dwarf_Frame *frame;
    Dwarf_Op *operations;
    size_t count;
    hal_u64 bytes = 0;

    if (!cfi || dwarf_cfi_addrframe(cfi, pc - bias, &frame))
        return 0;
    if (!dwarf_frame_cfa(frame, &operations, &count) && count == 1 &&
        operations[0].atom == DW_OP_bregx && operations[0].number == DWARF_STACK_POINTER)
        bytes = operations[0].number2;
    free(frame);
    return bytes;
}

hal_u64 describe_return_slot(hal_u64 pc, hal_u64 sp)
{
    Dwfl_Module *module = NULL;
    hal_u64 bytes = 0;
    Dwfl *dwfl;

    pthread_mutex_lock(&describe_system.lock);
    dwfl = current_dwfl();
    if (dwfl)
        module = dwfl_addrmodule(dwfl, pc);
    if (module)
        bytes = frame_bytes(module, pc);
    pthread_mutex_unlock(&describe_system.lock);
    return bytes ? sp + bytes - sizeof(hal_u64) : 0;
}

void describe_stop(void)
{
    pthread_mutex_lock(&describe_system.lock);
    forget();
    pthread_mutex_unlock(&describe_system.lock);
}
