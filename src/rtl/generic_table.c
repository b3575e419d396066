/*
 * RTL_GENERIC_TABLE: a table on a splay tree, which also remembers in which
 * order its elements came.
 */
#include "rtl.h"

#include <string.h>

/* What the table allocates: its links, and the caller's copy of the element. */
struct node {
    RTL_SPLAY_LINKS links;
    LIST_ENTRY order;
    LONGLONG element; /* the first bytes of it */
};

C_ASSERT(FIELD_OFFSET(struct node, element) == 0x28);

static struct node *node_of(PRTL_SPLAY_LINKS links)
{
    return CONTAINING_RECORD(links, struct node, links);
}

VOID NTAPI RtlInitializeGenericTable(PRTL_GENERIC_TABLE Table,
                                     PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine,
                                     PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine,
                                     PRTL_GENERIC_FREE_ROUTINE FreeRoutine, PVOID TableContext)
{
    memset(Table, 0, sizeof(*Table));
    InitializeListHead(&Table->InsertOrderList);
    Table->OrderedPointer = &Table->InsertOrderList;
    Table->CompareRoutine = CompareRoutine;
    Table->AllocateRoutine = AllocateRoutine;
    Table->FreeRoutine = FreeRoutine;
    Table->TableContext = TableContext;
}

static TABLE_SEARCH_RESULT find(PRTL_GENERIC_TABLE table, PVOID buffer, PRTL_SPLAY_LINKS *found)
{
    PRTL_SPLAY_LINKS links = table->TableRoot;

    if (!links)
        return TableEmptyTree;
    for (;;) {
        RTL_GENERIC_COMPARE_RESULTS order =
            table->CompareRoutine(table, buffer, &node_of(links)->element);
        PRTL_SPLAY_LINKS child = order == GenericLessThan ? links->LeftChild : links->RightChild;

        *found = links;
        if (order == GenericEqual)
            return TableFoundNode;
        if (!child)
            return order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
        links = child;
    }
}

static VOID link_node(PRTL_GENERIC_TABLE table, struct node *node, PRTL_SPLAY_LINKS parent,
                      TABLE_SEARCH_RESULT where)
{
    RtlInitializeSplayLinks(&node->links);
    InsertTailList(&table->InsertOrderList, &node->order);
    table->NumberGenericTableElements++;
    if (where == TableInsertAsLeft) {
        RtlInsertAsLeftChild(parent, &node->links);
    } else if (where == TableInsertAsRight) {
        RtlInsertAsRightChild(parent, &node->links);
    }
}

PVOID NTAPI RtlInsertElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer,
                                             CLONG BufferSize, PBOOLEAN NewElement,
                                             PVOID NodeOrParent, TABLE_SEARCH_RESULT SearchResult)
{
    PRTL_SPLAY_LINKS links = NodeOrParent;
    struct node *node;

    if (NewElement)
        *NewElement = FALSE;
    if (SearchResult != TableFoundNode) {
        node = Table->AllocateRoutine(Table, BufferSize + FIELD_OFFSET(struct node, element));
        if (!node)
            return NULL;
        memcpy(&node->element, Buffer, BufferSize);
        link_node(Table, node, links, SearchResult);
        links = &node->links;
        if (NewElement)
            *NewElement = TRUE;
    }
    Table->TableRoot = RtlSplay(links);
    return &node_of(links)->element;
}

PVOID NTAPI RtlInsertElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize,
                                         PBOOLEAN NewElement)
{
    PRTL_SPLAY_LINKS found = NULL;
    TABLE_SEARCH_RESULT result = find(Table, Buffer, &found);

    return RtlInsertElementGenericTableFull(Table, Buffer, BufferSize, NewElement, found, result);
}

BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer)
{
    PRTL_SPLAY_LINKS links;

    if (find(Table, Buffer, &links) != TableFoundNode)
        return FALSE;
    Table->TableRoot = RtlDelete(links);
    RemoveEntryList(&node_of(links)->order);
    Table->NumberGenericTableElements--;
    Table->OrderedPointer = &Table->InsertOrderList;
    Table->WhichOrderedElement = 0;
    Table->FreeRoutine(Table, node_of(links));
    return TRUE;
}

PVOID NTAPI RtlLookupElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer,
                                             PVOID *NodeOrParent, TABLE_SEARCH_RESULT *SearchResult)
{
    PRTL_SPLAY_LINKS found = NULL;

    *SearchResult = find(Table, Buffer, &found);
    *NodeOrParent = found;
    if (*SearchResult != TableFoundNode)
        return NULL;
    Table->TableRoot = RtlSplay(found);
    return &node_of(found)->element;
}

PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer)
{
    PVOID node;
    TABLE_SEARCH_RESULT result;

    return RtlLookupElementGenericTableFull(Table, Buffer, &node, &result);
}

static PRTL_SPLAY_LINKS first_links(PRTL_GENERIC_TABLE table)
{
    PRTL_SPLAY_LINKS links = table->TableRoot;

    while (links && links->LeftChild)
        links = links->LeftChild;
    return links;
}

/* The element that was given last is at the root. */
PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE Table, BOOLEAN Restart)
{
    PRTL_SPLAY_LINKS links;

    if (!Table->TableRoot)
        return NULL;
    links = Restart ? first_links(Table) : RtlRealSuccessor(Table->TableRoot);
    if (!links)
        return NULL;
    Table->TableRoot = RtlSplay(links);
    return &node_of(links)->element;
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE Table, PVOID *RestartKey)
{
    PRTL_SPLAY_LINKS links = *RestartKey ? RtlRealSuccessor(*RestartKey) : first_links(Table);

    if (!links)
        return NULL;
    *RestartKey = links;
    return &node_of(links)->element;
}

/*
 * By the order of insertion. WhichOrderedElement is one more than the index that
 * OrderedPointer is at, so that asking for 0, 1, 2, ... costs one step each.
 */
PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE Table, ULONG I)
{
    if (I >= Table->NumberGenericTableElements)
        return NULL;
    if (I + 1 < Table->WhichOrderedElement) {
        Table->OrderedPointer = &Table->InsertOrderList;
        Table->WhichOrderedElement = 0;
    }
    for (; Table->WhichOrderedElement < I + 1; Table->WhichOrderedElement++)
        Table->OrderedPointer = Table->OrderedPointer->Flink;
    return &CONTAINING_RECORD(Table->OrderedPointer, struct node, order)->element;
}

ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE Table)
{
    return Table->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE Table)
{
    return Table->TableRoot == NULL;
}
