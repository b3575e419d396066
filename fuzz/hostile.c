/*
 * A hostile program: its input says what it does to its channel, its memory and
 * the kernel's services.
 *
 * Arguments are chosen to come far: each service knows of what kind its arguments
 * should be, and the input decides for each whether it is of that kind.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- its memory ----------------------------------------------------------------------- */

/* Where it has all that it gives the kernel pointers to: fixed, so that inputs repeat. */
#define ARENA 0x7e0000000000ull
#define ARENA_PAGES 64u
#define ATTRIBUTES_PAGE 0u /* 16 struct attributes, 64 bytes apart */
#define STRINGS_PAGE 1u    /* 16 struct string */
#define NAMES_PAGE 2u      /* their text, 256 bytes apart */
#define TIMES_PAGE 3u      /* 16 timeouts; then a client id, then PnP's block */
#define BUFFERS_PAGE 4u
#define CONSTANT_PAGE 8u /* read only */
#define HOLE_PAGE 9u     /* unmapped */

#define CLIENT_ID_OFFSET 256u
#define PNP_OFFSET 512u

/* UNICODE_STRING and OBJECT_ATTRIBUTES. */
struct string {
    uint16_t length, most;
    uint64_t text;
};

struct attributes {
    uint32_t length;
    uint64_t root, name;
    uint32_t flags;
    uint64_t security, quality;
    uint64_t unused[2]; /* a power of two apart */
};

static const char *const names[16] = {
    "\\??\\TransferBuffered",
    "\\??\\TransferDirect",
    "\\??\\TransferNeither",
    "\\??\\Mailbox",
    "\\BaseNamedObjects\\fuzz",
    "\\Registry\\Machine\\Software\\Fuzz",
    "",
    "\\",
    "relative",
    "\\Device\\Mailbox\\behind\\it",
    "\\??\\C:\\channel.txt",
    "Value",
    "\\BaseNamedObjects",
    "\\Registry\\User",
    "\\??\\\\\\GLOBALROOT\\Device\\Nothing at all, but a name that is longer than the others are",
    "\\Driver\\transfer",
};
static const int64_t times[16] = {0,      -1,         -10000, -50000,    INT64_MIN, INT64_MAX,
                                  1,      -INT64_MAX, 10000,  -10000000, 42,        -300000,
                                  -20000, -30000,     -40000, -100000};
static const uint64_t kernel_places[8] = {0x60000000,     0x60001008,        0x2aaaaaaab000,
                                          0x2aaaaaaaf000, 0x550000000000,    0x550000200010,
                                          0x7ffffffff000, 0xffff800000000000};
static const uint32_t codes[16] = {
    0x9C402400 | 0xC000, 0x9C402405 | 0xC000, 0x9C40240A | 0xC000, 0x9C40240F | 0xC000,
    0x9C402410 | 0xC000, 0x9C402414 | 0xC000, 0x9C40241B | 0xC000, 0x9C40FFFF,
    0x00222040,          0x00222044,          0x00222048,          0x0022204C,
    0x00222050,          0x00222042,          0x00000000,          0xFFFFFFFF};

static uint64_t place(unsigned page, unsigned offset)
{
    return ARENA + page * HAL_PAGE_SIZE + offset;
}

static void fill_name(unsigned number)
{
    struct string *string = (struct string *)place(STRINGS_PAGE, number * sizeof(struct string));
    struct attributes *attributes =
        (struct attributes *)place(ATTRIBUTES_PAGE, number * sizeof(struct attributes));
    uint16_t *text = (uint16_t *)place(NAMES_PAGE, number * 256);
    size_t length = strlen(names[number]);

    for (size_t i = 0; i < length; i++)
        text[i] = (unsigned char)names[number][i];
    *string = (struct string){(uint16_t)(2 * length), (uint16_t)(2 * length), (uint64_t)text};
    *attributes = (struct attributes){
        .length = 48, .name = (uint64_t)string, .flags = number % 2 ? 0xC0 : 0x40};
}

static bool make_arena(void)
{
    void *arena = mmap((void *)ARENA, ARENA_PAGES * HAL_PAGE_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    if (arena != (void *)ARENA)
        return false;
    for (unsigned i = 0; i < 16; i++)
        fill_name(i);
    memcpy((void *)place(TIMES_PAGE, 0), times, sizeof times);
    mprotect((void *)place(CONSTANT_PAGE, 0), HAL_PAGE_SIZE, PROT_READ);
    munmap((void *)place(HOLE_PAGE, 0), HAL_PAGE_SIZE);
    return true;
}

/* ---- what services take ------------------------------------------------------------------ */

/*
 * An argument a letter: h handle, d device's, e event's or none, a attributes, o any memory, n
 * number, c small number, t timeout, r routine, i control code, f flag, m access, s string, k
 * client id, p PnP's block, x anything.
 */
static const char *const kinds[LPC_SERVICE_COUNT] = {
    [LPC_NtCancelIoFile] = "do",
    [LPC_NtCancelIoFileEx] = "doo",
    [LPC_NtCancelSynchronousIoFile] = "hoo",
    [LPC_NtCancelTimer] = "ho",
    [LPC_NtClose] = "h",
    [LPC_NtCreateEvent] = "omaff",
    [LPC_NtCreateFile] = "omaotnncnon",
    [LPC_NtCreateIoCompletion] = "oman",
    [LPC_NtCreateKey] = "omansno",
    [LPC_NtCreateMutant] = "omaf",
    [LPC_NtCreateSemaphore] = "omann",
    [LPC_NtCreateTimer] = "omaf",
    [LPC_NtDelayExecution] = "ft",
    [LPC_NtDeleteKey] = "h",
    [LPC_NtDeleteValueKey] = "hs",
    [LPC_NtDeviceIoControlFile] = "derxoionon",
    [LPC_NtDuplicateObject] = "hhhomnn",
    [LPC_NtEnumerateKey] = "hccono",
    [LPC_NtEnumerateValueKey] = "hccono",
    [LPC_NtFlushBuffersFile] = "do",
    [LPC_NtFlushKey] = "h",
    [LPC_NtFsControlFile] = "derxoionon",
    [LPC_NtLoadDriver] = "s",
    [LPC_NtOpenEvent] = "oma",
    [LPC_NtOpenFile] = "omaonn",
    [LPC_NtOpenKey] = "oma",
    [LPC_NtOpenMutant] = "oma",
    [LPC_NtOpenSemaphore] = "oma",
    [LPC_NtOpenThread] = "omak",
    [LPC_NtOpenTimer] = "oma",
    [LPC_NtPlugPlayControl] = "cpn",
    [LPC_NtPulseEvent] = "ho",
    [LPC_NtQueryInformationFile] = "doonc",
    [LPC_NtQueryInformationThread] = "hcono",
    [LPC_NtQueryValueKey] = "hscono",
    [LPC_NtQueryVolumeInformationFile] = "doonc",
    [LPC_NtQueueApcThread] = "hrxxx",
    [LPC_NtReadFile] = "derxoonto",
    [LPC_NtReleaseMutant] = "ho",
    [LPC_NtReleaseSemaphore] = "hno",
    [LPC_NtRemoveIoCompletion] = "hooot",
    [LPC_NtRemoveIoCompletionEx] = "honotf",
    [LPC_NtResetEvent] = "ho",
    [LPC_NtSetEvent] = "ho",
    [LPC_NtSetInformationFile] = "doonc",
    [LPC_NtSetInformationThread] = "hcon",
    [LPC_NtSetIoCompletion] = "hxxxx",
    [LPC_NtSetTimer] = "htrxfno",
    [LPC_NtSetValueKey] = "hsncon",
    [LPC_NtSignalAndWaitForSingleObject] = "hhft",
    [LPC_NtTerminateThread] = "hx",
    [LPC_NtUnloadDriver] = "x", /* a privilege that whoever runs this has: no name fits */
    [LPC_NtWaitForMultipleObjects] = "coffft",
    [LPC_NtWaitForSingleObject] = "hft",
    [LPC_NtWriteFile] = "derxoonto",
    [LPC_lpc_pages_lost] = "on",
    [LPC_lpc_forget_access] = "on",
    [LPC_lpc_last_request] = "o",
    [LPC_lpc_query_statistics] = "o",
};

/* What no service should be given. */
static uint64_t wild(struct input *input)
{
    uint8_t how = take(input);

    switch (how % 8) {
    case 0:
        return take_many(input, 8);
    case 1:
        return 0;
    case 2:
        return ~(uint64_t)take(input);
    case 3:
        return kernel_places[how / 8 % 8] + take(input);
    case 4:
        return ARENA + take_many(input, 3) % (ARENA_PAGES * HAL_PAGE_SIZE);
    case 5:
        return place(HOLE_PAGE, 0) - take(input) % 64; /* into the hole */
    case 6:
        return 0x80000000 + 4 * take(input); /* the kernel's handles */
    default:
        return 1ull << how / 8;
    }
}

static uint64_t number(uint8_t which)
{
    static const uint32_t some[] = {0,    1,    8,     16,         24,         64,   256,
                                    4095, 4096, 65536, 0x7fffffff, 0xffffffff, 0x20, 0x60};

    return which < 192 ? some[which % 14] : which;
}

static uint64_t tame(char kind, struct input *input)
{
    uint8_t value = take(input);

    switch (kind) {
    case 'h':
        return value < 240 ? 4u + value % 24u * 4u : value < 244 ? 0 : ~0ull - value % 2;
    case 'd':
        return 4u + value % 16u / 3u * 4u;
    case 'e':
        return value % 2 ? 0 : 0x14;
    case 'a':
        return value > 250 ? 0 : place(ATTRIBUTES_PAGE, value % 16 * sizeof(struct attributes));
    case 'o':
        return place(BUFFERS_PAGE + value % 8, value / 8 * 8);
    case 'n':
        return number(value);
    case 'c':
        return value % 64;
    case 't':
        return value > 253 ? 0 : place(TIMES_PAGE, value % 16 * 8);
    case 'r':
        return value % 4 ? 0 : 0x1234;
    case 'i':
        return codes[value % 16];
    case 'f':
        return value % 2;
    case 'm':
        return value % 4 ? 0x1F03FF | 0x02000000 : (uint64_t)value << 24;
    case 's':
        return place(STRINGS_PAGE, value % 16 * sizeof(struct string));
    case 'k':
        return place(TIMES_PAGE, CLIENT_ID_OFFSET);
    case 'p':
        return place(TIMES_PAGE, PNP_OFFSET);
    default:
        return value;
    }
}

static uint64_t argument(char kind, struct input *input)
{
    return take(input) < 242 ? tame(kind, input) : wild(input);
}

/* ---- what it does ------------------------------------------------------------------------- */

static struct program self;

static struct lpc_lane *some_lane(struct input *input)
{
    return program_lane(&self, 1 + take(input) % 6);
}

/* Runs no APC, but says so: at once or, if the kernel is to wait, not at all. */
static void obey(struct lpc_lane *lane, unsigned patience)
{
    for (unsigned rounds = 0; rounds < 8 && program_await(lane, patience); rounds++) {
        if (__atomic_load_n(&lane->turn, __ATOMIC_RELAXED) >> LPC_MESSAGE_SHIFT != LPC_RUN)
            return;
        program_pass(lane, LPC_RAN, 0);
    }
}

static void call(struct lpc_lane *lane, uint32_t service, const uint64_t *arguments)
{
    for (unsigned i = 0; i < LPC_ARGUMENTS; i++)
        __atomic_store_n(&lane->arguments[i], arguments[i], __ATOMIC_RELAXED);
    program_pass(lane, LPC_CALL, service);
}

static uint32_t pick_service(uint8_t which)
{
    static const uint32_t often[] = {LPC_NtDeviceIoControlFile, LPC_NtReadFile, LPC_NtWriteFile,
                                     LPC_NtWaitForSingleObject};

    if (which < 3 * LPC_SERVICE_COUNT)
        return which % LPC_SERVICE_COUNT;
    return which < 252 ? often[which % 4] : (uint32_t)which << which % 32;
}

static void make_call(struct input *input)
{
    static const unsigned patience[] = {20, 5, 1, 0};
    struct lpc_lane *lane = some_lane(input);
    uint8_t which = take(input), how = take(input);
    uint32_t service = pick_service(which);
    const char *kind = service < LPC_SERVICE_COUNT ? kinds[service] : "";
    uint64_t arguments[LPC_ARGUMENTS];

    for (unsigned i = 0; i < LPC_ARGUMENTS; i++) {
        arguments[i] = *kind ? argument(*kind, input) : 0;
        kind += *kind != 0;
    }
    call(lane, service, arguments);
    if (how < 224) /* seldom longer than the kernel's own patience */
        obey(lane, how == 223 ? 3000 : patience[how % 4]);
    else if (how < 240)
        program_await(lane, 20); /* and stays in the APC, if it is one */
}

static void write_lane(struct input *input)
{
    struct lpc_lane *lane = some_lane(input);
    uint32_t *words = (uint32_t *)lane;
    unsigned which = take(input);
    uint32_t value = (uint32_t)take_many(input, 4);

    __atomic_store_n(&words[which % 80], value, __ATOMIC_RELAXED);
    if (which > 240)
        program_pass(lane, value % 7, value >> 8);
}

static void end_call(struct input *input)
{
    struct lpc_lane *lane = some_lane(input);

    program_pass(lane, take(input) % 7, 0);
    program_await(lane, 5);
}

static void poke(struct input *input)
{
    unsigned at = (unsigned)take_many(input, 2) % (8 * HAL_PAGE_SIZE - 8);
    uint64_t value = argument('o', input);
    struct iovec from = {&value, sizeof value}, to = {(void *)(ARENA + at), sizeof value};

    /* The page may be gone. */
    process_vm_writev(getpid(), &from, 1, &to, 1, 0);
}

static void send_packet(struct input *input)
{
    uint8_t bytes[96] = {0};
    unsigned size = take(input) % sizeof bytes, descriptors = take(input);

    bytes[0] = take(input) % 8;
    for (unsigned i = 4; i < size; i++)
        bytes[i] = take(input);
    program_send(&self, bytes, size, descriptors > 192 ? descriptors % 8 : 0);
}

static void change_memory(struct input *input)
{
    uint64_t address = place(take(input) % ARENA_PAGES, 0);
    size_t size = (1 + take(input) % 4) * HAL_PAGE_SIZE;

    switch (take(input) % 5) {
    case 0:
        munmap((void *)address, size);
        break;
    case 1:
        mprotect((void *)address, size, PROT_READ);
        break;
    case 2:
        mmap((void *)address, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
             -1, 0);
        break;
    case 3:
        if (fallocate(self.frames, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1 << 24))
            break;
        break;
    default:
        if (ftruncate(self.frames, take(input)))
            break;
    }
}

/* ---- its second thread ------------------------------------------------------------------ */

/* Changes what the kernel looks at, while it does. */
static void *scribble(void *argument)
{
    uint64_t state = (uint64_t)argument | 1;
    struct lpc_lane *lane = program_lane(&self, 1 + state / 2 % 6);

    for (;;) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        __atomic_store_n(&lane->arguments[state % LPC_ARGUMENTS], ARENA + (state >> 46),
                         __ATOMIC_RELAXED);
        if (!(state >> 32 & 63))
            __atomic_store_n(&lane->turn, (uint32_t)state & 0x707, __ATOMIC_RELAXED);
        if (!(state >> 40 & 31))
            __atomic_store_n(&lane->value, (uint32_t)(state >> 8) % 64, __ATOMIC_RELAXED);
    }
    return NULL;
}

static void start_scribbler(struct input *input)
{
    pthread_t thread;

    pthread_create(&thread, NULL, scribble, (void *)take_many(input, 4));
}

/* A child that keeps all of the channel, until the kernel has given that up. */
static void leave_child(void)
{
    struct lpc_pages question;

    if (fork())
        return;
    close_range(0, 2, 0); /* nobody is to wait for these to be closed */
    while (recv(self.socket, &question, sizeof question, 0) > 0)
        ;
    _exit(0);
}

/* ---- its life --------------------------------------------------------------------------- */

/* Seldom what the kernel ends a program for at once: the rest of the input would be lost. */
static void operate(struct input *input)
{
    uint8_t what = take(input);

    if (what < 200)
        make_call(input);
    else if (what < 216)
        poke(input);
    else if (what < 230)
        change_memory(input);
    else if (what < 240)
        __atomic_store_n(&self.manner, take(input) < 250 ? take(input) % SILENT : SILENT,
                         __ATOMIC_RELAXED);
    else if (what < 246)
        write_lane(input);
    else if (what < 248)
        start_scribbler(input);
    else if (what == 248)
        end_call(input);
    else if (what == 249)
        send_packet(input);
    else if (what == 250)
        program_open_lane(&self, take(input) % 8);
    else if (what == 251)
        program_open_lane(&self, (uint32_t)take_many(input, 4));
    else if (what == 252)
        shutdown(self.socket, SHUT_WR);
    else if (what == 253)
        kill(getpid(), SIGKILL);
    else if (what == 254)
        leave_child();
}

/* Something for every kind of handle, so that numbers from 4 on are some. */
static void open_things(void)
{
    struct lpc_lane *lane = program_lane(&self, 1);
    const uint64_t handle = place(BUFFERS_PAGE, 0), status = place(BUFFERS_PAGE, 16);

    for (unsigned i = 0; i < 4; i++) {
        call(lane, LPC_NtOpenFile,
             (uint64_t[LPC_ARGUMENTS]){handle, 0xC0100000,
                                       place(ATTRIBUTES_PAGE, i * sizeof(struct attributes)),
                                       status, 7, i ? 0 : 0x20});
        obey(lane, 1000);
    }
    call(lane, LPC_NtCreateEvent, (uint64_t[LPC_ARGUMENTS]){handle, 0x1F0003, 0, 0, 0});
    obey(lane, 1000);
    call(lane, LPC_NtCreateIoCompletion, (uint64_t[LPC_ARGUMENTS]){handle, 0x1F0003, 0, 0});
    obey(lane, 1000);
    call(lane, LPC_NtCreateTimer, (uint64_t[LPC_ARGUMENTS]){handle, 0x1F0003, 0, 0});
    obey(lane, 1000);
    call(lane, LPC_NtCreateMutant, (uint64_t[LPC_ARGUMENTS]){handle, 0x1F0001, 0, 0});
    obey(lane, 1000);
    call(lane, LPC_NtCreateSemaphore, (uint64_t[LPC_ARGUMENTS]){handle, 0x1F0003, 0, 1, 5});
    obey(lane, 1000);
    call(lane, LPC_NtCreateKey,
         (uint64_t[LPC_ARGUMENTS]){handle, 0xF003F,
                                   place(ATTRIBUTES_PAGE, 5 * sizeof(struct attributes))});
    obey(lane, 1000);
    call(lane, LPC_NtDuplicateObject,
         (uint64_t[LPC_ARGUMENTS]){~0ull, ~1ull, ~0ull, handle, 0, 0, 2});
    obey(lane, 1000);
}

static bool greet(struct input *input)
{
    struct {
        struct lpc_hello hello;
        uint8_t more[64];
    } message = {.hello = {LPC_HELLO, LPC_MAGIC, LPC_VERSION, "hostile"}};
    struct lpc_hello *hello = &message.hello;
    uint8_t how = take(input);

    if (how < 224)
        return program_greet(&self, hello, sizeof *hello, 0);
    if (how < 232)
        hello->version = take(input);
    else if (how < 240)
        hello->packet = take(input);
    else if (how < 244)
        memset(hello->name, take(input), sizeof hello->name);
    if (how == 255)
        return false; /* not a word */
    return program_greet(&self, hello, how < 246 ? sizeof *hello : take(input) % 64,
                         how < 250 ? 0 : 3);
}

_Noreturn void hostile_main(const char *path, struct input input)
{
    if (!make_arena() || !program_connect(&self, path))
        _exit(1);
    if (!greet(&input) || !program_start_answering(&self))
        _exit(0);
    for (uint32_t lane = 1; lane <= 4; lane++)
        program_open_lane(&self, lane);
    open_things();
    while (input.left)
        operate(&input);
    _exit(0);
}
