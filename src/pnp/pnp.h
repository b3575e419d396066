/*
 * The PnP and power managers' private side: what the other rooms may ask of them. Drivers use
 * the driver kit's Io* and Po* functions.
 *
 * The device tree has one thread of its own: adding, starting, stopping and removing devices
 * happen there, one after the other, and so do the callbacks of PnP notifications. What is
 * asked for here waits until it is done; it must not be called from a driver's PnP dispatch
 * routine or notification callback. The thread is made when it is first needed.
 *
 *   start.c            the room itself; what others ask of it
 *   thread.c           the order in which things happen to the tree
 *   node.c text.c      devices, their place in the tree, their names and keys
 *   root.c             \Driver\PnpManager: the devices that no hardware reports
 *   irp.c              PnP requests to a device's stack
 *   enumerate.c        a bus and what is on it
 *   identify.c         what a new device says about itself
 *   inf*.c             INF files: text, sections, registry, services, UMDF drivers
 *   umdf.c             what an INF said of UMDF drivers
 *   package.c match.c  the driver store, and what of it is the best for a device
 *   stack.c            lower filters, function driver, upper filters
 *   resources.c        what hardware a device gets
 *   start_device.c     all of these in order
 *   remove.c           query, cancel, remove, surprise removal, eject
 *   state.c            IoInvalidateDeviceState, stopping to rebalance
 *   property*.c        IoGetDeviceProperty...
 *   interface*.c       IoRegisterDeviceInterface...
 *   notify.c           IoRegisterPlugPlayNotification
 *   power_*.c          power requests, the system's sleep, idle detection, power settings
 *   inspect.c          `ntio tree`, `ntio device`
 *   embed.c            include/ntio/ntio.h
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

/* After io_start; pnp_stop has removed every device before io_stop unloads the drivers. */
NTSTATUS pnp_start(VOID);
VOID pnp_stop(VOID);

/*
 * A program ends. First, once its threads have been told to end (ke_terminate_thread): it
 * is asked nothing any more, and who waits for its answer goes on. Then, when they have
 * ended: what it listened to and was told goes.
 */
VOID pnp_user_end_process(PKPROCESS process);
VOID pnp_user_forget_process(PKPROCESS process);

/*
 * Where a failure is explained: a sentence that names the thing and the remedy. text may be
 * NULL, else it is left as it is on success.
 */
struct pnp_reason {
    PSTR text;
    SIZE_T size;
};

/*
 * Makes a driver's file known under its base name: INF files that speak of echo.sys mean
 * ".../echo.so". path is UTF-8.
 */
NTSTATUS pnp_add_driver_file(PCSTR path);

/*
 * What an installed INF makes of the driver file path: service receives the name (it has the
 * room), *has_device tells whether the INF has devices for it, which will load it.
 * STATUS_OBJECT_NAME_NOT_FOUND: no INF names it.
 */
NTSTATUS pnp_find_driver_use(PCSTR path, PUNICODE_STRING service, BOOLEAN *has_device);

/*
 * Reads an INF file and makes it part of the driver store: devices whose hardware ids it has in
 * its Models are installed by it from now on. What one without devices (DefaultInstall) installs
 * is installed at once. path is UTF-8.
 * STATUS_OBJECT_NAME_NOT_FOUND: no such file; STATUS_INVALID_PARAMETER: it is broken, reason
 * has file, line and directive.
 */
NTSTATUS pnp_install_inf(PCSTR path, struct pnp_reason *reason);

/*
 * Root-enumerates the devices of every INF that was installed since the last call, as
 * `devcon install` does: first those with a ROOT\ id; then, once these are started, those of INFs
 * without a ROOT\ id that the tree has none of. Returns the first failure; the others are started
 * nevertheless.
 */
NTSTATUS pnp_enumerate_installed(struct pnp_reason *reason);

/*
 * Adds a root-enumerated device ROOT\<class>\0000 (or the next number) with this hardware id and
 * starts it. instance (may be NULL, freed with
 * RtlFreeUnicodeString) is its device instance path.
 * STATUS_NO_SUCH_DEVICE: no INF has the id; else what starting it returned. A device that did
 * not start stays, with its problem code.
 */
NTSTATUS pnp_add_device(PCUNICODE_STRING hardware_id, PUNICODE_STRING instance,
                        struct pnp_reason *reason);

/*
 * A driver with AddDevice that no INF speaks of was loaded: gives it a device of hardware id
 * ROOT\<service>, and starts it.
 */
NTSTATUS pnp_add_driver_device(PDRIVER_OBJECT driver, struct pnp_reason *reason);

enum pnp_removal {
    PNP_REMOVE,          /* asks the drivers first; they may refuse */
    PNP_SURPRISE_REMOVE, /* the hardware is gone */
    PNP_EJECT,
    PNP_DISABLE, /* the stack goes, the device stays */
};

/*
 * Removes the device that name means: an instance path, or as much of its end or of its
 * description as is unique. STATUS_NO_SUCH_DEVICE, STATUS_OBJECT_NAME_COLLISION (several),
 * STATUS_PLUGPLAY_QUERY_VETOED (reason says who).
 */
NTSTATUS pnp_remove_device(PCUNICODE_STRING name, enum pnp_removal how, struct pnp_reason *reason);
/*
 * Removes every device that the driver serves; it is unloaded with the last of them. The caller
 * has a reference. STATUS_PLUGPLAY_QUERY_VETOED.
 */
NTSTATUS pnp_remove_driver(PDRIVER_OBJECT driver, struct pnp_reason *reason);
/* Starts a device again that was disabled, removed or failed. */
NTSTATUS pnp_enable_device(PCUNICODE_STRING name, struct pnp_reason *reason);

/*
 * Puts the system to sleep (PowerSystemSleeping1..3, PowerSystemHibernate): every device is
 * asked, then told, children before parents; and wakes it, parents first.
 * STATUS_POWER_STATE_INVALID, or what a driver answered to the query.
 */
NTSTATUS pnp_sleep(SYSTEM_POWER_STATE state, struct pnp_reason *reason);
NTSTATUS pnp_wake(struct pnp_reason *reason);
/*
 * The device signals wake: completes the wait-wake request that its root-enumerated ancestor
 * holds, and wakes the system if it sleeps. STATUS_INVALID_DEVICE_STATE: it is not armed.
 */
NTSTATUS pnp_wake_device(PCUNICODE_STRING name, struct pnp_reason *reason);
/* Acts as if the device had been idle for as long as it said (PoRegisterDeviceForIdleDetection). */
NTSTATUS pnp_idle_device(PCUNICODE_STRING name, struct pnp_reason *reason);

/*
 * Why the device of this PDO does not work: STATUS_SUCCESS if it does, or waits for a driver that
 * an INF brings; else reason has a sentence.
 */
NTSTATUS pnp_device_problem(PDEVICE_OBJECT pdo, struct pnp_reason *reason);
/*
 * Who pulls hardware out for PNP_SURPRISE_REMOVE, before its drivers hear of it: FALSE if the
 * device is not on his bus. On the PnP thread.
 */
VOID pnp_on_unplug(BOOLEAN (*unplug)(PDEVICE_OBJECT pdo));

/* Waits until nothing more is to be done for the tree. */
VOID pnp_settle(VOID);

/* ---- for UMDF ------------------------------------------------------------------------------ */

/*
 * The reflector: DriverEntry of services whose ServiceBinary is umdf.h's PNP_UMDF_REFLECTOR; and
 * what is called when the system stops and all devices are gone.
 */
VOID pnp_set_reflector(PDRIVER_INITIALIZE entry, VOID (*stop)(VOID));
VOID pnp_stop_reflector(VOID);
/*
 * Tells those who registered for a target device: GUID_TARGET_DEVICE_QUERY_REMOVE, whose answer is
 * returned, and the two that may follow it. In a driver host, of a device that was adopted.
 */
NTSTATUS pnp_tell_target(PDEVICE_OBJECT pdo, const GUID *event);
/* The instance path of the device that a file is open on; STATUS_NO_SUCH_DEVICE. */
NTSTATUS pnp_query_instance_of_file(PFILE_OBJECT file, PUNICODE_STRING instance);
/* The device's instance path; freed with RtlFreeUnicodeString. STATUS_NO_SUCH_DEVICE. */
NTSTATUS pnp_query_instance(PDEVICE_OBJECT pdo, PUNICODE_STRING instance);
/*
 * What the drivers of a started device ran in has ended: the device is taken away as if it had
 * been pulled out, and started again once its files are closed, five times at most. Does not
 * wait. IRQL <= DISPATCH_LEVEL.
 */
VOID pnp_device_failed(PDEVICE_OBJECT pdo);
/*
 * In a driver host: enters a device that stands for one of the kernel's, by its instance path,
 * as started; its stack is its owner's to build. pnp_disown_device takes it out.
 */
NTSTATUS pnp_adopt_device(PDEVICE_OBJECT pdo, PCUNICODE_STRING instance);
VOID pnp_disown_device(PDEVICE_OBJECT pdo);
/* In a driver host: who tells the kernel that an interface of such a device comes or goes. */
typedef NTSTATUS (*pnp_interface_changed)(PDEVICE_OBJECT pdo, const GUID *guid,
                                          PCUNICODE_STRING reference, BOOLEAN is_enabled);
VOID pnp_on_interface_change(pnp_interface_changed changed);
/* Likewise: who has the kernel tell of an event of a device's. */
typedef NTSTATUS (*pnp_event_reported)(PDEVICE_OBJECT pdo,
                                       const TARGET_DEVICE_CUSTOM_NOTIFICATION *notification);
VOID pnp_on_custom_event(pnp_event_reported reported);
