/*
 * Objects, handles and the registry: what mingw-w64's driver kit lacks.
 */
#pragma once

#ifndef STATUS_REPARSE_POINT_ENCOUNTERED
#define STATUS_REPARSE_POINT_ENCOUNTERED ((NTSTATUS)0xC000050B)
#endif
