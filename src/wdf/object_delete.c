/*
 * Deletion. Who moves an object's state from LIVE to DISPOSING deletes it, alone: whoever
 * else wants to does nothing. Disposing of an object does the same to its children, and
 * those whose state it could move are its doomed ones. A child that another thread
 * deletes at that moment stays that thread's.
 *
 * A tree may be deep, so it is walked without recursion: a doomed list belongs to the
 * thread that deletes, and an object's link leads to the next one of its parent's.
 */
#include "object.h"

/* TRUE for the one who is to delete it. */
static BOOLEAN begin_disposal(struct wdf_object *object)
{
    LONG state = __atomic_load_n(&object->state, __ATOMIC_RELAXED);

    do {
        if (state > WDF_OBJECT_LIVE)
            return FALSE;
    } while (!__atomic_compare_exchange_n(&object->state, &state, WDF_OBJECT_DISPOSING, FALSE,
                                          __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    return TRUE;
}

/* Takes it off its parent's list; the parent stays until release. */
static VOID leave_parent(struct wdf_object *object)
{
    struct wdf_object *parent = object->parent;
    KIRQL irql;

    if (!parent)
        return;
    KeAcquireSpinLock(&parent->lock, &irql);
    RemoveEntryList(&object->link);
    InitializeListHead(&object->link);
    KeReleaseSpinLock(&parent->lock, irql);
}

static BOOLEAN must_wait(struct wdf_object *object)
{
    return __atomic_load_n(&object->has_passive, __ATOMIC_RELAXED) &&
           KeGetCurrentIrql() != PASSIVE_LEVEL;
}

/* Makes children doomed, and has a worker delete those that cannot be disposed of here. */
static VOID doom_children(struct wdf_object *object)
{
    PLIST_ENTRY entry, next;
    LIST_ENTRY later;
    BOOLEAN is_later;
    KIRQL irql;

    /* Pairs with wdf_commit_object: who counts itself from now on sees our state. */
    if (__atomic_load_n(&object->counts, __ATOMIC_SEQ_CST) >> 32 == 0)
        return;
    InitializeListHead(&later);
    KeAcquireSpinLock(&object->lock, &irql);
    for (entry = object->children.Flink; entry != &object->children; entry = next) {
        struct wdf_object *child = CONTAINING_RECORD(entry, struct wdf_object, link);

        next = entry->Flink;
        if (!begin_disposal(child))
            continue;
        is_later = child->has_passive && irql != PASSIVE_LEVEL &&
                   !(child->type->flags & WDF_TYPE_NEVER_DEFERRED);
        RemoveEntryList(entry);
        InsertTailList(is_later ? &later : &object->doomed, entry);
    }
    KeReleaseSpinLock(&object->lock, irql);
    while (!IsListEmpty(&later)) {
        entry = RemoveHeadList(&later);
        InitializeListHead(entry);
        wdf_defer_object(CONTAINING_RECORD(entry, struct wdf_object, link));
    }
}

static VOID clean_up(struct wdf_object *object)
{
    if (object->type->dispose)
        object->type->dispose(object);
    if (object->contexts)
        wdf_clean_up_contexts(object);
    __atomic_store_n(&object->state, WDF_OBJECT_DISPOSED, __ATOMIC_RELEASE);
}

static struct wdf_object *first_doomed(struct wdf_object *object)
{
    return IsListEmpty(&object->doomed)
               ? NULL
               : CONTAINING_RECORD(object->doomed.Flink, struct wdf_object, link);
}

static struct wdf_object *next_doomed(struct wdf_object *object)
{
    return object->link.Flink == &object->parent->doomed
               ? NULL
               : CONTAINING_RECORD(object->link.Flink, struct wdf_object, link);
}

/* Disposes of the tree below root: children in order, then their parent. */
static VOID dispose_below(struct wdf_object *root)
{
    struct wdf_object *object = root, *next;

    for (;;) {
        doom_children(object);
        next = first_doomed(object);
        while (!next) {
            if (object == root)
                return;
            clean_up(object);
            next = next_doomed(object);
            if (!next)
                object = object->parent;
        }
        object = next;
    }
}

/* Gives up the creation's reference of a disposed object that is on no list. */
static VOID release(struct wdf_object *object)
{
    struct wdf_object *parent = object->parent;

    object->parent = NULL;
    wdf_dereference(object);
    if (parent)
        wdf_drop_child(parent);
}

/* Releases whatever root's disposal disposed of, root excepted. */
static VOID release_doomed(struct wdf_object *root)
{
    struct wdf_object *object = root, *next, *parent;

    for (;;) {
        while ((next = first_doomed(object)) != NULL)
            object = next;
        if (object == root)
            return;
        parent = object->parent;
        RemoveEntryList(&object->link);
        InitializeListHead(&object->link);
        release(object);
        object = parent;
    }
}

static VOID dispose(struct wdf_object *object)
{
    dispose_below(object);
    clean_up(object);
    release_doomed(object);
}

static VOID finish(struct wdf_object *object)
{
    dispose(object);
    release(object);
}

VOID wdf_delete_claimed(struct wdf_object *object)
{
    leave_parent(object);
    if (must_wait(object) && !(object->type->flags & WDF_TYPE_NEVER_DEFERRED))
        wdf_defer_object(object);
    else
        finish(object);
}

VOID wdf_delete_object(struct wdf_object *object)
{
    if (begin_disposal(object))
        wdf_delete_claimed(object);
}

VOID wdf_finish_deferred(struct wdf_object *object)
{
    if (__atomic_load_n(&object->state, __ATOMIC_ACQUIRE) == WDF_OBJECT_DISPOSED)
        wdf_destroy_object(object);
    else
        finish(object);
}

BOOLEAN wdf_dispose_object(struct wdf_object *object)
{
    if (!begin_disposal(object))
        return FALSE;
    dispose(object);
    return TRUE;
}

BOOLEAN wdf_claim_object(struct wdf_object *object)
{
    return begin_disposal(object);
}

VOID wdf_dispose_claimed(struct wdf_object *object)
{
    dispose(object);
}

VOID wdf_release_object(struct wdf_object *object)
{
    leave_parent(object);
    release(object);
}

VOID wdf_discard_object(struct wdf_object *object)
{
    begin_disposal(object);
    object->is_silent = TRUE;
    dispose_below(object);
    release_doomed(object);
    __atomic_store_n(&object->state, WDF_OBJECT_DISPOSED, __ATOMIC_RELEASE);
    wdf_dereference(object);
}
