#pragma once

VOID helper_traces(ULONG Count);
