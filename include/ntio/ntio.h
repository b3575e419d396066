/*
 * ntio: the embedding interface.
 *
 * A program that links libntio starts one system in its own process, loads
 * drivers into it, and uses them through the NT system calls (NtCreateFile,
 * NtDeviceIoControlFile, ...) or, with libntio_win32, through Win32. This header
 * is plain C: it needs neither Windows' headers nor their type sizes.
 *
 * Functions that can fail return an NTSTATUS: 0 or positive for success,
 * negative for failure. They may be called from any thread, but not from a
 * driver; starting and stopping is one thread's business.
 */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How the system is to run. Zero the structure, set size, then what differs;
 * later versions add members at the end.
 */
struct ntio_options {
    unsigned size; /* sizeof(struct ntio_options) */

    /*
     * The folder that drivers and programs see as drive C:, or several as
     * "C:=/one;D:=/two". NULL: environment NTIO_ROOT; without that, files
     * cannot be opened.
     */
    const char *root;

    /* A registry file (REGEDIT text, version 5) to begin with. NULL: NTIO_REGISTRY, or none. */
    const char *registry;

    /* Where ntio_stop writes the registry to. NULL: nowhere. */
    const char *save_registry;

    /*
     * Pool allocations with this tag (four characters as the driver writes them
     * read backwards: 'tseT' is "Test") lie between guard pages; "*" for all.
     * NULL: NTIO_SPECIAL_POOL, or none.
     */
    const char *special_pool;

    /* Not 0: keep for each thread what its last request did with its buffer (ntio_last_request). */
    int report_requests;

    /* Not 0: let `ntio pool`, `ntio tree`, `ntio handles`, `ntio device` look into this process. */
    int monitor;
};

/*
 * Starts the system. options may be NULL: as the environment says, and with the
 * monitor. The calling thread and those it makes later are threads of the one
 * program in it.
 *
 * STATUS_DEVICE_BUSY: one is running already. STATUS_INVALID_PARAMETER: size or
 * an option is wrong; the reason is on standard error. STATUS_NO_MEMORY.
 */
int ntio_start(const struct ntio_options *options);

/*
 * Stops it: drivers that asked for it are told (IRP_MJ_SHUTDOWN), requests are
 * cancelled, handles closed, drivers unloaded. Other threads must have left the
 * system. It can be started again.
 */
void ntio_stop(void);

/*
 * Ends it together with the process, which has to exit right after: drivers are
 * told, requests cancelled, handles closed, drivers unloaded as with ntio_stop,
 * but other threads may be anywhere, and memory stays. Not to be started again.
 */
void ntio_end(void);

/*
 * Lets drivers share the pages of globals: makes the writable data of the
 * loaded object (the program, a library) that contains address ordinary memory.
 * Without it, requests on globals go through a copy. Called after ntio_start,
 * while no other thread touches that data.
 */
int ntio_prepare_image(const void *address);

/*
 * Loads a driver: a shared object as `ntio build` makes it. Its DriverEntry has
 * run when this returns. A PnP driver (one with AddDevice) gets a device of its
 * own, with hardware id ROOT\<name>, and that is started.
 *
 * path    file name of the shared object
 * name    the driver's service name; NULL: what an installed INF calls it, or
 *         path's base name without ".so"
 * reason  receives, on failure, a sentence that names the thing and the remedy;
 *         may be NULL
 *
 * STATUS_IMAGE_ALREADY_LOADED; STATUS_OBJECT_NAME_NOT_FOUND: no such file;
 * STATUS_PROCEDURE_NOT_FOUND: it calls functions that ntio does not have;
 * STATUS_DRIVER_UNABLE_TO_LOAD: not a driver; or what DriverEntry returned.
 */
int ntio_load_driver(const char *path, const char *name, char *reason, unsigned long reason_size);

/*
 * Makes a driver's shared object known, so that INF files mean it by its base name: echo.sys is
 * ".../echo.so". It is loaded when a device needs it.
 */
int ntio_add_driver_file(const char *path);

/* 1 if an INF file that was installed has devices for the driver: they load it, nobody else has to.
 */
int ntio_has_device(const char *path);

/*
 * Installs an INF file (.inf or .inx): devices with a hardware id of its Models are driven as it
 * says from now on.
 *
 * STATUS_INVALID_PARAMETER: it is broken; reason has file, line and directive.
 */
int ntio_install_inf(const char *path, char *reason, unsigned long reason_size);

/*
 * Adds the devices of the INF files that were installed, as `devcon install` does: one for each
 * hardware id of their Models that no device in the tree has, and starts them. Returns the first
 * failure; the others are started nevertheless.
 */
int ntio_start_devices(char *reason, unsigned long reason_size);

/*
 * Loads what the environment names, as a program that `ntio build` made does before its main;
 * each a list of paths with colons between:
 *
 * NTIO_INFS         INF files to install, whose devices are added and started
 * NTIO_DRIVER_PATH  files of drivers that these INF files mean, or programs start as services
 * NTIO_DEVICES      models of simulated devices to plug in, each with its options after a comma
 * NTIO_DRIVERS      drivers to load, but for those that an INF file has devices for
 *
 * Returns the first failure, with what comes after it not done; reason then names the file.
 */
int ntio_load_environment(char *reason, unsigned long reason_size);

/* Adds a root-enumerated device with this hardware id, of an INF that was installed. */
int ntio_add_device(const char *hardware_id, char *reason, unsigned long reason_size);

/*
 * Plugs a simulated device in, ntio/device.h: name is the file of its model, a shared object, and
 * what follows a comma its options. PnP finds it on the PCI bus and starts the driver of the INF
 * that has its hardware id; without one it waits. ntio_remove_device with NTIO_SURPRISE_REMOVE
 * pulls it out.
 *
 * STATUS_OBJECT_NAME_NOT_FOUND, STATUS_DRIVER_UNABLE_TO_LOAD: it is no model;
 * STATUS_REVISION_MISMATCH: of another version; STATUS_INVALID_PARAMETER,
 * STATUS_DEVICE_CONFIGURATION_ERROR: what it says of itself is wrong, or it says why it cannot be;
 * STATUS_CONFLICTING_ADDRESSES: it wants to be where another device is; or why its driver did not
 * start it, in which case it stays plugged in.
 */
int ntio_plug_device(const char *name, char *reason, unsigned long reason_size);

/* The same with a model of the program's own. */
struct ntio_device_model;
int ntio_plug_model(const struct ntio_device_model *model, const char *options, char *reason,
                    unsigned long reason_size);

enum ntio_removal {
    NTIO_REMOVE = 0,          /* its drivers are asked, and may refuse */
    NTIO_SURPRISE_REMOVE = 1, /* it is gone */
    NTIO_EJECT = 2,
    NTIO_DISABLE = 3
};

/*
 * Removes a device: name is its instance path (ROOT\SAMPLE\0000), or a part of that or of its
 * description that no other device has.
 *
 * STATUS_NO_SUCH_DEVICE; STATUS_OBJECT_NAME_COLLISION: several; STATUS_PLUGPLAY_QUERY_VETOED.
 */
int ntio_remove_device(const char *name, enum ntio_removal how, char *reason,
                       unsigned long reason_size);

/*
 * Puts the system to sleep, state 1 to 4 (S1 to S4), and wakes it: its devices are asked and
 * told, the program goes on. STATUS_POWER_STATE_INVALID, or what a driver answered.
 */
int ntio_sleep(int state, char *reason, unsigned long reason_size);
int ntio_wake(char *reason, unsigned long reason_size);

/* Waits until PnP has nothing more to do: devices on their way are there, or have a problem. */
void ntio_settle(void);

/*
 * Unloads a driver by its service name, or that of its file. If files on its
 * devices are open, it goes when the last of them is closed. A PnP driver's
 * devices are removed first: STATUS_PLUGPLAY_QUERY_VETOED if that is refused.
 * Memory that it leaves allocated is reported on standard error.
 *
 * STATUS_OBJECT_NAME_NOT_FOUND: not loaded; STATUS_INVALID_DEVICE_REQUEST: it
 * has no DriverUnload, or is being unloaded.
 */
int ntio_unload_driver(const char *name);

/*
 * Tells the loaded drivers, their devices and the names by which programs open
 * those: one call of line for each line of text, without its end. line must not
 * use the system.
 */
void ntio_list_drivers(void (*line)(void *context, const char *text), void *context);

/* What the system has done since its start. */
struct ntio_statistics {
    unsigned long long pages_adopted;    /* pages of the program that became shared with drivers */
    unsigned long long pages_locked;     /* locks taken on pages */
    unsigned long long pages_bounced;    /* pages that had to be copied instead of shared */
    unsigned long long windows_mapped;   /* mappings made for MDLs of scattered pages */
    unsigned long long bytes_copied_in;  /* to system buffers */
    unsigned long long bytes_copied_out; /* from system buffers */
    unsigned long long resident_bytes;   /* memory of the process that is in use now */
};
void ntio_query_statistics(struct ntio_statistics *statistics);

/*
 * bytes_copied_in and bytes_copied_out together. A driver that wants to show how
 * its buffers travel finds it with MmGetSystemRoutineAddress, and on Windows does
 * not.
 */
unsigned long long ntio_bytes_copied(void);

/*
 * Serving programs in other processes. ntio_serve_prepare is called first of all
 * in main, before ntio_start: it makes room for the programs' addresses, for which
 * the process runs itself anew once. ntio_serve lets programs connect, at the
 * socket path with permission bits mode, or with path NULL at the socket that
 * systemd passed; programs is how many at the same time, at most and if it is 0
 * 10000. Who comes then is told and left. ntio_serve_stop tells them that it is over, ends their
 * requests and closes their files; ntio_stop comes after it.
 *
 * STATUS_NOT_SUPPORTED: this process cannot make room (it was linked otherwise
 * than ntio-kernel, or runs under ThreadSanitizer). STATUS_DEVICE_BUSY: it serves
 * already. STATUS_OBJECT_NAME_COLLISION: somebody serves at that path.
 */
int ntio_serve_prepare(char **arguments);
int ntio_serve(const char *path, unsigned mode, unsigned programs);
void ntio_serve_stop(void);

/*
 * The whole of ntio-host, the process that UMDF drivers run in: called from main, with a channel
 * to the kernel that started it. Returns an exit code; comes back only if there is no such
 * kernel, or a driver cannot be loaded.
 */
int ntio_host_run(void);

enum ntio_method {
    NTIO_BUFFERED = 0,
    NTIO_IN_DIRECT = 1,  /* the device reads the buffer */
    NTIO_OUT_DIRECT = 2, /* the device writes the buffer */
    NTIO_NEITHER = 3
};

/* What a request did with its buffer. */
struct ntio_request_report {
    enum ntio_method method;
    unsigned long long user_address;   /* the program's address */
    unsigned long long system_address; /* the driver's; 0 if it never asked for one */
    unsigned long long user_frame; /* page frame behind the program's address, 0 if private to it */
    unsigned long long system_frame; /* page frame that the driver used, 0 if there was none */
    int is_same_page;                /* 1: both are one physical page, or one address */
    unsigned long long length;
    unsigned long long copied_in, copied_out; /* bytes that the I/O manager copied */
};

/*
 * The calling thread's last read, write or control request that is complete.
 * Returns 1, or 0 if there is none or reports are off.
 */
int ntio_last_request(struct ntio_request_report *report);

#ifdef __cplusplus
}
#endif
