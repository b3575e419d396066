/*
 * Declares nothing: the framework's objects take their memory from ExAllocatePool2's pools, and
 * a driver does that through wdfmemory.h. The header exists because drivers may include it.
 */
#pragma once
