/*
 * The Windows Driver Framework, for drivers in kernel mode: version 1.33.
 *
 * Not included, because few drivers need them: wdfusb.h, wdfminiport.h, wdfcx.h (class
 * extensions), wdfinstaller.h.
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
#include <wdfdpc.h>
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
#include <wdfdmaenabler.h>
#include <wdfdmatransaction.h>
#include <wdfcommonbuffer.h>
#include <wdfbugcodes.h>
#include <wdfroletypes.h>
#include <wdfhwaccess.h>
#include <wdfcompaniontarget.h>
