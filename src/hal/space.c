/*
 * Addresses: system space, the program's reservations, what is mapped where.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* PROCMAP_QUERY (Linux 6.11), which Debian 12's headers do not have yet. */
struct procmap_query {
    hal_u64 size;
    hal_u64 query_flags;
    hal_u64 query_addr;
    hal_u64 vma_start, vma_end;
    hal_u64 vma_flags; /* 1 readable, 2 writable, 4 executable, 8 shared */
    hal_u64 vma_page_size;
    hal_u64 vma_offset;
    hal_u64 inode;
    hal_u32 dev_major, dev_minor;
    hal_u32 vma_name_size, build_id_size;
    hal_u64 vma_name_addr, build_id_addr;
};
#define PROCMAP_QUERY_CALL _IOWR('f', 17, struct procmap_query)

static struct {
    int maps;      /* /proc/self/maps, open while hal runs */
    int has_query; /* 0 once the kernel has refused PROCMAP_QUERY */
} space_system = {.maps = -1};

int hal_protection_bits(int protection)
{
    return (protection & HAL_READ ? PROT_READ : 0) | (protection & HAL_WRITE ? PROT_WRITE : 0) |
           (protection & HAL_EXECUTE ? PROT_EXEC : 0);
}

static int reserve_system_space(hal_u64 address, hal_u64 pages, int how)
{
    return linux_map(address, pages, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | how,
                     -1, 0);
}

int space_start(void)
{
    int error;

    error =
        reserve_system_space(HAL_SYSTEM_BASE, HAL_SYSTEM_SIZE / HAL_PAGE_SIZE, MAP_FIXED_NOREPLACE);
    if (error) {
        static const char taken[] = "ntio: the addresses of system space "
                                    "(0x550000000000-0x554000000000) are in use\n";

        if (error == -EEXIST)
            hal_print(taken, sizeof taken - 1);
        return hal_error_from(error);
    }
    space_system.maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    space_system.has_query = 1;
    return HAL_OK;
}

void space_stop(void)
{
    if (space_system.maps >= 0)
        close(space_system.maps);
    space_system.maps = -1;
    linux_unmap(HAL_SYSTEM_BASE, HAL_SYSTEM_SIZE / HAL_PAGE_SIZE);
}

HALAPI int hal_map(hal_u64 address, struct hal_segment *segment, hal_u64 first, hal_u64 pages,
                   int protection)
{
    int error;

    if (!segment_has(segment, first, pages))
        return HAL_EINVAL;
    error = linux_map(address, pages, hal_protection_bits(protection), MAP_SHARED | MAP_FIXED,
                      segment->fd, first);
    if (error)
        return hal_error_from(error);
    if (pages == segment->pages)
        segment->direct = address;
    /* A forked child must not reach its parent's kernel. */
    linux_advise(address, pages, MADV_DONTFORK);
    return HAL_OK;
}

HALAPI int hal_unmap(hal_u64 address, hal_u64 pages)
{
    return hal_error_from(reserve_system_space(address, pages, MAP_FIXED));
}

HALAPI int hal_protect(hal_u64 address, hal_u64 pages, int protection)
{
    return hal_error_from(linux_protect(address, pages, hal_protection_bits(protection)));
}

/*
 * The program's memory goes through libc's names, because a sanitizer has to
 * know when addresses begin a new life.
 */
HALAPI int hal_reserve(hal_u64 *address, hal_u64 pages)
{
    void *wanted = (void *)(uintptr_t)*address;
    void *got = mmap(
        wanted, pages * HAL_PAGE_SIZE, PROT_NONE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (wanted ? MAP_FIXED_NOREPLACE : 0), -1, 0);

    if (got == MAP_FAILED)
        return hal_error_from(-errno);
    *address = (uintptr_t)got;
    return HAL_OK;
}

static int map_private(hal_u64 address, hal_u64 pages, int protection, int flags)
{
    void *got = mmap((void *)(uintptr_t)address, pages * HAL_PAGE_SIZE, protection,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags, -1, 0);

    if (got == MAP_FAILED)
        return hal_error_from(-errno);
    hal_adopt_settle();
    return HAL_OK;
}

HALAPI int hal_commit(hal_u64 address, hal_u64 pages, int protection)
{
    return map_private(address, pages, hal_protection_bits(protection), 0);
}

HALAPI int hal_decommit(hal_u64 address, hal_u64 pages)
{
    return map_private(address, pages, PROT_NONE, MAP_NORESERVE);
}

HALAPI int hal_release(hal_u64 address, hal_u64 pages)
{
    if (munmap((void *)(uintptr_t)address, pages * HAL_PAGE_SIZE))
        return hal_error_from(-errno);
    hal_adopt_settle();
    return HAL_OK;
}

static int find_by_query(hal_u64 address, struct mapping *mapping)
{
    struct procmap_query query = {.size = sizeof query, .query_addr = address};
    int error = linux_control(space_system.maps, PROCMAP_QUERY_CALL, &query);

    if (error)
        return error;
    mapping->start = query.vma_start;
    mapping->end = query.vma_end;
    mapping->protection = (query.vma_flags & 1 ? PROT_READ : 0) |
                          (query.vma_flags & 2 ? PROT_WRITE : 0) |
                          (query.vma_flags & 4 ? PROT_EXEC : 0);
    mapping->is_shared = !!(query.vma_flags & 8);
    mapping->inode = query.inode;
    return 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *parse_hex(const char *text, hal_u64 *value)
{
    *value = 0;
    for (; hex_digit(*text) >= 0; text++)
        *value = *value << 4 | (hal_u64)hex_digit(*text);
    return text;
}

/* A line is "start-end rwxp offset major:minor inode  name". */
static void parse_mapping(const char *line, struct mapping *mapping)
{
    hal_u64 ignored;

    line = parse_hex(line, &mapping->start);
    line = parse_hex(line + 1, &mapping->end) + 1;
    mapping->protection = (line[0] == 'r' ? PROT_READ : 0) | (line[1] == 'w' ? PROT_WRITE : 0) |
                          (line[2] == 'x' ? PROT_EXEC : 0);
    mapping->is_shared = line[3] == 's';
    line = parse_hex(line + 5, &ignored);
    line = parse_hex(line + 1, &ignored);
    line = parse_hex(line + 1, &ignored);
    mapping->inode = strtoull(line + 1, NULL, 10);
}

/* Reads maps in pieces; a line's part that we want is within its first 80 bytes. */
static int find_by_reading(hal_u64 address, struct mapping *mapping)
{
    char text[4096];
    size_t held = 0;
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    int error = HAL_EFAULT;

    if (fd < 0)
        return hal_error_from(-errno);
    for (;;) {
        ssize_t got = read(fd, text + held, sizeof text - 1 - held);
        char *line = text, *end;

        if (got <= 0)
            break;
        held += (size_t)got;
        text[held] = 0;
        while ((end = strchr(line, '\n'))) {
            parse_mapping(line, mapping);
            if (mapping->end > address) {
                error = mapping->start <= address ? HAL_OK : HAL_EFAULT;
                goto done;
            }
            line = end + 1;
        }
        held -= (size_t)(line - text);
        memmove(text, line, held);
    }
done:
    close(fd);
    return error;
}

int space_find(hal_u64 address, struct mapping *mapping)
{
    if (space_system.has_query && space_system.maps >= 0) {
        int error = find_by_query(address, mapping);

        if (!error)
            return HAL_OK;
        if (error == -ENOENT)
            return HAL_EFAULT;
        space_system.has_query = 0;
    }
    return find_by_reading(address, mapping);
}

HALAPI int hal_query(hal_u64 address, int *protection, hal_u64 *end)
{
    struct mapping mapping;
    int error = space_find(address, &mapping);

    if (error)
        return error;
    *protection = (mapping.protection & PROT_READ ? HAL_READ : 0) |
                  (mapping.protection & PROT_WRITE ? HAL_WRITE : 0) |
                  (mapping.protection & PROT_EXEC ? HAL_EXECUTE : 0);
    *end = mapping.end;
    return HAL_OK;
}

/* What is open tells of the parent. */
void space_forked(void)
{
    space_stop();
}

HALAPI hal_u64 hal_resident_bytes(void)
{
    unsigned long long total, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file)
        return 0;
    if (fscanf(file, "%llu %llu", &total, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * HAL_PAGE_SIZE;
}
