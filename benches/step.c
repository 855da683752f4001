#include "step.h"

#include "support.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

volatile enum side step_side = NEITHER;

#if defined(__x86_64__)

#define TRAP_FLAG 0x100
#define PLACE_BITS 20
#define PLACES (1u << PLACE_BITS)
#define MOST_LOCKS (1u << 17)
#define MOST_CALLERS 12
#define MOST_CODE 64
/* So far up the stack callers are looked for. */
#define STACK_WORDS 400

/* An instruction, and how often it was executed for whom. */
struct place {
    uint64_t address;
    uint64_t count[SIDES];
    int locks;
};

/* A locked instruction that was executed. */
struct lock {
    uint64_t address;
    uint64_t memory;
    uint64_t callers[MOST_CALLERS];
    uint32_t operation;
    uint8_t thread;
    uint8_t side;
};

struct code {
    uint64_t start;
    uint64_t end;
};

/* All of it belongs to the thread that is stepping; there is never more than one. */
static struct {
    struct place *places;
    struct lock *locks;
    size_t locked;
    struct code code[MOST_CODE];
    size_t codes;
    uint64_t last;
    long operation;
    int thread;
    volatile int on;
} steps;

/* ---- Locked instructions ---- */

struct instruction {
    int locks;        /* does it write memory with the bus or line locked? */
    int rex;          /* the REX prefix, or 0 */
    int thread_local; /* is its address relative to FS? */
    int immediate;    /* bytes of an immediate operand at its end */
    size_t operands;  /* where its ModRM byte is */
};

static struct instruction decode(const uint8_t *code)
{
    struct instruction found = { .locks = 0 };
    int narrow = 0;
    size_t at = 0;

    for (; code[at] != 0 && strchr("\xf0\x66\xf2\xf3\x2e\x36\x3e\x26\x64\x65\x67", code[at]) != NULL; at++) {
        found.locks |= code[at] == 0xf0;
        found.thread_local |= code[at] == 0x64;
        narrow |= code[at] == 0x66;
    }
    if ((code[at] & 0xf0) == 0x40)
        found.rex = code[at++];
    if (code[at] == 0x0f) {
        at++;
        found.immediate = code[at] == 0xba;
    } else if (code[at] == 0x86 || code[at] == 0x87) {
        /* xchg with memory locks without being told. */
        found.locks = code[at + 1] >> 6 != 3;
    } else if (code[at] == 0x81) {
        found.immediate = narrow ? 2 : 4;
    } else {
        found.immediate = code[at] == 0x80 || code[at] == 0x83;
    }
    found.operands = at + 1;
    return found;
}

static uint64_t value(const greg_t *registers, int number)
{
    static const int order[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                   REG_RSI, REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11,
                                   REG_R12, REG_R13, REG_R14, REG_R15 };

    return (uint64_t)registers[order[number]];
}

static uint64_t thread_base(void)
{
    uint64_t base;

    __asm__("movq %%fs:0, %0"
            : "=r"(base));
    return base;
}

static uint64_t displacement(const uint8_t *code, int wide)
{
    int32_t four;

    if (!wide)
        return (uint64_t)(int64_t)(int8_t)code[0];
    memcpy(&four, code, sizeof four);
    return (uint64_t)(int64_t)four;
}

/* The address of the memory operand (Intel's manual, volume 2, section 2.1.5). */
static uint64_t operand(const uint8_t *code, const struct instruction *instruction,
                        const greg_t *registers)
{
    const uint8_t *at = code + instruction->operands;
    int mode = *at >> 6, base = *at & 7;
    int high_base = instruction->rex & 1 ? 8 : 0, high_index = instruction->rex & 2 ? 8 : 0;
    uint64_t address = instruction->thread_local ? thread_base() : 0;

    at++;
    if (base == 5 && mode == 0)
        return address + displacement(at, 1) + (uint64_t)(at + 4 + instruction->immediate);
    if (base == 4) {
        int index = (*at >> 3 & 7) | high_index, scale = *at >> 6;

        base = *at & 7;
        at++;
        if (index != 4)
            address += value(registers, index) << scale;
        if (base == 5 && mode == 0)
            return address + displacement(at, 1);
    }
    address += value(registers, base | high_base);
    return mode == 0 ? address : address + displacement(at, mode == 2);
}

/* ---- Callers ---- */

static int is_code(uint64_t address)
{
    for (size_t i = 0; i < steps.codes; i++)
        if (address >= steps.code[i].start + 8 && address < steps.code[i].end)
            return 1;
    return 0;
}

/* Does a call stand before this address? Then it is the return address of one, or once was. */
static int follows_call(uint64_t address)
{
    const uint8_t *code = (const uint8_t *)address;

    if (code[-5] == 0xe8)
        return 1;
    for (int length = 2; length <= 7; length++)
        if (code[-length] == 0xff && (code[-length + 1] >> 3 & 7) == 2)
            return 1;
    return 0;
}

/* Programs without frame pointers leave return addresses among other words; old ones too, so that
 * a list of callers can have one too many. */
static void find_callers(uint64_t *callers, uint64_t stack)
{
    const uint64_t *words = (const uint64_t *)stack;
    int found = 0;

    for (int i = 0; i < STACK_WORDS && found < MOST_CALLERS; i++)
        if (is_code(words[i]) && follows_call(words[i]))
            callers[found++] = words[i];
}

/* ---- Time ---- */

/* Taken by the libraries instead of libc's. An operation takes a thousand times longer by steps than
 * without; so that what is renewed each second is not renewed for each operation, the clock of the
 * ticks, which nothing here measures with, stands still while stepping. */
__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *time)
{
    static int (*volatile real)(clockid_t, struct timespec *);
    static __thread struct timespec last;

    if (clock == CLOCK_REALTIME_COARSE && steps.places != NULL) {
        *time = last;
        return 0;
    }
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, time);

    if (clock == CLOCK_REALTIME_COARSE)
        last = *time;
    return result;
}

/* ---- Steps ---- */

static struct place *place_of(uint64_t address)
{
    uint64_t slot = (address * 0x9e3779b97f4a7c15u) >> (64 - PLACE_BITS);

    while (steps.places[slot].address != 0 && steps.places[slot].address != address)
        slot = (slot + 1) % PLACES;
    if (steps.places[slot].address == 0)
        steps.places[slot] = (struct place){
            .address = address,
            .locks = decode((const uint8_t *)address).locks,
        };
    return &steps.places[slot];
}

static void note_lock(uint64_t address, const greg_t *registers)
{
    struct instruction instruction = decode((const uint8_t *)address);

    if (steps.locked == MOST_LOCKS)
        fail("too many locked operations: take a smaller count");
    struct lock *lock = &steps.locks[steps.locked++];
    *lock = (struct lock){
        .address = address,
        .memory = operand((const uint8_t *)address, &instruction, registers),
        .operation = (uint32_t)steps.operation,
        .thread = (uint8_t)steps.thread,
        .side = (uint8_t)step_side,
    };
    find_callers(lock->callers, (uint64_t)registers[REG_RSP]);
}

/* The kernel clears the trap flag for the handler, and restores it afterwards. */
static void on_step(int number, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    uint64_t address = (uint64_t)registers[REG_RIP];

    (void)number, (void)info;
    if (!steps.on) {
        registers[REG_EFL] &= ~TRAP_FLAG;
        return;
    }
    /* The same instruction again is one with a rep prefix. */
    if (address == steps.last)
        return;
    steps.last = address;
    struct place *place = place_of(address);
    place->count[step_side]++;
    if (place->locks)
        note_lock(address, registers);
}

static void step_one(void (*operation)(void *), void *argument)
{
    steps.on = 1;
    /* The compiler may keep values in the 128 bytes below the stack pointer. */
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\t"
                     "pushfq\n\t"
                     "orq %0, (%%rsp)\n\t"
                     "popfq\n\t"
                     "lea 128(%%rsp), %%rsp" ::"i"(TRAP_FLAG)
                     : "memory", "cc");
    operation(argument);
    steps.on = 0;
    __asm__ volatile("nop" ::
                         : "memory");
}

static void step_all(long count, void (*operation)(void *), void *argument)
{
    static uint8_t stacks[2][1 << 17] __attribute__((aligned(64)));
    stack_t stack = { .ss_sp = stacks[steps.thread], .ss_size = sizeof stacks[0] }, old;
    struct sigaction action = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO | SA_ONSTACK };

    REQUIRE(sigaltstack(&stack, &old) == 0);
    REQUIRE(sigaction(SIGTRAP, &action, NULL) == 0);
    for (steps.operation = 0; steps.operation < count; steps.operation++)
        step_one(operation, argument);
    REQUIRE(sigaltstack(&old, NULL) == 0);
}

/* ---- Before and after ---- */

static void *zeroes(size_t size)
{
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    REQUIRE(memory != MAP_FAILED);
    return memory;
}

/* Writes the memory map to `out`, if given, and notes what of it is code. */
static void read_map(FILE *out)
{
    char line[1024], access[8];
    unsigned long start, end;
    FILE *maps = fopen("/proc/self/maps", "r");

    REQUIRE(maps != NULL);
    steps.codes = 0;
    while (fgets(line, sizeof line, maps) != NULL) {
        REQUIRE(sscanf(line, "%lx-%lx %7s", &start, &end, access) == 3);
        if (strcmp(access, "r-xp") == 0 && steps.codes < MOST_CODE)
            steps.code[steps.codes++] = (struct code){ start, end };
        if (out != NULL)
            fprintf(out, "map %s", line);
    }
    fclose(maps);
}

static void begin(void)
{
    steps.places = zeroes(PLACES * sizeof *steps.places);
    steps.locks = zeroes(MOST_LOCKS * sizeof *steps.locks);
    read_map(NULL);
}

static void write_lock(FILE *out, const struct lock *lock)
{
    fprintf(out, "lock %d %u %d %lx %lx", lock->thread, lock->operation, lock->side, lock->address,
            lock->memory);
    for (int i = 0; i < MOST_CALLERS && lock->callers[i] != 0; i++)
        fprintf(out, " %lx", lock->callers[i]);
    fputc('\n', out);
}

static void end(const char *path, long count)
{
    FILE *out = fopen(path, "w");

    REQUIRE(out != NULL);
    fprintf(out, "count %ld\n", count);
    read_map(out);
    for (unsigned i = 0; i < PLACES; i++)
        if (steps.places[i].address != 0)
            fprintf(out, "step %lx %lu %lu %lu\n", steps.places[i].address,
                    steps.places[i].count[NEITHER], steps.places[i].count[CLIENT_SIDE],
                    steps.places[i].count[SERVER_SIDE]);
    for (size_t i = 0; i < steps.locked; i++)
        write_lock(out, &steps.locks[i]);
    REQUIRE(fclose(out) == 0);
    munmap(steps.places, PLACES * sizeof *steps.places);
    munmap(steps.locks, MOST_LOCKS * sizeof *steps.locks);
    memset(&steps, 0, sizeof steps);
}

static void warm_up(void (*operation)(void *), void *argument)
{
    for (int i = 0; i < STEP_WARM_UP; i++)
        operation(argument);
}

void step(const char *out, long count, long each, void (*operation)(void *), void *argument)
{
    warm_up(operation, argument);
    begin();
    step_all(count, operation, argument);
    end(out, count * each);
}

/* ---- Two threads ---- */

/* What both threads are to do, in turns: 0 and 1 warm up, 2 and 3 step. */
struct turns {
    long count;
    void (*prepare)(void *);
    void (*operation)(void *);
    void **arguments;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int turn;
};

struct worker {
    struct turns *turns;
    int number;
};

static void await(struct turns *turns, int turn)
{
    pthread_mutex_lock(&turns->mutex);
    while (turns->turn < turn)
        pthread_cond_wait(&turns->changed, &turns->mutex);
    pthread_mutex_unlock(&turns->mutex);
}

static void next_turn(struct turns *turns)
{
    pthread_mutex_lock(&turns->mutex);
    turns->turn++;
    pthread_cond_broadcast(&turns->changed);
    pthread_mutex_unlock(&turns->mutex);
}

static void *work_on(void *argument)
{
    struct worker *worker = argument;
    struct turns *turns = worker->turns;
    void *mine = turns->arguments[worker->number];

    await(turns, worker->number);
    turns->prepare(mine);
    warm_up(turns->operation, mine);
    next_turn(turns);
    await(turns, 2 + worker->number);
    steps.thread = worker->number;
    step_all(turns->count, turns->operation, mine);
    next_turn(turns);
    await(turns, 4);
    return NULL;
}

void step_on_two_threads(const char *out, long count, void (*prepare)(void *),
                         void (*operation)(void *), void *arguments[2])
{
    struct turns turns = {
        .count = count,
        .prepare = prepare,
        .operation = operation,
        .arguments = arguments,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
    };
    struct worker workers[2] = { { &turns, 0 }, { &turns, 1 } };
    pthread_t threads[2];

    begin();
    for (int i = 0; i < 2; i++)
        REQUIRE(pthread_create(&threads[i], NULL, work_on, &workers[i]) == 0);
    for (int i = 0; i < 2; i++)
        REQUIRE(pthread_join(threads[i], NULL) == 0);
    end(out, count);
}

#else

void step(const char *out, long count, long each, void (*operation)(void *), void *argument)
{
    (void)out, (void)count, (void)each, (void)operation, (void)argument;
    fail("single steps are for x86-64 only");
}

void step_on_two_threads(const char *out, long count, void (*prepare)(void *),
                         void (*operation)(void *), void *arguments[2])
{
    (void)out, (void)count, (void)prepare, (void)operation, (void)arguments;
    fail("single steps are for x86-64 only");
}

#endif
