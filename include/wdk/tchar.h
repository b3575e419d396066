/*
 * tchar.h of the Windows kit over mingw-w64's, which refuses to come after
 * strsafe.h; the kit's does not.
 */
#ifndef _NTIO_TCHAR_H
#define _NTIO_TCHAR_H

#pragma push_macro("_STRSAFE_H_INCLUDED_")
#undef _STRSAFE_H_INCLUDED_
#include_next <tchar.h>
#pragma pop_macro("_STRSAFE_H_INCLUDED_")

#endif
