/*
 * The Windows Driver Framework: KMDF 1.33 for drivers in kernel mode; UMDF 2.33, which has fewer
 * functions and some of its own, for drivers that define UMDF_VERSION_MAJOR.
 *
 * Not included, because few drivers need them: wdfusb.h, wdfminiport.h, wdfcx.h (class
 * extensions), wdfhid.h, wdfinstaller.h.
 */
#pragma once

/* What everything is built on. */
#include <wdftypes.h>
#include <wdfglobals.h>
#include <wdffuncenum.h>
#include <wdfstatus.h>
#include <wdfassert.h>
#include <wdfverifier.h>
#include <wdfpool.h>
#include <wdfobject.h>
#include <wdfsync.h>
#include <wdfcore.h>
#include <wdfdriver.h>

/* Devices and what belongs to them. */
#include <wdfqueryinterface.h>
#include <wdfmemory.h>
#include <wdfchildlist.h>
#include <wdffileobject.h>
#include <wdfdevice.h>
#include <wdfcollection.h>
#include <wdftimer.h>
#include <wdfworkitem.h>
#include <wdfinterrupt.h>
#include <wdfresource.h>

/* Requests and their ways. */
#include <wdfrequest.h>
#include <wdfiotarget.h>
#include <wdfio.h>

/* Kinds of devices. */
#include <wdffdo.h>
#include <wdfpdo.h>
#include <wdfcontrol.h>

/* The rest. */
#include <wdfwmi.h>
#include <wdfstring.h>
#include <wdfregistry.h>
#include <wdfbugcodes.h>
#include <wdfroletypes.h>
#include <wdfhwaccess.h>

/* What one of the two has alone. */
#if WDF_FOR_KMDF
#include <wdfdpc.h>
#include <wdfdmaenabler.h>
#include <wdfdmatransaction.h>
#include <wdfcommonbuffer.h>
#include <wdfcompaniontarget.h>
#endif
#if WDF_FOR_UMDF
#include <wdfcompanion.h>
#endif
