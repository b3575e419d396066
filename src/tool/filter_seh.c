/*
 * Recursive descent over the statements of a function with guarded bodies.
 * Expressions are passed over token by token; only what leaves a guarded body
 * (return, goto, break, continue, __leave) and what asks about the exception is
 * looked at. The generated shape is described in docs/seh.md.
 */
#include "filter.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64, MAX_EXITS = 32, MAX_LABELS = 256 };

/* How the body of a __try with a __finally was left; higher values are gotos. */
enum exit_kind { EXIT_RETURN = 1, EXIT_BREAK = 2, EXIT_CONTINUE = 3, EXIT_GOTO = 4 };

struct guard {
    unsigned number; /* of this guarded body in the source */
    bool is_finally;
    unsigned loops;    /* loops around the body: a break inside fewer leaves it */
    unsigned switches; /* loops and switches around the body */
    unsigned exits;    /* bit set of enum exit_kind below EXIT_GOTO */
    const struct token *gotos[MAX_EXITS];
    size_t goto_count;
    size_t first, last; /* the body's tokens, to tell whether a label is inside */
};

struct seh {
    struct token_list *list;
    size_t at; /* the significant token that is looked at */
    bool for_clang;
    bool failed;
    const struct token *problem;
    unsigned numbers;               /* guarded bodies so far in the source */
    struct guard guards[MAX_DEPTH]; /* bodies that are open, outermost first */
    size_t guard_count;
    unsigned handlers[MAX_DEPTH]; /* filters, handlers and terminations that are open */
    size_t handler_count;
    unsigned loops, switches;
    bool returns_value;
};

static void statement(struct seh *s);

static struct token *current(struct seh *s)
{
    static struct token end = {.kind = TOKEN_PUNCT, .text = "", .length = 0};
    return s->at < s->list->count ? &s->list->tokens[s->at] : &end;
}

static bool here(struct seh *s, const char *text)
{
    return token_is(current(s), text);
}

static bool here_any(struct seh *s, const char *a, const char *b, const char *c)
{
    return here(s, a) || here(s, b) || (c && here(s, c));
}

static void fail(struct seh *s)
{
    if (!s->failed)
        s->problem = s->at < s->list->count ? current(s) : NULL;
    s->failed = true;
    s->at = s->list->count;
}

static void advance(struct seh *s)
{
    if (s->at < s->list->count)
        s->at = token_next(s->list, s->at + 1);
}

static void expect(struct seh *s, const char *text)
{
    if (here(s, text))
        advance(s);
    else
        fail(s);
}

static void put_after(struct seh *s, size_t i, const char *text)
{
    if (!token_put_after(&s->list->tokens[i], "%s", text))
        fail(s);
}

static void replace(struct seh *s, const char *text)
{
    struct token *t = current(s);
    t->is_dropped = true;
    if (!token_put_before(t, "%s", text))
        fail(s);
}

static bool is_try(const struct token_list *list, size_t i)
{
    const struct token *t = &list->tokens[i];
    if (t->kind != TOKEN_WORD ||
        !(token_is(t, "__try") || token_is(t, "_try") || token_is(t, "try")))
        return false;
    size_t next = token_next(list, i + 1);
    return next < list->count && token_is(&list->tokens[next], "{");
}

/* GetExceptionCode() and its like, as the headers' macros leave them. */
static void exception_question(struct seh *s)
{
    static const struct {
        const char *word, *member;
    } questions[] = {{"_exception_code", "code"},           {"GetExceptionCode", "code"},
                     {"_exception_info", "pointers"},       {"GetExceptionInformation", "pointers"},
                     {"_abnormal_termination", "abnormal"}, {"AbnormalTermination", "abnormal"}};
    char text[64];

    if (!s->handler_count || current(s)->kind != TOKEN_WORD)
        return;
    for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
        size_t open = token_next(s->list, s->at + 1);
        if (!here(s, questions[q].word) || open >= s->list->count ||
            !token_is(&s->list->tokens[open], "("))
            continue;
        snprintf(text, sizeof text, "(_seh_%u.%s)", s->handlers[s->handler_count - 1],
                 questions[q].member);
        replace(s, text);
        s->list->tokens[open].is_dropped = true;
        s->at = token_next(s->list, open + 1);
        current(s)->is_dropped = true;
        return;
    }
}

/* Passes over a bracketed group, the opening bracket being here. */
static void group(struct seh *s)
{
    size_t depth = 0;
    do {
        exception_question(s);
        if (here(s, "(") || here(s, "{") || here(s, "["))
            depth++;
        else if ((here(s, ")") || here(s, "}") || here(s, "]")) && !current(s)->is_dropped)
            depth--;
        advance(s);
    } while (depth && s->at < s->list->count);
    if (depth)
        fail(s);
}

/* Passes over an expression or declaration up to and with its semicolon. */
static void expression_statement(struct seh *s)
{
    while (s->at < s->list->count && !here(s, ";")) {
        exception_question(s);
        if (here(s, "(") || here(s, "{") || here(s, "["))
            group(s);
        else if (here(s, "}"))
            fail(s);
        else
            advance(s);
    }
    expect(s, ";");
}

/* The innermost open __try with a __finally, or NULL. */
static struct guard *innermost_finally(struct seh *s)
{
    for (size_t g = s->guard_count; g > 0; g--)
        if (s->guards[g - 1].is_finally)
            return &s->guards[g - 1];
    return NULL;
}

static void return_statement(struct seh *s)
{
    struct guard *guard = innermost_finally(s);
    char text[160];

    if (!guard) {
        expression_statement(s);
        return;
    }
    guard->exits |= 1u << EXIT_RETURN;
    replace(s, s->returns_value ? "{ _seh_return = (" : "{ ");
    advance(s);
    while (s->at < s->list->count && !here(s, ";")) {
        exception_question(s);
        advance(s);
    }
    snprintf(text, sizeof text, "%s _seh_exit_%u = %d; _seh_%u.abnormal = 1; goto _seh_fin_%u; }",
             s->returns_value ? ");" : "", guard->number, EXIT_RETURN, guard->number,
             guard->number);
    replace(s, text);
    advance(s);
}

/* A break or continue that leaves the innermost __try with a __finally. */
static void jump_statement(struct seh *s, enum exit_kind kind)
{
    struct guard *guard = innermost_finally(s);
    bool leaves =
        guard && (kind == EXIT_BREAK ? s->switches == guard->switches : s->loops == guard->loops);
    char text[128];

    if (!leaves) {
        expression_statement(s);
        return;
    }
    guard->exits |= 1u << kind;
    snprintf(text, sizeof text, "{ _seh_exit_%u = %d; _seh_%u.abnormal = 1; goto _seh_fin_%u; }",
             guard->number, kind, guard->number, guard->number);
    replace(s, text);
    advance(s);
    current(s)->is_dropped = true;
    expect(s, ";");
}

static bool has_label(struct seh *s, const struct guard *guard, const struct token *label)
{
    for (size_t i = guard->first; i < guard->last; i++) {
        const struct token *t = &s->list->tokens[i];
        size_t next, previous;
        if (t->kind != TOKEN_WORD || t->length != label->length ||
            memcmp(t->text, label->text, t->length))
            continue;
        next = token_next(s->list, i + 1);
        previous = token_previous(s->list, i - 1);
        if (token_is(&s->list->tokens[next], ":") && !token_is(&s->list->tokens[previous], "?") &&
            !token_is(&s->list->tokens[previous], "case"))
            return true;
    }
    return false;
}

static void goto_statement(struct seh *s)
{
    struct guard *guard = innermost_finally(s);
    size_t target = token_next(s->list, s->at + 1);
    const struct token *label;
    char text[128];

    if (!guard || target >= s->list->count ||
        has_label(s, guard, label = &s->list->tokens[target])) {
        expression_statement(s);
        return;
    }
    if (guard->goto_count == MAX_EXITS) {
        fail(s);
        return;
    }
    guard->gotos[guard->goto_count] = label;
    snprintf(text, sizeof text, "{ _seh_exit_%u = %zu; _seh_%u.abnormal = 1; goto _seh_fin_%u; }",
             guard->number, EXIT_GOTO + guard->goto_count++, guard->number, guard->number);
    replace(s, text);
    advance(s);
    current(s)->is_dropped = true;
    advance(s);
    current(s)->is_dropped = true;
    expect(s, ";");
}

static void leave_statement(struct seh *s)
{
    char text[64];
    if (!s->guard_count) {
        fail(s);
        return;
    }
    snprintf(text, sizeof text, "goto _seh_leave_%u", s->guards[s->guard_count - 1].number);
    replace(s, text);
    advance(s);
    expect(s, ";");
}

static void compound(struct seh *s)
{
    expect(s, "{");
    while (s->at < s->list->count && !here(s, "}"))
        statement(s);
    expect(s, "}");
}

static size_t closing_brace(const struct token_list *list, size_t open)
{
    size_t depth = 0;
    for (size_t i = open; i < list->count; i++) {
        if (list->tokens[i].kind != TOKEN_PUNCT)
            continue;
        if (token_is(&list->tokens[i], "{"))
            depth++;
        else if (token_is(&list->tokens[i], "}") && --depth == 0)
            return i;
    }
    return list->count;
}

/* The way out that a body chose, taken after its termination handler has run. */
static void write_exits(struct seh *s, size_t i, const struct guard *guard)
{
    struct token *t = &s->list->tokens[i];
    struct guard *outer = innermost_finally(s);
    bool done = true;

    if (guard->exits & 1u << EXIT_RETURN) {
        if (outer) {
            outer->exits |= 1u << EXIT_RETURN;
            done &= token_put_after(t,
                                    " if (_seh_exit_%u == %d) { _seh_exit_%u = %d; "
                                    "_seh_%u.abnormal = 1; goto _seh_fin_%u; }",
                                    guard->number, EXIT_RETURN, outer->number, EXIT_RETURN,
                                    outer->number, outer->number);
        } else {
            done &= token_put_after(t, " if (_seh_exit_%u == %d) return%s;", guard->number,
                                    EXIT_RETURN, s->returns_value ? " _seh_return" : "");
        }
    }
    if (guard->exits & 1u << EXIT_BREAK)
        done &= token_put_after(t, " if (_seh_exit_%u == %d) break;", guard->number, EXIT_BREAK);
    if (guard->exits & 1u << EXIT_CONTINUE)
        done &=
            token_put_after(t, " if (_seh_exit_%u == %d) continue;", guard->number, EXIT_CONTINUE);
    for (size_t g = 0; g < guard->goto_count; g++)
        done &= token_put_after(t, " if (_seh_exit_%u == %zu) goto %.*s;", guard->number,
                                EXIT_GOTO + g, (int)guard->gotos[g]->length, guard->gotos[g]->text);
    if (!done)
        fail(s);
}

static void open_handler(struct seh *s, unsigned number)
{
    s->handlers[s->handler_count++] = number;
}

static void except_clause(struct seh *s, unsigned number, size_t body_end)
{
    char text[128];

    snprintf(text, sizeof text,
             " _seh_leave_%u: __attribute__((unused)); ntio_seh_leave(&_seh_%u); ", number, number);
    if (!token_put_before(&s->list->tokens[body_end], "%s", text))
        fail(s);
    open_handler(s, number);
    snprintf(text, sizeof text, " else if (_seh_how_%u == 1) ntio_seh_filtered(&_seh_%u, ", number,
             number);
    replace(s, text);
    advance(s);
    if (!here(s, "(")) {
        fail(s);
        return;
    }
    group(s);
    put_after(s, token_previous(s->list, s->at - 1), "); else ");
    compound(s);
    put_after(s, token_previous(s->list, s->at - 1), " }");
    s->handler_count--;
}

static void finally_clause(struct seh *s, unsigned number, const struct guard *guard)
{
    char text[192];
    size_t end;

    open_handler(s, number);
    snprintf(text, sizeof text,
             " _seh_leave_%u: __attribute__((unused)); _seh_fin_%u: __attribute__((unused)); "
             "ntio_seh_leave(&_seh_%u); ",
             number, number, number);
    replace(s, text);
    advance(s);
    compound(s);
    s->handler_count--;
    end = token_previous(s->list, s->at - 1);
    snprintf(text, sizeof text, " if (_seh_how_%u == 3) ntio_seh_unwound(&_seh_%u);", number,
             number);
    put_after(s, end, text);
    write_exits(s, end, guard);
    put_after(s, end, " }");
}

static bool body_has_finally(struct seh *s, size_t body_end)
{
    size_t next = token_next(s->list, body_end + 1);
    const struct token *t = next < s->list->count ? &s->list->tokens[next] : NULL;
    return t && (token_is(t, "__finally") || token_is(t, "_finally") || token_is(t, "finally"));
}

static void guarded_body(struct seh *s)
{
    char text[360];
    unsigned number = s->numbers++;
    size_t open = token_next(s->list, s->at + 1);
    size_t end = closing_brace(s->list, open);

    if (s->guard_count == MAX_DEPTH || s->handler_count == MAX_DEPTH || end >= s->list->count) {
        fail(s);
        return;
    }
    struct guard *guard = &s->guards[s->guard_count++];
    *guard = (struct guard){.number = number,
                            .is_finally = body_has_finally(s, end),
                            .loops = s->loops,
                            .switches = s->switches,
                            .first = open,
                            .last = end};
    char exits[80] = "";
    if (guard->is_finally)
        snprintf(exits, sizeof exits, "int _seh_exit_%u __attribute__((unused)) = 0; ", number);
    snprintf(text, sizeof text,
             "{ struct rtl_seh_frame _seh_%u __attribute__((cleanup(ntio_seh_leave))) = {0}; %s"
             "int _seh_how_%u = ntio_seh_enter(&_seh_%u, %d); if (_seh_how_%u == 0) ",
             number, exits, number, number, guard->is_finally, number);
    replace(s, text);
    advance(s);
    compound(s);
    s->guard_count--;

    struct guard closed = *guard;
    if (closed.is_finally)
        finally_clause(s, number, &closed);
    else if (here_any(s, "__except", "_except", "except"))
        except_clause(s, number, end);
    else
        fail(s);
}

static void loop_body(struct seh *s)
{
    s->loops++;
    s->switches++;
    statement(s);
    s->loops--;
    s->switches--;
}

static void do_statement(struct seh *s)
{
    advance(s);
    loop_body(s);
    expect(s, "while");
    group(s);
    expect(s, ";");
}

static void switch_statement(struct seh *s)
{
    advance(s);
    group(s);
    s->switches++;
    statement(s);
    s->switches--;
}

static void if_statement(struct seh *s)
{
    advance(s);
    group(s);
    statement(s);
    if (here(s, "else")) {
        advance(s);
        statement(s);
    }
}

static void case_label(struct seh *s)
{
    while (s->at < s->list->count && !here(s, ":"))
        advance(s);
    expect(s, ":");
}

static bool is_label(struct seh *s)
{
    size_t next = token_next(s->list, s->at + 1);
    return current(s)->kind == TOKEN_WORD && next < s->list->count &&
           token_is(&s->list->tokens[next], ":");
}

static void statement(struct seh *s)
{
    if (s->at < s->list->count && is_try(s->list, s->at))
        guarded_body(s);
    else if (here(s, "{"))
        compound(s);
    else if (here(s, "if"))
        if_statement(s);
    else if (here(s, "while") || here(s, "for")) {
        advance(s);
        group(s);
        loop_body(s);
    } else if (here(s, "do"))
        do_statement(s);
    else if (here(s, "switch"))
        switch_statement(s);
    else if (here(s, "case") || here(s, "default"))
        case_label(s);
    else if (here(s, "return"))
        return_statement(s);
    else if (here(s, "goto"))
        goto_statement(s);
    else if (here(s, "break"))
        jump_statement(s, EXIT_BREAK);
    else if (here(s, "continue"))
        jump_statement(s, EXIT_CONTINUE);
    else if (here_any(s, "__leave", "_leave", NULL) || (here(s, "leave") && s->guard_count))
        leave_statement(s);
    else if (is_label(s)) {
        advance(s);
        advance(s);
    } else
        expression_statement(s);
}

/* ---- the functions of a source ---------------------------------------- */

/* One function definition: where it starts, its name, its body. */
struct function {
    size_t start, name, open, close;
};

static bool is_storage_word(const struct token *t)
{
    static const char *const words[] = {"static",     "extern",    "inline",   "__inline",
                                        "__inline__", "_Noreturn", "register", "__extension__"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        if (token_is(t, words[w]))
            return true;
    return false;
}

/* Goes back from a closing bracket to its opening one. */
static size_t opening(const struct token_list *list, size_t close)
{
    size_t depth = 0;
    for (size_t i = close; i != SIZE_MAX; i--) {
        if (list->tokens[i].kind != TOKEN_PUNCT)
            continue;
        if (token_is(&list->tokens[i], ")"))
            depth++;
        else if (token_is(&list->tokens[i], "(") && --depth == 0)
            return i;
    }
    return SIZE_MAX;
}

/* The name that a parameter list closed at close belongs to, attributes passed over. */
static size_t declarator_name(const struct token_list *list, size_t close)
{
    for (;;) {
        size_t open = opening(list, close);
        size_t name = open == SIZE_MAX || !open ? SIZE_MAX : token_previous(list, open - 1);
        if (name == SIZE_MAX || list->tokens[name].kind != TOKEN_WORD)
            return SIZE_MAX;
        if (!token_is(&list->tokens[name], "__attribute__"))
            return name;
        close = token_previous(list, name - 1);
        if (close == SIZE_MAX || !token_is(&list->tokens[close], ")"))
            return SIZE_MAX;
    }
}

static bool has_guarded_body(const struct token_list *list, const struct function *f)
{
    for (size_t i = f->open; i < f->close; i++)
        if (list->tokens[i].kind == TOKEN_WORD && is_try(list, i))
            return true;
    return false;
}

/* Writes the function's return type to out; false if it is void. */
static bool return_type(const struct token_list *list, const struct function *f, FILE *out)
{
    size_t words = 0;
    bool is_void = false;

    for (size_t i = token_next(list, f->start); i < f->name; i = token_next(list, i + 1)) {
        const struct token *t = &list->tokens[i];
        if (is_storage_word(t))
            continue;
        if (token_is(t, "__attribute__")) {
            size_t depth = 0;
            for (i = token_next(list, i + 1); i < f->name; i = token_next(list, i + 1)) {
                depth += token_is(&list->tokens[i], "(");
                depth -= token_is(&list->tokens[i], ")");
                if (!depth)
                    break;
            }
            continue;
        }
        if (!t->is_dropped)
            fprintf(out, "%.*s ", (int)t->length, t->text);
        is_void = words++ == 0 && (token_is(t, "void") || token_is(t, "VOID"));
    }
    return words && !is_void;
}

static void rewrite_function(struct seh *s, const struct function *f)
{
    char *type = NULL;
    size_t size;
    FILE *out = open_memstream(&type, &size);
    size_t body = token_next(s->list, f->open + 1);

    if (!out) {
        fail(s);
        return;
    }
    s->returns_value = return_type(s->list, f, out);
    fclose(out);
    bool done = token_put_before(&s->list->tokens[f->start], "%s ",
                                 s->for_clang ? "__attribute__((optnone, noinline))"
                                              : "__attribute__((optimize(\"O0\"), noinline))");
    /* An alloca keeps the stack pointer out of the addressing of locals: filters run deeper. */
    done &= token_put_after(&s->list->tokens[f->open],
                            " volatile unsigned long long _seh_pin = 0; void *_seh_stack "
                            "__attribute__((unused)) = __builtin_alloca(_seh_pin);");
    if (s->returns_value)
        done &= token_put_after(&s->list->tokens[f->open],
                                " %s _seh_return __attribute__((unused));", type);
    free(type);
    if (!done)
        fail(s);
    s->loops = s->switches = 0;
    s->guard_count = s->handler_count = 0;
    s->at = body;
    while (s->at < f->close)
        statement(s);
}

/* Finds the function definitions at file scope and hands those with a guarded body on. */
static void each_function(struct seh *s)
{
    struct token_list *list = s->list;
    size_t start = token_next(list, 0);

    for (size_t i = start; i < list->count && !s->failed; i = token_next(list, i + 1)) {
        if (list->tokens[i].kind != TOKEN_PUNCT)
            continue;
        if (token_is(&list->tokens[i], ";")) {
            start = token_next(list, i + 1);
        } else if (token_is(&list->tokens[i], "{")) {
            size_t previous = i ? token_previous(list, i - 1) : SIZE_MAX;
            struct function f = {.start = start, .open = i, .close = closing_brace(list, i)};
            bool is_function = previous != SIZE_MAX && token_is(&list->tokens[previous], ")") &&
                               (f.name = declarator_name(list, previous)) != SIZE_MAX &&
                               f.name >= start;
            if (is_function && has_guarded_body(list, &f))
                rewrite_function(s, &f);
            i = f.close;
            if (is_function)
                start = token_next(list, i + 1);
        }
    }
}

bool filter_seh(struct token_list *list, bool for_clang, const struct token **problem)
{
    struct seh *s = calloc(1, sizeof *s);
    if (!s) {
        *problem = NULL;
        return false;
    }
    s->list = list;
    s->for_clang = for_clang;
    each_function(s);
    *problem = s->problem;
    bool done = !s->failed;
    free(s);
    return done;
}
