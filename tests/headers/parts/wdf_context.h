/* What two source files of a driver share: a context type, declared in a header. */
#include <ntddk.h>
#include <wdfobject.h>

typedef struct _SHARED_CONTEXT {
    int first;
    int second;
} SHARED_CONTEXT, *PSHARED_CONTEXT;

WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(SHARED_CONTEXT, get_shared)
WDF_DECLARE_CUSTOM_TYPE(Marked)

PCWDF_OBJECT_CONTEXT_TYPE_INFO other_type(void);
PSHARED_CONTEXT other_get(WDFOBJECT object);
