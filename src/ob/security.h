/*
 * Security among the object manager's own files: well-known SIDs, tokens,
 * the parts of a descriptor.
 */
#pragma once

#include "ob_private.h"
#include "rights.h"

#define OB_MAX_SID_BYTES (8 + 4 * SID_MAX_SUB_AUTHORITIES)

/* A SID of fixed size, laid out as NT's. */
struct ob_sid {
    UCHAR revision, count;
    UCHAR authority[6];
    ULONG sub[6];
};

/* The SIDs that have a two-letter name in SDDL. */
struct ob_well_known_sid {
    WCHAR name[2];
    struct ob_sid sid;
};
/* sid.c; the SID with that name, NULL if none has it. */
PSID ob_find_sid(const WCHAR name[2]);
BOOLEAN ob_equal_sid(PSID a, PSID b);

/*
 * The parts of a descriptor, absolute or self-relative. NULL: it has none. For
 * an ACL, *present tells an absent one from a NULL one.
 */
PSID ob_descriptor_owner(PSECURITY_DESCRIPTOR descriptor);
PSID ob_descriptor_group(PSECURITY_DESCRIPTOR descriptor);
PACL ob_descriptor_dacl(PSECURITY_DESCRIPTOR descriptor, PBOOLEAN present);
PACL ob_descriptor_sacl(PSECURITY_DESCRIPTOR descriptor, PBOOLEAN present);

/* TRUE if the first bytes of acl are a whole and consistent ACL. */
BOOLEAN ob_valid_acl(PACL acl, ULONG bytes);

/* The body of a token object. Never changes once made. */
struct ob_token {
    PSID user;
    ULONG64 privileges; /* bit n: the privilege with LUID n is held and enabled */
    BOOLEAN is_administrator;
    ULONG group_count;
    SID_AND_ATTRIBUTES groups[]; /* and behind them the SIDs that Linux' numbers make */
};
BOOLEAN ob_token_has_privilege(PACCESS_TOKEN token, ULONG privilege);

/* access.c: puts the tokens of the two processes in their place, and takes them away. */
NTSTATUS ob_security_start(VOID);
VOID ob_security_stop(VOID);
