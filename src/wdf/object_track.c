/*
 * References by tag, for drivers whose verifier is on: one that is given back with another tag
 * is reported, and what is left at unload is told with the line that took it.
 */
#include "object.h"

#define TAG_TRACK 'RfdW'
#define MOST_REPORTED 16

struct wdf_track {
    struct wdf_track *next;
    PVOID tag;
    PCSTR file; /* in the driver's image */
    LONG line;
};

VOID wdf_track_reference(struct wdf_object *object, PVOID tag, LONG line, PCSTR file)
{
    struct wdf_track *track = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*track), TAG_TRACK);
    KIRQL irql;

    if (track) {
        track->tag = tag;
        track->file = file;
        track->line = line;
    }
    KeAcquireSpinLock(&object->lock, &irql);
    if (track) {
        track->next = object->tracks;
        object->tracks = track;
    } else {
        object->has_lost_tracks = TRUE;
    }
    KeReleaseSpinLock(&object->lock, irql);
}

VOID wdf_track_dereference(struct wdf_object *object, PVOID tag, PCSTR function)
{
    struct wdf_track **at, *found;
    BOOLEAN is_wrong;
    KIRQL irql;

    KeAcquireSpinLock(&object->lock, &irql);
    for (at = &object->tracks; *at && (*at)->tag != tag; at = &(*at)->next)
        ;
    found = *at;
    if (found)
        *at = found->next;
    is_wrong = !found && !object->has_lost_tracks;
    KeReleaseSpinLock(&object->lock, irql);
    if (found)
        ExFreePoolWithTag(found, TAG_TRACK);
    if (is_wrong)
        wdf_misuse(object->globals, function, "the %s 0x%I64X was not referenced with tag 0x%p",
                   object->type->name, object->handle, tag);
}

VOID wdf_forget_tracks(struct wdf_object *object)
{
    struct wdf_track *track, *next;

    for (track = object->tracks; track; track = next) {
        next = track->next;
        ExFreePoolWithTag(track, TAG_TRACK);
    }
    object->tracks = NULL;
}

static VOID report(struct wdf_object *object, PVOID context)
{
    ULONG *reported = context;
    struct wdf_track *track;

    if ((*reported)++ >= MOST_REPORTED)
        return;
    rtl_log("  %s 0x%I64X, %d references", object->type->name, object->handle, object->references);
    for (track = object->tracks; track; track = track->next)
        rtl_log("    one with tag 0x%p from %s:%d", track->tag, track->file, track->line);
}

VOID wdf_report_objects(struct wdf_globals *globals)
{
    ULONG reported = 0;

    wdf_for_each_handle(globals, report, &reported);
    if (reported > MOST_REPORTED)
        rtl_log("  and %u more", reported - MOST_REPORTED);
}
