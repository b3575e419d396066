/*
 * intrin.h over mingw-w64's: that declares a few functions of stdlib.h a second
 * time, with a long that is 64 bits wide here.
 */
#ifndef _NTIO_INTRIN_H
#define _NTIO_INTRIN_H

#include <stdlib.h>

#define _byteswap_ulong mingw_byteswap_ulong
#define _rotl64 mingw_rotl64
#define _rotr64 mingw_rotr64
#include_next <intrin.h>
#undef _byteswap_ulong
#undef _rotl64
#undef _rotr64

#endif
