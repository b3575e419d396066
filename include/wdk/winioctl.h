/*
 * winioctl.h of the Windows kit over mingw-w64's, which defines its GUIDs each time that it is
 * included where GUIDs are defined (INITGUID): here the first time does.
 */
#if defined(INITGUID) && defined(DEFINE_GUID)
#ifndef NTIO_WINIOCTL_GUIDS
#define NTIO_WINIOCTL_GUIDS
#include_next <winioctl.h>
#endif
#else
#include_next <winioctl.h>
#endif
