/*
 * A UMDF driver finds the 274 functions of UMDF 2.33 declared, and none of those that only KMDF
 * has: that is asserted when this is compiled.
 */
#include <windows.h>
#include <wdf.h>
#include <wdfcx.h>
#include <wdfhid.h>
#include <wdfusb.h>

#include "functions.h"

/* Would be an error if the headers had any of them: a name means one thing. */
#define ABSENT(name) name, imp_##name,
enum { KMDF_ONLY_FUNCTIONS(ABSENT) KMDF_ONLY_COUNT };
_Static_assert(KMDF_ONLY_COUNT == 2 * 210, "what KMDF alone has");

/* Both of a function, what a driver calls and what it is linked to. */
#define PRESENT(name) +(sizeof(&imp_##name) == sizeof(&name))
_Static_assert(0 UMDF_FUNCTIONS(PRESENT) == WdfFunctionTableNumEntries, "UMDF 2.33");
_Static_assert(WdfFunctionTableNumEntries == 274, "UMDF 2.33");

int main(void)
{
    return 0;
}
