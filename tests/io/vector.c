/* Pins: who serves what devices raise and send, where, and how often; and what is no interrupt. */
#include "io/io_test.h"

#include "io/interrupt.h"

#define LINE 16u

/* A device and its service routine. */
struct device {
    struct io_line line;
    PKINTERRUPT interrupt;
    ULONG served;
    ULONG lowers_at; /* the call of its routine that lowers the line; 0: none does */
    BOOLEAN claims;
    PKTHREAD thread; /* that served it last */
    KIRQL irql;
    ULONG raises; /* more messages that the routine sends */
    KEVENT event; /* set by the routine, if it is passive */
};

static BOOLEAN NTAPI serve(PKINTERRUPT interrupt, PVOID context)
{
    struct device *device = context;

    UNREFERENCED_PARAMETER(interrupt);
    device->served++;
    device->thread = ke_current();
    device->irql = KeGetCurrentIrql();
    if (device->raises) {
        device->raises--;
        io_send_message(device->line.vector);
    }
    if (device->served == device->lowers_at)
        io_lower_line(&device->line);
    if (device->irql == PASSIVE_LEVEL)
        KeSetEvent(&device->event, IO_NO_INCREMENT, FALSE);
    return device->claims;
}

static NTSTATUS connect_at(struct device *device, ULONG vector, KIRQL synchronize,
                           KINTERRUPT_MODE mode)
{
    IO_CONNECT_INTERRUPT_PARAMETERS parameters = {.Version = CONNECT_FULLY_SPECIFIED};
    static DEVICE_OBJECT pdo;

    KeInitializeEvent(&device->event, SynchronizationEvent, FALSE);
    device->line.vector = vector;
    device->line.name = "a test's device";
    device->claims = TRUE;
    parameters.FullySpecified.PhysicalDeviceObject = &pdo;
    parameters.FullySpecified.InterruptObject = &device->interrupt;
    parameters.FullySpecified.ServiceRoutine = serve;
    parameters.FullySpecified.ServiceContext = device;
    parameters.FullySpecified.Vector = vector;
    parameters.FullySpecified.Irql = io_irql_of_vector(vector);
    parameters.FullySpecified.SynchronizeIrql = synchronize;
    parameters.FullySpecified.InterruptMode = mode;
    parameters.FullySpecified.ShareVector = TRUE;
    parameters.FullySpecified.ProcessorEnableMask = 1;
    return IoConnectInterruptEx(&parameters);
}

static VOID connect(struct device *device)
{
    ULONG vector = io_vector_of_line(LINE);

    assert_int_equal(connect_at(device, vector, io_irql_of_vector(vector), LevelSensitive),
                     STATUS_SUCCESS);
}

static VOID disconnect(struct device *device)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS parameters = {.Version = CONNECT_FULLY_SPECIFIED};

    parameters.ConnectionContext.InterruptObject = device->interrupt;
    IoDisconnectInterruptEx(&parameters);
}

static void a_line_is_served_until_it_is_down(void)
{
    struct device first = {0}, second = {.lowers_at = 3};

    connect(&first);
    connect(&second);
    first.claims = FALSE;
    io_raise_line(&second.line);
    assert_int_equal(second.served, 3);
    assert_int_equal(first.served, 3);
    assert_ptr_equal(second.thread, ke_current());
    assert_int_equal(second.irql, io_irql_of_vector(second.line.vector));
    /* Up already, or down already: nothing happens. */
    io_lower_line(&second.line);
    assert_int_equal(second.served, 3);
    disconnect(&first);
    disconnect(&second);
}

static void a_line_that_was_raised_before_is_served_when_connected(void)
{
    struct device device = {.lowers_at = 1};

    device.line = (struct io_line){.vector = io_vector_of_line(LINE), .name = "early"};
    io_raise_line(&device.line);
    connect(&device);
    assert_int_equal(device.served, 1);
    disconnect(&device);
    io_raise_line(&device.line);
    assert_int_equal(device.served, 1);
    io_lower_line(&device.line);
}

/* It is masked, and served again once it was down. */
static void a_line_that_nobody_takes_away_does_not_last(void)
{
    struct device device = {0};
    ULONG served;

    connect(&device);
    device.claims = FALSE;
    io_raise_line(&device.line);
    served = device.served;
    assert_in_range(served, 2, 1000);
    io_lower_line(&device.line);
    device.claims = TRUE;
    io_raise_line(&device.line);
    assert_in_range(device.served - served, 1001, 100000);
    io_lower_line(&device.line);
    served = device.served;
    device.lowers_at = served + 1;
    io_raise_line(&device.line);
    assert_int_equal(device.served, served + 1);
    disconnect(&device);
}

static void messages_are_served_once_each(void)
{
    struct device device = {0};
    ULONG vector = IO_FIRST_MESSAGE + 5;

    io_send_message(vector);
    assert_int_equal(connect_at(&device, vector, io_irql_of_vector(vector), Latched),
                     STATUS_SUCCESS);
    assert_int_equal(device.served, 0);
    io_send_message(vector);
    assert_int_equal(device.served, 1);
    /* What comes while it is served is served next. */
    device.raises = 2;
    io_send_message(vector);
    assert_int_equal(device.served, 4);
    disconnect(&device);
}

/* A processor at the interrupt's level leaves it to another. */
static void a_thread_at_the_level_is_not_interrupted(void)
{
    struct device device = {.lowers_at = 1};
    KIRQL irql;

    connect(&device);
    irql = KeAcquireInterruptSpinLock(device.interrupt);
    io_raise_line(&device.line);
    assert_int_equal(device.served, 0);
    KeReleaseInterruptSpinLock(device.interrupt, irql);
    KeFlushQueuedDpcs();
    assert_int_equal(device.served, 1);
    assert_ptr_not_equal(device.thread, ke_current());
    disconnect(&device);
}

static void passive_interrupts_are_served_at_passive_level(void)
{
    struct device device = {.lowers_at = 2};

    assert_int_equal(connect_at(&device, io_vector_of_line(LINE), PASSIVE_LEVEL, LevelSensitive),
                     STATUS_SUCCESS);
    io_raise_line(&device.line);
    KeWaitForSingleObject(&device.event, Executive, KernelMode, FALSE, NULL);
    /* Until it is in service no more. */
    disconnect(&device);
    assert_int_equal(device.served, 2);
    assert_int_equal(device.irql, PASSIVE_LEVEL);
    assert_ptr_not_equal(device.thread, ke_current());
}

static void inactive_ones_are_passed_over(void)
{
    struct device device = {.lowers_at = 1};
    IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS parameters = {.Version = CONNECT_FULLY_SPECIFIED};

    connect(&device);
    parameters.ConnectionContext.InterruptObject = device.interrupt;
    IoReportInterruptInactive(&parameters);
    io_raise_line(&device.line);
    assert_int_equal(device.served, 0);
    IoReportInterruptActive(&parameters);
    assert_int_equal(device.served, 1);
    disconnect(&device);
}

static void what_is_no_interrupt_is_refused(void)
{
    IO_CONNECT_INTERRUPT_PARAMETERS parameters = {.Version = 77};
    struct device device = {0};
    PDRIVER_OBJECT driver = make_test_driver(NULL);
    PDEVICE_OBJECT pdo;
    KSPIN_LOCK lock;

    assert_int_equal(IoConnectInterruptEx(&parameters), STATUS_NOT_SUPPORTED);
    assert_int_equal(parameters.Version, CONNECT_CURRENT_VERSION);
    assert_int_equal(IoCreateDevice(driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &pdo),
                     STATUS_SUCCESS);
    /* A device without resources has no line and no messages. */
    parameters.Version = CONNECT_LINE_BASED;
    parameters.LineBased = (IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS){
        .PhysicalDeviceObject = pdo, .InterruptObject = &device.interrupt, .ServiceRoutine = serve};
    assert_int_equal(IoConnectInterruptEx(&parameters), STATUS_NOT_FOUND);
    assert_null(device.interrupt);
    assert_int_equal(connect_at(&device, 0x20, 2, Latched), STATUS_INVALID_PARAMETER);
    assert_int_equal(connect_at(&device, 0x50, 4, Latched), STATUS_INVALID_PARAMETER);
    /* A spin lock has no place at PASSIVE_LEVEL. */
    KeInitializeSpinLock(&lock);
    parameters = (IO_CONNECT_INTERRUPT_PARAMETERS){.Version = CONNECT_FULLY_SPECIFIED};
    parameters.FullySpecified =
        (IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS){.PhysicalDeviceObject = pdo,
                                                          .InterruptObject = &device.interrupt,
                                                          .ServiceRoutine = serve,
                                                          .SpinLock = &lock,
                                                          .Vector = 0x50,
                                                          .Irql = 5,
                                                          .ProcessorEnableMask = 1};
    assert_int_equal(IoConnectInterruptEx(&parameters), STATUS_INVALID_PARAMETER);
    IoDeleteDevice(pdo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(a_line_is_served_until_it_is_down),
        IO_TEST(a_line_that_was_raised_before_is_served_when_connected),
        IO_TEST(a_line_that_nobody_takes_away_does_not_last),
        IO_TEST(messages_are_served_once_each),
        IO_TEST(a_thread_at_the_level_is_not_interrupted),
        IO_TEST(passive_interrupts_are_served_at_passive_level),
        IO_TEST(inactive_ones_are_passed_over),
        IO_TEST(what_is_no_interrupt_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
