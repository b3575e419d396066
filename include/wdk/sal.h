/*
 * Source annotations: mingw-w64's and, all of them empty, those of the Windows
 * kits that it lacks.
 */
#ifndef NTIO_SAL_H
#define NTIO_SAL_H

#include_next <sal.h>

/* What a function does with the interrupt level, locks and resources. */
#define __drv_acquiresCancelSpinLock
#define __drv_acquiresCriticalRegion
#define __drv_acquiresExclusiveResource(x)
#define __drv_acquiresResource(x)
#define __drv_acquiresResourceGlobal(x, y)
#define __drv_clearDoInit(x)
#define __drv_floatRestored
#define __drv_floatSaved
#define __drv_floatUsed
#define __drv_functionClass(x)
#define __drv_innerMustHoldGlobal(x, y)
#define __drv_interlocked
#define __drv_inTry
#define __drv_isCancelIRQL
#define __drv_maxFunctionIRQL(x)
#define __drv_minFunctionIRQL(x)
#define __drv_minIRQL(x)
#define __drv_mustHold(x)
#define __drv_mustHoldCancelSpinLock
#define __drv_mustHoldCriticalRegion
#define __drv_mustHoldGlobal(x, y)
#define __drv_neverHold(x)
#define __drv_neverHoldCancelSpinLock
#define __drv_neverHoldCriticalRegion
#define __drv_neverHoldGlobal(x, y)
#define __drv_notInTry
#define __drv_releasesCancelSpinLock
#define __drv_releasesCriticalRegion
#define __drv_releasesExclusiveResource(x)
#define __drv_releasesResource(x)
#define __drv_releasesResourceGlobal(x, y)
#define __drv_sameIRQL
#define _Interlocked_operand_
#define _IRQL_always_function_max_(x)
#define _IRQL_always_function_min_(x)
#define _IRQL_is_cancel_
#define _IRQL_restores_global_(x, y)
#define _IRQL_saves_global_(x, y)
#define _IRQL_uses_cancel_
#define _Kernel_acquires_resource_(x)
#define _Kernel_acquires_resource_global_(x, y)
#define _Kernel_clear_do_init_(x)
#define _Kernel_float_restored_
#define _Kernel_float_saved_
#define _Kernel_float_used_
#define _Kernel_IoGetDmaAdapter_
#define _Kernel_releases_resource_(x)
#define _Kernel_releases_resource_global_(x, y)
#define _Kernel_requires_resource_held_(x)
#define _Kernel_requires_resource_not_held_(x)

/* What a pointer or value is. */
#define __drv_constant
#define __drv_isObjectPointer
#define __drv_notPointer
#define __drv_preferredFunction(x, y)
#define __drv_strictType(x, y)
#define __drv_strictTypeMatch(x)
#define __drv_unit(x)
#define _Check_return_opt_
#define _Curr_
#define _Deref_post_valid_
#define _Deref_pre_valid_
#define _Enum_is_bitflag_
#define _Frees_ptr_
#define _Frees_ptr_opt_
#define _In_defensive_
#define _Inout_defensive_
#define _Maybenull_
#define _Notnull_
#define _Notvalid_
#define _Null_
#define _Nullterm_length_(x)
#define _Old_(x)
#define _Out_ptr_(x)
#define _Param_(x)
#define _Post_
#define _Post_defensive_
#define _Post_invalid_
#define _Post_maybenull_
#define _Post_maybez_
#define _Post_notnull_
#define _Post_null_
#define _Post_ptr_invalid_
#define _Post_valid_
#define _Post_z_
#define _Pre_
#define _Pre_defensive_
#define _Pre_maybenull_
#define _Pre_null_
#define _Pre_opt_valid_
#define _Pre_unknown_
#define _Pre_valid_
#define _Pre_z_
#define _Prepost_valid_
#define _Prepost_z_
#define _Ret_
#define _Ret_opt_
#define _Return_
#define _Valid_

/* The analysis itself. */
#define __analysis_assert(x)
#define __analysis_noreturn
#define __assume_bound(x)
#define __drv_declspec(x)
#define __drv_Mode_impl(x)
#define __drv_nop(x)
#define __drv_reportError(x)
#define _Analysis_noreturn_

/* Of the first generation. */
#define __allowed(x)
#define __callback
#define __control_entrypoint(x)
#define __data_entrypoint(x)
#define __deref_inout
#define __deref_inout_bcount(x)
#define __deref_inout_ecount(x)
#define __deref_inout_opt
#define __deref_opt_inout
#define __deref_opt_out_bcount(x)
#define __deref_opt_out_ecount(x)
#define __deref_opt_out_z
#define __deref_out_bcount(x)
#define __deref_out_bcount_opt(x)
#define __deref_out_ecount(x)
#define __deref_out_ecount_opt(x)
#define __deref_out_z
#define __field_bcount(x)
#define __field_bcount_opt(x)
#define __field_ecount(x)
#define __field_ecount_opt(x)
#define __format_string
#define __in_bcount_opt(x)
#define __in_bcount_z(x)
#define __in_ecount_opt(x)
#define __in_ecount_z(x)
#define __in_range(x, y)
#define __in_z
#define __in_z_opt
#define __inout_bcount_opt(x)
#define __inout_ecount_opt(x)
#define __inout_ecount_z(x)
#define __inout_z
#define __inout_z_opt
#define __kernel_entry
#define __maybenull
#define __notnull
#define __nullnullterminated
#define __nullterminated
#define __out_bcount_full_opt(x)
#define __out_bcount_opt(x)
#define __out_bcount_part_opt(x, y)
#define __out_bcount_z(x)
#define __out_ecount_full_opt(x)
#define __out_ecount_opt(x)
#define __out_ecount_part_opt(x, y)
#define __out_ecount_z(x)
#define __out_range(x, y)
#define __out_z
#define __out_z_opt
#define __override
#define __reserved
#define __struct_bcount(x)
#define __success(x)
#define __typefix(x)

#endif
