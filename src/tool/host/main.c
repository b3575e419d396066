/*
 * ntio-host: the process that UMDF drivers run in. The kernel starts it, with nothing but one
 * end of a channel; docs/umdf.md.
 */
#include "../../../include/ntio/ntio.h"

int main(void)
{
    return ntio_host_run();
}
