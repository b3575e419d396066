/*
 * Finds the devices of these tests' drivers as programs do, and watches them come and go.
 */
#include <initguid.h>
#include <windows.h>
#include <winioctl.h>
#include <cfgmgr32.h>
#include <devpkey.h>
#include <setupapi.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../../include/ntio/ntio.h"
#include "pnp_test.h"

static LONG Checks, Wrong; /* callbacks check too, on a thread of their own */

static void Check(int Right, const char *What)
{
    InterlockedIncrement(&Checks);
    if (Right)
        return;
    InterlockedIncrement(&Wrong);
    printf("wrong: %s (error %lu)\n", What, GetLastError());
}

/* ---- finding ---- */

/* The path of the class's interface at Index; malloc, or NULL. */
static char *FindPath(const GUID *Class, DWORD Index, PSP_DEVINFO_DATA Of)
{
    HDEVINFO set = SetupDiGetClassDevs(Class, NULL, NULL, DIGCF_PRESENT | DIGCF_DEVICEINTERFACE);
    SP_DEVICE_INTERFACE_DATA data = {sizeof(data)};
    PSP_DEVICE_INTERFACE_DETAIL_DATA detail = NULL;
    char *path = NULL;
    DWORD size = 0;

    if (SetupDiEnumDeviceInterfaces(set, NULL, Class, Index, &data)) {
        Check(!SetupDiGetDeviceInterfaceDetail(set, &data, NULL, 0, &size, NULL) &&
                  GetLastError() == ERROR_INSUFFICIENT_BUFFER,
              "the size of an interface's path is told");
        detail = malloc(size);
        detail->cbSize = sizeof(*detail);
        Check(SetupDiGetDeviceInterfaceDetail(set, &data, detail, size, NULL, Of),
              "an interface's path is told");
        path = _strdup(detail->DevicePath);
        free(detail);
    }
    SetupDiDestroyDeviceInfoList(set);
    return path;
}

static HANDLE OpenAt(const GUID *Class, DWORD Index)
{
    char *path = FindPath(Class, Index, NULL);
    HANDLE file = INVALID_HANDLE_VALUE;

    if (path)
        file = CreateFile(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                          NULL, OPEN_EXISTING, 0, NULL);
    free(path);
    return file;
}

static ULONG CountInterfaces(const GUID *Class)
{
    ULONG length = 0, count = 0;
    char *list, *at;

    CM_Get_Device_Interface_List_SizeA(&length, (LPGUID)Class, NULL,
                                       CM_GET_DEVICE_INTERFACE_LIST_PRESENT);
    list = malloc(length);
    CM_Get_Device_Interface_ListA((LPGUID)Class, NULL, list, length,
                                  CM_GET_DEVICE_INTERFACE_LIST_PRESENT);
    for (at = list; *at; at += strlen(at) + 1)
        count++;
    free(list);
    return count;
}

static DEVINST Locate(const char *Instance)
{
    DEVINST device = 0;

    Check(CM_Locate_DevNodeA(&device, (char *)Instance, CM_LOCATE_DEVNODE_NORMAL) == CR_SUCCESS,
          Instance);
    return device;
}

static void CheckHistory(HANDLE File, const char *Expected)
{
    char history[1024] = "";
    DWORD size;

    DeviceIoControl(File, IOCTL_TEST_HISTORY, NULL, 0, history, sizeof(history), &size, NULL);
    Check(!strcmp(history, Expected), Expected);
    if (strcmp(history, Expected))
        printf("       but: %s\n", history);
}

static int Control(HANDLE File, DWORD Code, ULONG Value)
{
    DWORD size;

    return DeviceIoControl(File, Code, &Value, sizeof(Value), NULL, 0, &size, NULL);
}

/* ---- what the INF says ---- */

static void CheckProperty(HDEVINFO Set, PSP_DEVINFO_DATA Device, DWORD Property,
                          const char *Expected)
{
    char text[256] = "";
    DWORD type;

    SetupDiGetDeviceRegistryPropertyA(Set, Device, Property, &type, (PBYTE)text, sizeof(text),
                                      NULL);
    Check(!strcmp(text, Expected), Expected);
    if (strcmp(text, Expected))
        printf("       but: %s\n", text);
}

static DWORD Value(HKEY Key, const char *Subkey, const char *Name, void *Data, DWORD Room,
                   DWORD *Type)
{
    HKEY below = Key;
    DWORD size = Room;

    memset(Data, 0, Room);
    if (Subkey && RegOpenKeyExA(Key, Subkey, 0, KEY_READ, &below))
        return 0;
    if (RegQueryValueExA(below, Name, NULL, Type, Data, &size))
        size = 0;
    if (Subkey)
        RegCloseKey(below);
    return size;
}

static void TestKeys(HDEVINFO Set, PSP_DEVINFO_DATA Device)
{
    HKEY key = SetupDiOpenDevRegKey(Set, Device, DICS_FLAG_GLOBAL, 0, DIREG_DRV, KEY_READ);
    char text[256];
    DWORD type, size;

    Check(key != INVALID_HANDLE_VALUE, "the driver's key opens");
    Check(Value(key, NULL, "A \"quoted\" text", text, sizeof(text), &type) && type == REG_SZ &&
              !strcmp(text, "one, two"),
          "quotes, a comma, a continued line");
    size = Value(key, "Sub", "List", text, sizeof(text), &type);
    Check(type == REG_MULTI_SZ && size == sizeof("first\0second") + 1 &&
              !memcmp(text, "first\0second\0", size),
          "a list below the key");
    Check(Value(key, NULL, "Number", text, sizeof(text), &type) == sizeof(DWORD) &&
              type == REG_DWORD && *(DWORD *)text == 42,
          "a number");
    Check(Value(key, NULL, "Bytes", text, sizeof(text), &type) == 3 && type == REG_BINARY &&
              !memcmp(text, "\1\2\xff", 3),
          "bytes");
    RegCloseKey(key);
    key = SetupDiOpenDevRegKey(Set, Device, DICS_FLAG_GLOBAL, 0, DIREG_DEV, KEY_READ);
    Check(Value(key, NULL, "Setting", text, sizeof(text), &type) && *(DWORD *)text == 7,
          "a setting in the hardware key");
    RegCloseKey(key);
    RegOpenKeyExA(HKEY_LOCAL_MACHINE, "System\\CurrentControlSet\\Services\\function", 0, KEY_READ,
                  &key);
    Check(Value(key, "Parameters", "Depth", text, sizeof(text), &type) && *(DWORD *)text == 16,
          "a service's parameter");
    Check(Value(key, NULL, "Group", text, sizeof(text), &type) && !strcmp(text, "Extended Base"),
          "a service's group");
    RegCloseKey(key);
}

static void TestDescription(void)
{
    HDEVINFO set = SetupDiGetClassDevsA(NULL, "ROOT", NULL, DIGCF_ALLCLASSES | DIGCF_PRESENT);
    SP_DEVINFO_DATA device = {sizeof(device)};
    char text[256];
    WCHAR wide[256];
    DEVPROPTYPE type;
    DWORD index, size;

    for (index = 0; SetupDiEnumDeviceInfo(set, index, &device); index++) {
        SetupDiGetDeviceInstanceIdA(set, &device, text, sizeof(text), NULL);
        if (!strcmp(text, "ROOT\\PNPTEST\\0000"))
            break;
    }
    Check(!strcmp(text, "ROOT\\PNPTEST\\0000"), "the device is called by its class");
    CheckProperty(set, &device, SPDRP_DEVICEDESC, "PnP test device");
    CheckProperty(set, &device, SPDRP_HARDWAREID, "root\\PnpTest");
    CheckProperty(set, &device, SPDRP_MFG, "ntio");
    CheckProperty(set, &device, SPDRP_CLASS, "PnpTest");
    CheckProperty(set, &device, SPDRP_CLASSGUID, "{6f0c0f0e-8d52-4c2a-9d0b-5b0f6f1c7aff}");
    CheckProperty(set, &device, SPDRP_SERVICE, "function");
    CheckProperty(set, &device, SPDRP_FRIENDLYNAME, "A friendly 100% name");
    CheckProperty(set, &device, SPDRP_ENUMERATOR_NAME, "ROOT");
    CheckProperty(set, &device, SPDRP_DRIVER, "{6f0c0f0e-8d52-4c2a-9d0b-5b0f6f1c7aff}\\0000");
    Check(SetupDiGetDevicePropertyW(set, &device, &DEVPKEY_Device_FriendlyName, &type, (PBYTE)wide,
                                    sizeof(wide), &size, 0) &&
              type == DEVPROP_TYPE_STRING && !wcscmp(wide, L"A friendly 100% name"),
          "a property by key");
    Check(!SetupDiGetDevicePropertyW(set, &device, &DEVPKEY_Device_UINumber, &type, (PBYTE)wide,
                                     sizeof(wide), &size, 0) &&
              GetLastError() == ERROR_NOT_FOUND,
          "a property that is not there");
    Check(
        !SetupDiGetDeviceRegistryPropertyA(set, &device, SPDRP_MFG, NULL, (PBYTE)text, 2, &size) &&
            GetLastError() == ERROR_INSUFFICIENT_BUFFER && size == sizeof("ntio"),
        "a property without room");
    TestKeys(set, &device);
    Check(!SetupDiEnumDeviceInfo(set, index + 100, &device) &&
              GetLastError() == ERROR_NO_MORE_ITEMS,
          "the list ends");
    SetupDiDestroyDeviceInfoList(set);
    Check(!SetupDiEnumDeviceInfo(INVALID_HANDLE_VALUE, 0, &device) &&
              GetLastError() == ERROR_INVALID_HANDLE,
          "no list");
}

static void TestClass(void)
{
    static const GUID class_guid = {
        0x6f0c0f0e, 0x8d52, 0x4c2a, {0x9d, 0x0b, 0x5b, 0x0f, 0x6f, 0x1c, 0x7a, 0xff}};
    HDEVINFO set = SetupDiGetClassDevsA(&class_guid, NULL, NULL, DIGCF_PRESENT);
    SP_DEVINFO_DATA device = {sizeof(device)};
    char text[256] = "";
    DWORD type;
    HKEY key;

    Check(SetupDiEnumDeviceInfo(set, 0, &device), "a device of the class");
    SetupDiGetDeviceInstanceIdA(set, &device, text, sizeof(text), NULL);
    Check(!strcmp(text, "ROOT\\PNPTEST\\0000"), "it is the class's");
    Check(!SetupDiEnumDeviceInfo(set, 1, &device) && GetLastError() == ERROR_NO_MORE_ITEMS,
          "there is no other");
    SetupDiDestroyDeviceInfoList(set);
    key = SetupDiOpenClassRegKey(&class_guid, KEY_READ);
    Check(key != INVALID_HANDLE_VALUE, "the class's key");
    Check(Value(key, NULL, NULL, text, sizeof(text), &type) && !strcmp(text, "PnP tests"),
          "the class's name");
    RegCloseKey(key);
}

/* ---- asking, refusing, disabling ---- */

static void TestVeto(void)
{
    DEVINST device = Locate("ROOT\\PNPTEST\\0000");
    HANDLE file = OpenAt(&GUID_PNP_TEST, 0);
    PNP_VETO_TYPE veto = PNP_VetoTypeUnknown;
    char name[200] = "";
    ULONG status, problem;

    CheckHistory(file, "added started");
    Check(CM_Query_And_Remove_SubTreeA(device, &veto, name, sizeof(name), 0) == CR_REMOVE_VETOED &&
              !strcmp(name, "ROOT\\PNPTEST\\0000"),
          "an open device stays");
    CheckHistory(file, "added started query-remove cancel-remove");
    Control(file, IOCTL_TEST_VETO, 0xC0000001);
    CloseHandle(file);
    Check(CM_Disable_DevNode(device, 0) == CR_NOT_DISABLEABLE, "a driver refuses");
    file = OpenAt(&GUID_PNP_TEST, 0);
    CheckHistory(file, "added started query-remove cancel-remove query-remove cancel-remove");
    Control(file, IOCTL_TEST_VETO, 0);
    CloseHandle(file);
    Check(CM_Disable_DevNode(device, 0) == CR_SUCCESS, "the device is disabled");
    CM_Get_DevNode_Status(&status, &problem, device, 0);
    Check(!(status & DN_STARTED) && (status & DN_HAS_PROBLEM) && problem == CM_PROB_DISABLED,
          "it says so");
    Check(OpenAt(&GUID_PNP_TEST, 0) == INVALID_HANDLE_VALUE, "it has no interface");
    Check(CM_Enable_DevNode(device, 0) == CR_SUCCESS, "it is enabled");
    CM_Get_DevNode_Status(&status, &problem, device, 0);
    Check((status & DN_STARTED) && !problem, "it has started");
    file = OpenAt(&GUID_PNP_TEST, 0);
    CheckHistory(file, "added started");
    CloseHandle(file);
}

static void TestFailure(void)
{
    DEVINST device = Locate("ROOT\\PNPTEST\\0000");
    HANDLE file = OpenAt(&GUID_PNP_TEST, 0);
    ULONG status, problem;
    DWORD size;

    Control(file, IOCTL_TEST_FAIL, 0);
    ntio_settle();
    CM_Get_DevNode_Status(&status, &problem, device, 0);
    Check(!(status & DN_STARTED), "a device that failed is stopped");
    Check(!DeviceIoControl(file, IOCTL_TEST_HISTORY, NULL, 0, NULL, 0, &size, NULL),
          "its file is good for nothing");
    CloseHandle(file);
    ntio_settle();
    CM_Get_DevNode_Status(&status, &problem, device, 0);
    Check(problem == CM_PROB_FAILED_POST_START, "it says that it failed");
    Check(CM_Setup_DevNode(device, CM_SETUP_DEVNODE_READY) == CR_SUCCESS, "it is started again");
    file = OpenAt(&GUID_PNP_TEST, 0);
    CheckHistory(file, "added started");
    CloseHandle(file);
}

/* ---- sleeping ---- */

static void TestSleep(void)
{
    char reason[256];
    HANDLE file = OpenAt(&GUID_PNP_TEST, 0);

    Check(ntio_sleep(3, reason, sizeof(reason)) >= 0, "the system sleeps");
    Check(ntio_sleep(3, reason, sizeof(reason)) < 0, "once");
    Check(ntio_wake(reason, sizeof(reason)) >= 0, "it wakes");
    ntio_settle();
    CheckHistory(file, "added started Sx D3 S0 D0");
    CloseHandle(file);
}

/* ---- listening ---- */

static struct {
    HANDLE Arrived, Left;
    LONG Arrivals, Removals, Queries, Completions;
    HANDLE Target; /* closed when it is asked for */
    DWORD Answer;
} Events;

static DWORD CALLBACK OnInterface(HCMNOTIFICATION Handle, PVOID Context, CM_NOTIFY_ACTION Action,
                                  PCM_NOTIFY_EVENT_DATA Data, DWORD Size)
{
    UNREFERENCED_PARAMETER(Handle);
    UNREFERENCED_PARAMETER(Size);
    Check(Context == &Events && Data->FilterType == CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE &&
              !wcsncmp(Data->u.DeviceInterface.SymbolicLink, L"\\\\?\\", 4),
          "an interface's event");
    if (Action == CM_NOTIFY_ACTION_DEVICEINTERFACEARRIVAL) {
        InterlockedIncrement(&Events.Arrivals);
        SetEvent(Events.Arrived);
    } else {
        InterlockedIncrement(&Events.Removals);
        SetEvent(Events.Left);
    }
    return ERROR_SUCCESS;
}

static DWORD CALLBACK OnHandle(HCMNOTIFICATION Handle, PVOID Context, CM_NOTIFY_ACTION Action,
                               PCM_NOTIFY_EVENT_DATA Data, DWORD Size)
{
    UNREFERENCED_PARAMETER(Handle);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Data);
    UNREFERENCED_PARAMETER(Size);
    if (Action == CM_NOTIFY_ACTION_DEVICEQUERYREMOVE) {
        Events.Queries++;
        if (Events.Answer == ERROR_SUCCESS) {
            CloseHandle(Events.Target);
            Events.Target = NULL;
        }
        return Events.Answer;
    }
    if (Action == CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE) {
        Events.Completions++;
        SetEvent(Events.Left);
    }
    return ERROR_SUCCESS;
}

static void TestListening(void)
{
    DEVINST device = Locate("ROOT\\PNPTEST\\0000");
    CM_NOTIFY_FILTER filter = {.cbSize = sizeof(filter)};
    HCMNOTIFICATION ofClass, ofHandle;
    PNP_VETO_TYPE veto;

    Events.Arrived = CreateEvent(NULL, FALSE, FALSE, NULL);
    Events.Left = CreateEvent(NULL, FALSE, FALSE, NULL);
    /* Who listens is told of what came before, too, while that is still being told. */
    ntio_settle();
    filter.FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE;
    filter.u.DeviceInterface.ClassGuid = GUID_PNP_TEST;
    Check(CM_Register_Notification(&filter, &Events, OnInterface, &ofClass) == CR_SUCCESS,
          "a class is listened to");
    Check(CM_Disable_DevNode(device, 0) == CR_SUCCESS, "disabled");
    WaitForSingleObject(Events.Left, INFINITE);
    Check(CM_Enable_DevNode(device, 0) == CR_SUCCESS, "enabled");
    WaitForSingleObject(Events.Arrived, INFINITE);
    Check(Events.Arrivals == 1 && Events.Removals == 1, "one came, one went");
    Check(CM_Unregister_Notification(ofClass) == CR_SUCCESS, "no more of it");

    memset(&filter, 0, sizeof(filter));
    filter.cbSize = sizeof(filter);
    filter.FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE;
    filter.u.DeviceHandle.hTarget = Events.Target = OpenAt(&GUID_PNP_TEST, 0);
    Check(CM_Register_Notification(&filter, NULL, OnHandle, &ofHandle) == CR_SUCCESS,
          "a file is listened to");
    Events.Answer = ERROR_CANCELLED;
    Check(CM_Query_And_Remove_SubTreeA(device, &veto, NULL, 0, 0) == CR_REMOVE_VETOED,
          "its listener refuses");
    Events.Answer = ERROR_SUCCESS;
    Check(CM_Disable_DevNode(device, 0) == CR_SUCCESS, "its listener closes it");
    WaitForSingleObject(Events.Left, INFINITE);
    Check(Events.Queries == 2 && Events.Completions == 1 && !Events.Target, "it was asked twice");
    CM_Unregister_Notification(ofHandle);
    Check(CM_Enable_DevNode(device, 0) == CR_SUCCESS, "enabled again");
}

/* ---- a bus ---- */

static void TestBus(void)
{
    HANDLE bus = OpenAt(&GUID_PNP_TEST_BUS, 0), file;
    DEVINST parent = Locate("ROOT\\SYSTEM\\0000"), child, again;
    PNP_VETO_TYPE veto;
    char name[200];
    ULONG before = CountInterfaces(&GUID_PNP_TEST);

    Check(bus != INVALID_HANDLE_VALUE, "the bus opens");
    Check(CM_Get_Child(&child, parent, 0) == CR_NO_SUCH_DEVNODE, "it is empty");
    Check(Control(bus, IOCTL_BUS_PLUG, 7) && Control(bus, IOCTL_BUS_PLUG, 8), "two are plugged in");
    ntio_settle();
    Check(CountInterfaces(&GUID_PNP_TEST) == before + 2, "they are there");
    Check(
        CM_Get_Child(&child, parent, 0) == CR_SUCCESS && !CM_Get_Device_IDA(child, name, 200, 0) &&
            !strncmp(name, "PNPTESTBUS\\THING\\1&", 19) && !strcmp(name + strlen(name) - 3, "&07"),
        "below the bus");
    Check(CM_Get_Sibling(&again, child, 0) == CR_SUCCESS && again != child, "side by side");
    Check(CM_Get_Parent(&again, child, 0) == CR_SUCCESS && again == parent, "of one parent");
    Check(Control(bus, IOCTL_BUS_UNPLUG, 8), "one is pulled out");
    ntio_settle();
    Check(CM_Get_Sibling(&again, child, 0) == CR_NO_SUCH_DEVNODE, "it is gone");

    file = OpenAt(&GUID_PNP_TEST, before);
    CheckHistory(file, "added started");
    Check(Control(bus, IOCTL_BUS_UNPLUG, 7), "one that is open is pulled out");
    ntio_settle();
    CheckHistory(file, "added started surprise-removal");
    Check(CountInterfaces(&GUID_PNP_TEST) == before, "it has no interface");
    Check(Control(bus, IOCTL_BUS_PLUG, 7), "it comes back");
    ntio_settle();
    Check(CountInterfaces(&GUID_PNP_TEST) == before + 1, "beside what is left of it");
    CloseHandle(file);
    ntio_settle();
    Check(CM_Get_Child(&child, parent, 0) == CR_SUCCESS, "it is there");
    Check(CM_Request_Device_EjectA(child, &veto, NULL, 0, 0) == CR_SUCCESS, "it is ejected");
    Check(CM_Get_Child(&child, parent, 0) == CR_NO_SUCH_DEVNODE, "and gone");
    Check(Control(bus, IOCTL_BUS_PLUG, 9) && (ntio_settle(), 1) && Control(bus, IOCTL_BUS_EJECT, 9),
          "the driver ejects one");
    ntio_settle();
    Check(CM_Get_Child(&child, parent, 0) == CR_NO_SUCH_DEVNODE, "gone, too");
    Check(Control(bus, IOCTL_BUS_PLUG, 10), "one stays");
    ntio_settle();
    CloseHandle(bus);
    Check(CM_Disable_DevNode(parent, 0) == CR_SUCCESS, "the bus goes with what is on it");
    Check(CountInterfaces(&GUID_PNP_TEST) == before, "all of it");
    Check(CM_Enable_DevNode(parent, 0) == CR_SUCCESS, "the bus comes back");
}

static void TestFilters(void)
{
    HANDLE file = OpenAt(&GUID_PNP_TEST, 0);

    CheckHistory(file, "added started");
    CloseHandle(file);
}

int main(int Count, char **Arguments)
{
    const char *what = Count > 1 ? Arguments[1] : "device";

    if (!strcmp(what, "find")) {
        TestDescription();
        TestClass();
    } else if (!strcmp(what, "device")) {
        TestVeto();
        TestFailure();
        TestListening();
    } else if (!strcmp(what, "sleep")) {
        TestSleep();
    } else if (!strcmp(what, "bus")) {
        TestBus();
    } else {
        TestFilters();
    }
    printf("%ld checks, %ld wrong\n", Checks, Wrong);
    return Wrong != 0;
}
