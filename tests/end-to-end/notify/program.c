/*
 * One of several programs that hear of an echo device. Each line tells what happened.
 *
 *   listen        hears of interfaces that come and go
 *   hold HOW      opens the device; asked whether it may go it agrees, refuses, or does not answer
 *   disable, enable
 *
 * The first two stay until their input ends.
 */
#include <windows.h>
#include <initguid.h>
#include <cfgmgr32.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../examples/echo/public.h"

static const char *how;
static HANDLE device = INVALID_HANDLE_VALUE;

static DWORD CALLBACK on_interface(HCMNOTIFICATION notification, PVOID context,
                                   CM_NOTIFY_ACTION action, PCM_NOTIFY_EVENT_DATA data, DWORD size)
{
    printf("%s\n", action == CM_NOTIFY_ACTION_DEVICEINTERFACEARRIVAL ? "came" : "went");
    return ERROR_SUCCESS;
}

static DWORD CALLBACK on_handle(HCMNOTIFICATION notification, PVOID context,
                                CM_NOTIFY_ACTION action, PCM_NOTIFY_EVENT_DATA data, DWORD size)
{
    if (action != CM_NOTIFY_ACTION_DEVICEQUERYREMOVE)
        return ERROR_SUCCESS;
    printf("asked\n");
    if (!strcmp(how, "silent"))
        Sleep(INFINITE);
    if (!strcmp(how, "refuse"))
        return ERROR_CANCELLED;
    CloseHandle(device);
    return ERROR_SUCCESS;
}

static void listen_to(CM_NOTIFY_FILTER *filter, PCM_NOTIFY_CALLBACK callback)
{
    HCMNOTIFICATION notification;

    filter->cbSize = sizeof *filter;
    if (CM_Register_Notification(filter, NULL, callback, &notification) != CR_SUCCESS)
        exit(3);
    printf("ready\n");
    while (getchar() != EOF)
        ;
    CM_Unregister_Notification(notification);
}

static void listen_to_interfaces(void)
{
    CM_NOTIFY_FILTER filter = {.FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE};

    filter.u.DeviceInterface.ClassGuid = GUID_DEVINTERFACE_ECHO;
    listen_to(&filter, on_interface);
}

static void hold(void)
{
    CM_NOTIFY_FILTER filter = {.FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE};
    WCHAR names[512];

    if (CM_Get_Device_Interface_ListW((GUID *)&GUID_DEVINTERFACE_ECHO, NULL, names, 512,
                                      CM_GET_DEVICE_INTERFACE_LIST_PRESENT) != CR_SUCCESS)
        exit(3);
    device = CreateFileW(names, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                         NULL, OPEN_EXISTING, 0, NULL);
    if (device == INVALID_HANDLE_VALUE)
        exit(3);
    filter.u.DeviceHandle.hTarget = device;
    listen_to(&filter, on_handle);
}

static int change(const char *what)
{
    DEVINST instance;
    CONFIGRET result =
        CM_Locate_DevNodeA(&instance, "ROOT\\SAMPLE\\0000", CM_LOCATE_DEVNODE_NORMAL);

    if (result == CR_SUCCESS)
        result = strcmp(what, "enable") ? CM_Disable_DevNode(instance, 0)
                                        : CM_Enable_DevNode(instance, 0);
    printf("%s: %lu\n", what, result);
    return 0;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    how = argc > 2 ? argv[2] : "";
    if (argc > 1 && !strcmp(argv[1], "listen"))
        listen_to_interfaces();
    else if (argc > 1 && !strcmp(argv[1], "hold"))
        hold();
    else
        return change(argc > 1 ? argv[1] : "disable");
    return 0;
}
