/*
 * RTL_SPLAY_LINKS: binary trees that bring what is used to the root. A root is
 * its own parent.
 */
#include "rtl.h"

PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS Links)
{
    PRTL_SPLAY_LINKS links = Links->RightChild;

    while (links && links->LeftChild)
        links = links->LeftChild;
    return links;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS Links)
{
    PRTL_SPLAY_LINKS links = Links->LeftChild;

    while (links && links->RightChild)
        links = links->RightChild;
    return links;
}

PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS Links)
{
    PRTL_SPLAY_LINKS links = RtlSubtreeSuccessor(Links);

    if (links)
        return links;
    for (links = Links; !RtlIsRoot(links); links = RtlParent(links)) {
        if (RtlIsLeftChild(links))
            return RtlParent(links);
    }
    return NULL;
}

PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS Links)
{
    PRTL_SPLAY_LINKS links = RtlSubtreePredecessor(Links);

    if (links)
        return links;
    for (links = Links; !RtlIsRoot(links); links = RtlParent(links)) {
        if (RtlIsRightChild(links))
            return RtlParent(links);
    }
    return NULL;
}

/* Puts new (may be NULL) where old is below old's parent, or at the root. */
static VOID replace(PRTL_SPLAY_LINKS old, PRTL_SPLAY_LINKS new)
{
    PRTL_SPLAY_LINKS parent = RtlParent(old);

    if (parent == old) {
        if (new)
            new->Parent = new;
        return;
    }
    if (RtlIsLeftChild(old))
        parent->LeftChild = new;
    else
        parent->RightChild = new;
    if (new)
        new->Parent = parent;
}

/* Brings a child up above its parent. */
static VOID rotate_up(PRTL_SPLAY_LINKS links)
{
    PRTL_SPLAY_LINKS parent = RtlParent(links), inner;

    if (RtlIsLeftChild(links)) {
        inner = links->RightChild;
        replace(parent, links);
        links->RightChild = parent;
        parent->LeftChild = inner;
    } else {
        inner = links->LeftChild;
        replace(parent, links);
        links->LeftChild = parent;
        parent->RightChild = inner;
    }
    parent->Parent = links;
    if (inner)
        inner->Parent = parent;
}

PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS Links)
{
    while (!RtlIsRoot(Links)) {
        PRTL_SPLAY_LINKS parent = RtlParent(Links);

        if (!RtlIsRoot(parent))
            rotate_up(RtlIsLeftChild(Links) == RtlIsLeftChild(parent) ? parent : Links);
        rotate_up(Links);
    }
    return Links;
}

/* Links gives its place to its subtree predecessor, and has at most a left child then. */
static VOID swap_with_predecessor(PRTL_SPLAY_LINKS links)
{
    PRTL_SPLAY_LINKS other = RtlSubtreePredecessor(links), left = other->LeftChild;
    PRTL_SPLAY_LINKS parent = RtlParent(other);

    replace(links, other);
    other->RightChild = links->RightChild;
    other->RightChild->Parent = other;
    if (parent == links) {
        other->LeftChild = links;
        links->Parent = other;
    } else {
        other->LeftChild = links->LeftChild;
        other->LeftChild->Parent = other;
        parent->RightChild = links;
        links->Parent = parent;
    }
    links->RightChild = NULL;
    links->LeftChild = left;
    if (left)
        left->Parent = links;
}

/* Takes Links out; returns what was above it then, or the new root, or NULL if none is left. */
static PRTL_SPLAY_LINKS take_out(PRTL_SPLAY_LINKS links)
{
    PRTL_SPLAY_LINKS child, parent;

    if (links->LeftChild && links->RightChild)
        swap_with_predecessor(links);
    child = links->LeftChild ? links->LeftChild : links->RightChild;
    parent = RtlIsRoot(links) ? child : RtlParent(links);
    replace(links, child);
    return parent;
}

PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS Links)
{
    PRTL_SPLAY_LINKS parent = take_out(Links);

    return parent ? RtlSplay(parent) : NULL;
}

VOID NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS Links, PRTL_SPLAY_LINKS *Root)
{
    PRTL_SPLAY_LINKS links = take_out(Links);

    while (links && !RtlIsRoot(links))
        links = RtlParent(links);
    *Root = links;
}
