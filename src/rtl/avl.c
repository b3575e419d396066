/*
 * RTL_AVL_TABLE: an ordered table whose elements the caller's routines compare,
 * allocate and free. Table->BalancedRoot stands above the root, which is its
 * right child.
 */
#include "rtl.h"

#include <string.h>

/* What the table allocates: its links, and the caller's copy of the element. */
struct node {
    RTL_BALANCED_LINKS links;
    LONGLONG element; /* the first bytes of it */
};

C_ASSERT(FIELD_OFFSET(struct node, element) == 0x20);

static PVOID element_of(PRTL_BALANCED_LINKS links)
{
    return &CONTAINING_RECORD(links, struct node, links)->element;
}

static PRTL_BALANCED_LINKS root_of(PRTL_AVL_TABLE table)
{
    return table->BalancedRoot.RightChild;
}

VOID NTAPI RtlInitializeGenericTableAvl(PRTL_AVL_TABLE Table,
                                        PRTL_AVL_COMPARE_ROUTINE CompareRoutine,
                                        PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine,
                                        PRTL_AVL_FREE_ROUTINE FreeRoutine, PVOID TableContext)
{
    memset(Table, 0, sizeof(*Table));
    Table->BalancedRoot.Parent = &Table->BalancedRoot;
    Table->CompareRoutine = CompareRoutine;
    Table->AllocateRoutine = AllocateRoutine;
    Table->FreeRoutine = FreeRoutine;
    Table->TableContext = TableContext;
}

/* ---- order ---- */

static PRTL_BALANCED_LINKS leftmost(PRTL_BALANCED_LINKS links)
{
    while (links && links->LeftChild)
        links = links->LeftChild;
    return links;
}

static PRTL_BALANCED_LINKS rightmost(PRTL_BALANCED_LINKS links)
{
    while (links && links->RightChild)
        links = links->RightChild;
    return links;
}

static PRTL_BALANCED_LINKS successor(PRTL_AVL_TABLE table, PRTL_BALANCED_LINKS links)
{
    if (links->RightChild)
        return leftmost(links->RightChild);
    while (links->Parent != &table->BalancedRoot && links->Parent->RightChild == links)
        links = links->Parent;
    return links->Parent == &table->BalancedRoot ? NULL : links->Parent;
}

static PRTL_BALANCED_LINKS predecessor(PRTL_AVL_TABLE table, PRTL_BALANCED_LINKS links)
{
    if (links->LeftChild)
        return rightmost(links->LeftChild);
    while (links->Parent != &table->BalancedRoot && links->Parent->LeftChild == links)
        links = links->Parent;
    return links->Parent == &table->BalancedRoot ? NULL : links->Parent;
}

static TABLE_SEARCH_RESULT find(PRTL_AVL_TABLE table, PVOID buffer, PRTL_BALANCED_LINKS *found)
{
    PRTL_BALANCED_LINKS links = root_of(table);

    if (!links)
        return TableEmptyTree;
    for (;;) {
        RTL_GENERIC_COMPARE_RESULTS order = table->CompareRoutine(table, buffer, element_of(links));
        PRTL_BALANCED_LINKS child = order == GenericLessThan ? links->LeftChild : links->RightChild;

        *found = links;
        if (order == GenericEqual)
            return TableFoundNode;
        if (!child)
            return order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
        links = child;
    }
}

/* ---- balance: the height of the right subtree less that of the left ---- */

static VOID replace_child(PRTL_BALANCED_LINKS parent, PRTL_BALANCED_LINKS old,
                          PRTL_BALANCED_LINKS new)
{
    if (parent->LeftChild == old)
        parent->LeftChild = new;
    else
        parent->RightChild = new;
    if (new)
        new->Parent = parent;
}

/* Turns the edge to the heavy side's child, which becomes the subtree's root. */
static VOID rotate(PRTL_BALANCED_LINKS links, PRTL_BALANCED_LINKS child)
{
    PRTL_BALANCED_LINKS inner;

    replace_child(links->Parent, links, child);
    if (links->LeftChild == child) {
        inner = child->RightChild;
        child->RightChild = links;
        links->LeftChild = inner;
    } else {
        inner = child->LeftChild;
        child->LeftChild = links;
        links->RightChild = inner;
    }
    links->Parent = child;
    if (inner)
        inner->Parent = links;
}

/*
 * links leans two to one side. Returns the subtree's new root; its balance is 0
 * unless the subtree kept its height.
 */
static PRTL_BALANCED_LINKS rebalance(PRTL_BALANCED_LINKS links)
{
    CHAR side = links->Balance > 0 ? 1 : -1;
    PRTL_BALANCED_LINKS child = side > 0 ? links->RightChild : links->LeftChild, middle;

    if (child->Balance != -side) {
        rotate(links, child);
        links->Balance = child->Balance ? 0 : side;
        child->Balance = child->Balance ? 0 : -side;
        return child;
    }
    middle = side > 0 ? child->LeftChild : child->RightChild;
    rotate(child, middle);
    rotate(links, middle);
    links->Balance = middle->Balance == side ? -side : 0;
    child->Balance = middle->Balance == -side ? side : 0;
    middle->Balance = 0;
    return middle;
}

/* The subtree at links has grown by one. */
static VOID grown(PRTL_AVL_TABLE table, PRTL_BALANCED_LINKS links)
{
    for (; links->Parent != &table->BalancedRoot; links = links->Parent) {
        PRTL_BALANCED_LINKS parent = links->Parent;

        parent->Balance += parent->RightChild == links ? 1 : -1;
        if (parent->Balance == 0)
            return;
        if (parent->Balance == 2 || parent->Balance == -2) {
            rebalance(parent);
            return;
        }
    }
    table->DepthOfTree++;
}

/* The subtree at parent's side has shrunk by one: side is 1 for the right, -1 for the left. */
static VOID shrunk(PRTL_AVL_TABLE table, PRTL_BALANCED_LINKS parent, CHAR side)
{
    while (parent != &table->BalancedRoot) {
        PRTL_BALANCED_LINKS links = parent;

        links->Balance -= side;
        if (links->Balance == 2 || links->Balance == -2)
            links = rebalance(links);
        if (links->Balance)
            return;
        parent = links->Parent;
        side = parent->RightChild == links ? 1 : -1;
    }
    table->DepthOfTree--;
}

/* links gives its place in the tree to its neighbour, and has at most one child then. */
static VOID swap_with(PRTL_BALANCED_LINKS links, PRTL_BALANCED_LINKS neighbour)
{
    RTL_BALANCED_LINKS old = *neighbour;
    BOOLEAN is_child = neighbour->Parent == links;

    replace_child(links->Parent, links, neighbour);
    neighbour->Balance = links->Balance;
    neighbour->LeftChild = links->LeftChild == neighbour ? links : links->LeftChild;
    neighbour->RightChild = links->RightChild == neighbour ? links : links->RightChild;
    if (neighbour->LeftChild)
        neighbour->LeftChild->Parent = neighbour;
    if (neighbour->RightChild)
        neighbour->RightChild->Parent = neighbour;
    if (!is_child)
        replace_child(old.Parent, neighbour, links);
    links->Balance = old.Balance;
    links->LeftChild = old.LeftChild;
    links->RightChild = old.RightChild;
    if (links->LeftChild)
        links->LeftChild->Parent = links;
    if (links->RightChild)
        links->RightChild->Parent = links;
}

static VOID remove_links(PRTL_AVL_TABLE table, PRTL_BALANCED_LINKS links)
{
    PRTL_BALANCED_LINKS parent;
    CHAR side;

    if (links->LeftChild && links->RightChild)
        swap_with(links, leftmost(links->RightChild));
    parent = links->Parent;
    side = parent->RightChild == links ? 1 : -1;
    replace_child(parent, links, links->LeftChild ? links->LeftChild : links->RightChild);
    shrunk(table, parent, side);
}

/* ---- the table's calls ---- */

PVOID NTAPI RtlInsertElementGenericTableFullAvl(PRTL_AVL_TABLE Table, PVOID Buffer,
                                                CLONG BufferSize, PBOOLEAN NewElement,
                                                PVOID NodeOrParent,
                                                TABLE_SEARCH_RESULT SearchResult)
{
    PRTL_BALANCED_LINKS parent = NodeOrParent;
    struct node *node;

    if (NewElement)
        *NewElement = FALSE;
    if (SearchResult == TableFoundNode)
        return element_of(parent);
    node = Table->AllocateRoutine(Table, BufferSize + FIELD_OFFSET(struct node, element));
    if (!node)
        return NULL;
    memset(&node->links, 0, sizeof(node->links));
    memcpy(&node->element, Buffer, BufferSize);
    if (SearchResult == TableEmptyTree)
        parent = &Table->BalancedRoot;
    if (SearchResult == TableInsertAsLeft)
        parent->LeftChild = &node->links;
    else
        parent->RightChild = &node->links;
    node->links.Parent = parent;
    grown(Table, &node->links);
    Table->NumberGenericTableElements++;
    Table->OrderedPointer = NULL;
    if (NewElement)
        *NewElement = TRUE;
    return &node->element;
}

PVOID NTAPI RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer, CLONG BufferSize,
                                            PBOOLEAN NewElement)
{
    PRTL_BALANCED_LINKS found = NULL;
    TABLE_SEARCH_RESULT result = find(Table, Buffer, &found);

    return RtlInsertElementGenericTableFullAvl(Table, Buffer, BufferSize, NewElement, found,
                                               result);
}

BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer)
{
    PRTL_BALANCED_LINKS links;

    if (find(Table, Buffer, &links) != TableFoundNode)
        return FALSE;
    /* An enumeration goes on behind the element that is gone. */
    if (Table->RestartKey == links)
        Table->RestartKey = predecessor(Table, links);
    Table->DeleteCount++;
    remove_links(Table, links);
    Table->NumberGenericTableElements--;
    Table->OrderedPointer = NULL;
    Table->FreeRoutine(Table, CONTAINING_RECORD(links, struct node, links));
    return TRUE;
}

PVOID NTAPI RtlLookupElementGenericTableFullAvl(PRTL_AVL_TABLE Table, PVOID Buffer,
                                                PVOID *NodeOrParent,
                                                TABLE_SEARCH_RESULT *SearchResult)
{
    PRTL_BALANCED_LINKS found = NULL;

    *SearchResult = find(Table, Buffer, &found);
    *NodeOrParent = found;
    return *SearchResult == TableFoundNode ? element_of(found) : NULL;
}

PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer)
{
    PRTL_BALANCED_LINKS found;

    return find(Table, Buffer, &found) == TableFoundNode ? element_of(found) : NULL;
}

PVOID NTAPI RtlLookupFirstMatchingElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer,
                                                         PVOID *RestartKey)
{
    PRTL_BALANCED_LINKS first, before;

    if (find(Table, Buffer, &first) != TableFoundNode)
        return NULL;
    while ((before = predecessor(Table, first)) &&
           Table->CompareRoutine(Table, Buffer, element_of(before)) == GenericEqual)
        first = before;
    *RestartKey = first;
    return element_of(first);
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE Table, PVOID *RestartKey)
{
    PRTL_BALANCED_LINKS next =
        *RestartKey ? successor(Table, *RestartKey) : leftmost(root_of(Table));

    if (!next)
        return NULL;
    *RestartKey = next;
    return element_of(next);
}

PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE Table, BOOLEAN Restart)
{
    PVOID key = Restart ? NULL : Table->RestartKey;
    PVOID element = RtlEnumerateGenericTableWithoutSplayingAvl(Table, &key);

    Table->RestartKey = key;
    return element;
}

/* Remembers where it was, so that asking for 0, 1, 2, ... costs one step each. */
PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE Table, ULONG I)
{
    PRTL_BALANCED_LINKS links = Table->OrderedPointer;
    ULONG at = Table->WhichOrderedElement;

    if (I >= Table->NumberGenericTableElements)
        return NULL;
    if (!links || at > I) {
        links = leftmost(root_of(Table));
        at = 0;
    }
    for (; at < I; at++)
        links = successor(Table, links);
    Table->OrderedPointer = links;
    Table->WhichOrderedElement = I;
    return element_of(links);
}

ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE Table)
{
    return Table->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE Table)
{
    return Table->NumberGenericTableElements == 0;
}
