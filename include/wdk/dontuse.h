/*
 * dontuse.h of the driver kit marks functions as deprecated for the kit's own
 * analysis; compilers here know nothing of it.
 */
#pragma once
