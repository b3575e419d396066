/*
 * Loading shared objects: what they need is asked for by name before any of
 * their code runs.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux.h"

struct hal_image {
    void *handle;
    hal_u64 base, size;
    char *path;             /* of one that is preloaded, else NULL */
    struct hal_image *next; /* among those */
};

/* Images for the first hal_image_load of their paths. */
static struct hal_image *preloaded;

/* The names that a missing symbol's report is built from. */
struct missing_names {
    int (*check)(const char *name);
    char *text;
    hal_size size, used;
    hal_u32 count;
};

/*
 * Names that the compiler, the linker, a sanitizer or coverage puts into any
 * object on its own; the dynamic linker answers for those.
 */
static int is_of_the_toolchain(const char *name)
{
    static const char *const prefixes[] = {
        "__asan_",   "__tsan_", "__ubsan_", "__sanitizer_", "__gcov_",    "__llvm_",
        "__sancov_", "__lsan_", "__msan_",  "_ITM_",        "llvm_gcov_", "llvm_gcda_",
    };
    static const char *const names[] = {
        "__gmon_start__",
        "__cxa_finalize",
        "__stack_chk_fail",
        "__tls_get_addr",
        "_GLOBAL_OFFSET_TABLE_",
        "memcpy",
        "memmove",
        "memset",
        "memcmp",
        "strlen",
        "bcmp",
        "__cxa_atexit",
        "atexit",
        "abort",
    };

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
            return 1;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!strcmp(name, names[i]))
            return 1;
    }
    return 0;
}

static void add_missing(struct missing_names *missing, const char *name)
{
    int length;

    missing->count++;
    if (missing->used >= missing->size)
        return;
    length = snprintf(missing->text + missing->used, missing->size - missing->used, "%s%s",
                      missing->used ? " " : "", name);
    missing->used += (hal_size)length;
}

/* Calls visit for each of the object's dynamic symbols until it answers other than 0. */
static int visit_symbols(Elf *elf,
                         int (*visit)(const char *name, const GElf_Sym *symbol, void *context),
                         void *context)
{
    Elf_Scn *section = NULL;
    int answer = 0;
    GElf_Shdr header;
    GElf_Sym symbol;

    while (!answer && (section = elf_nextscn(elf, section))) {
        Elf_Data *data;

        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_DYNSYM || !header.sh_entsize)
            continue;
        data = elf_getdata(section, NULL);
        for (int i = 1; data && !answer && i < (int)(header.sh_size / header.sh_entsize); i++) {
            const char *name = NULL;

            if (gelf_getsym(data, i, &symbol))
                name = elf_strptr(elf, header.sh_link, symbol.st_name);
            if (name && *name)
                answer = visit(name, &symbol, context);
        }
    }
    return answer;
}

static int check_symbol(const char *name, const GElf_Sym *symbol, void *context)
{
    struct missing_names *missing = context;

    if (symbol->st_shndx == SHN_UNDEF && GELF_ST_BIND(symbol->st_info) != STB_WEAK &&
        !is_of_the_toolchain(name) && !missing->check(name))
        add_missing(missing, name);
    return 0;
}

static int is_shared_object(Elf *elf)
{
    GElf_Ehdr header;

    return elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header) && header.e_type == ET_DYN &&
           header.e_machine == EM_X86_64;
}

static int check_elf(Elf *elf, const char *path, int (*check)(const char *), char *text,
                     hal_size size)
{
    struct missing_names missing = {.check = check, .text = text, .size = size};

    if (!is_shared_object(elf)) {
        snprintf(text, size, "%s is not a shared object for this machine", path);
        return HAL_EINVAL;
    }
    visit_symbols(elf, check_symbol, &missing);
    return missing.count ? HAL_ENOENT : HAL_OK;
}

/* NULL, and why in text; close_elf. */
static Elf *open_elf(const char *path, int *fd, char *text, hal_size size)
{
    Elf *elf;

    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0) {
        snprintf(text, size, "%s: %s", path, strerror(errno));
        return NULL;
    }
    elf_version(EV_CURRENT);
    elf = elf_begin(*fd, ELF_C_READ_MMAP, NULL);
    if (!elf) {
        snprintf(text, size, "%s: %s", path, elf_errmsg(-1));
        close(*fd);
    }
    return elf;
}

static void close_elf(Elf *elf, int fd)
{
    elf_end(elf);
    close(fd);
}

static int check_file(const char *path, int (*check)(const char *), char *text, hal_size size)
{
    int fd, error = HAL_EINVAL;
    Elf *elf = open_elf(path, &fd, text, size);

    if (elf) {
        error = check_elf(elf, path, check, text, size);
        close_elf(elf, fd);
    }
    return error;
}

static int is_definition(const char *name, const GElf_Sym *symbol, void *wanted)
{
    return symbol->st_shndx != SHN_UNDEF && !strcmp(name, wanted);
}

HALAPI int hal_image_defines(const char *path, const char *name)
{
    int fd, found;
    Elf *elf = open_elf(path, &fd, NULL, 0);

    if (!elf)
        return 0;
    found = visit_symbols(elf, is_definition, (void *)(hal_u64)name);
    close_elf(elf, fd);
    return found;
}

/* Finds the object at image->base and tells its size. */
static int measure(struct dl_phdr_info *info, size_t size, void *context)
{
    struct hal_image *image = context;
    hal_u64 low = ~0ull, high = 0;

    (void)size;
    if (info->dlpi_addr != image->base)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];

        if (header->p_type != PT_LOAD)
            continue;
        if (header->p_vaddr < low)
            low = header->p_vaddr;
        if (header->p_vaddr + header->p_memsz > high)
            high = header->p_vaddr + header->p_memsz;
    }
    low &= ~(HAL_PAGE_SIZE - 1);
    high = (high + HAL_PAGE_SIZE - 1) & ~(HAL_PAGE_SIZE - 1);
    image->base += low;
    image->size = high - low;
    return 1;
}

static int load(struct hal_image *image, const char *path, char *text, hal_size size)
{
    struct link_map *map;

    image->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!image->handle || dlinfo(image->handle, RTLD_DI_LINKMAP, &map)) {
        snprintf(text, size, "%s", dlerror());
        if (image->handle)
            dlclose(image->handle);
        return HAL_EINVAL;
    }
    image->base = map->l_addr;
    dl_iterate_phdr(measure, image);
    return HAL_OK;
}

static struct hal_image *take_preloaded(const char *path)
{
    struct hal_image **link = &preloaded, *image;

    while (*link && strcmp((*link)->path, path))
        link = &(*link)->next;
    image = *link;
    if (!image)
        return NULL;
    *link = image->next;
    free(image->path);
    image->path = NULL;
    return image;
}

HALAPI int hal_image_preload(const char *path, int (*check)(const char *name), char *missing,
                             hal_size size)
{
    struct hal_image *image;
    int error = hal_image_load(&image, path, check, missing, size);

    if (error)
        return error;
    image->path = strdup(path);
    if (!image->path) {
        hal_image_unload(image);
        return HAL_ENOMEM;
    }
    image->next = preloaded;
    preloaded = image;
    return HAL_OK;
}

HALAPI int hal_image_load(struct hal_image **image, const char *path,
                          int (*check)(const char *name), char *missing, hal_size size)
{
    struct hal_image *made = take_preloaded(path);
    int error = HAL_OK;

    if (made) {
        *image = made;
        return HAL_OK;
    }

    if (size)
        missing[0] = 0;
    if (check)
        error = check_file(path, check, missing, size);
    if (error)
        return error;
    made = hal_allocate(sizeof *made);
    if (!made)
        return HAL_ENOMEM;
    error = load(made, path, missing, size);
    if (error) {
        hal_free(made);
        return error;
    }
    *image = made;
    return HAL_OK;
}

HALAPI void hal_image_unload(struct hal_image *image)
{
    if (!image)
        return;
    dlclose(image->handle);
    hal_free(image);
}

HALAPI void *hal_image_symbol(struct hal_image *image, const char *name)
{
    void *address = dlsym(image ? image->handle : RTLD_DEFAULT, name);

    /* dlsym looks into the object's libraries too. */
    if (image && (hal_u64)address - image->base >= image->size)
        return NULL;
    return address;
}

HALAPI void hal_image_range(struct hal_image *image, hal_u64 *base, hal_u64 *size)
{
    *base = image->base;
    *size = image->size;
}
