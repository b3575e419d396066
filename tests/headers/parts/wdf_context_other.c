/* The second source file. */
#include "wdf_context.h"

PCWDF_OBJECT_CONTEXT_TYPE_INFO other_type(void)
{
    return WDF_GET_CONTEXT_TYPE_INFO(SHARED_CONTEXT);
}

PSHARED_CONTEXT other_get(WDFOBJECT object)
{
    return get_shared(object);
}
