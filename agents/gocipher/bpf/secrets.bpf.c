/*
 * Reads the secrets of TLS sessions out of the library's own structure, at the calls a program makes with it.
 *
 * Nothing here knows where a library keeps them: each attached library has a layout, found by user space, and its number
 * comes as the cookie of the probe. A session is told once: its client random is remembered with the structure's address.
 */
#include <linux/types.h>
#include <linux/ptrace.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define LAYOUTS 256
#define SECRETS 6
#define SECRET 64
#define NONE 0xffff

enum state { OFF, LEARNING, READY };
enum kind { POINTER, SESSION, KEY_LOG };

/* Where a field lies: in the structure itself, or behind the pointer at `hop`. */
struct field {
	__u16 hop;
	__u16 offset;
};

struct layout {
	__u32 state;
	/* While learning: whose structures are told. */
	__u32 learner;
	__u32 version13;
	struct field version;
	struct field client_random;
	struct field server_random;
	/* [0] of each is there when all are. */
	struct field before13[SECRETS];
	struct field since13[SECRETS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LAYOUTS);
	__type(key, __u32);
	__type(value, struct layout);
} layouts SEC(".maps");

struct session {
	__u64 structure;
	__u32 process;
	__u32 layout;
};

struct told {
	__u64 client_random;
	__u64 server_random;
	__u64 secret;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct session);
	__type(value, struct told);
} sessions SEC(".maps");

/* By thread: the structure that SSL_do_handshake was called with. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, __u64);
} handshakes SEC(".maps");

struct event {
	__u32 kind;
	__u32 process;
	__u64 structure;
	/* ns since the machine started. */
	__u64 time;
	__u32 layout;
	/* SESSION: whether it is TLS 1.3 or newer. KEY_LOG: the size of the secret, [1]; [0] is the label. */
	__u32 detail;
	__u8 client_random[32];
	__u8 secrets[SECRETS][SECRET];
	char name[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} events SEC(".maps");

/* Events that found the ring full. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

static __always_inline struct event *reserve(__u32 kind, __u32 process)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
	if (!event) {
		__u32 zero = 0;
		__u64 *count = bpf_map_lookup_elem(&lost, &zero);
		if (count)
			__sync_fetch_and_add(count, 1);
		return 0;
	}
	event->kind = kind;
	event->process = process;
	event->time = bpf_ktime_get_ns();
	bpf_get_current_comm(event->name, sizeof event->name);
	return event;
}

static __always_inline int read_field(void *to, __u32 size, __u64 structure, const struct field *field)
{
	if (field->hop != NONE && bpf_probe_read_user(&structure, 8, (void *)(structure + field->hop)))
		return -1;
	return bpf_probe_read_user(to, size, (void *)(structure + field->offset));
}

static __always_inline void tell_pointer(__u64 structure, __u32 process, __u32 number)
{
	struct event *event = reserve(POINTER, process);
	if (!event)
		return;
	event->structure = structure;
	event->layout = number;
	bpf_ringbuf_submit(event, 0);
}

/*
 * Whether the session with this client random is to be told now. Each doubt has its reason: a client has its random, and
 * maybe the secret of a session it would resume, before the server has answered; and a structure that is used again
 * still holds the server random and the secrets of the session before.
 */
static __always_inline int is_ready(const struct told *before, const struct told *now, __u32 since13)
{
	if (now->secret == 0)
		return 0;
	if (since13)
		return !before || before->secret != now->secret;
	return now->server_random != 0 && (!before || before->server_random != now->server_random);
}

static __always_inline void examine(struct pt_regs *ctx, __u64 structure)
{
	__u32 process = bpf_get_current_pid_tgid() >> 32;
	__u32 number = bpf_get_attach_cookie(ctx);
	struct layout *layout = bpf_map_lookup_elem(&layouts, &number);
	if (!layout || layout->state == OFF || structure == 0)
		return;
	if (layout->state == LEARNING) {
		if (layout->learner == process)
			tell_pointer(structure, process, number);
		return;
	}
	struct session session = {.structure = structure, .process = process, .layout = number};
	struct told now = {};
	if (read_field(&now.client_random, 8, structure, &layout->client_random) || now.client_random == 0)
		return;
	struct told *before = bpf_map_lookup_elem(&sessions, &session);
	if (before && before->client_random == now.client_random)
		return;
	__u32 version = 0;
	if (read_field(&version, 4, structure, &layout->version) ||
	    read_field(&now.server_random, 8, structure, &layout->server_random))
		return;
	__u32 since13 = version == layout->version13;
	const struct field *fields = since13 ? layout->since13 : layout->before13;
	if (read_field(&now.secret, 8, structure, fields) || !is_ready(before, &now, since13))
		return;
	struct event *event = reserve(SESSION, process);
	if (!event)
		return;
	event->structure = structure;
	event->layout = number;
	event->detail = since13;
	read_field(event->client_random, 32, structure, &layout->client_random);
	for (int i = 0; i < SECRETS; i++) {
		struct field field = fields[i];
		if (field.offset == NONE || read_field(event->secrets[i], SECRET, structure, &field))
			__builtin_memset(event->secrets[i], 0, SECRET);
	}
	bpf_ringbuf_submit(event, 0);
	bpf_map_update_elem(&sessions, &session, &now, BPF_ANY);
}

SEC("uprobe")
int on_call(struct pt_regs *ctx)
{
	examine(ctx, PT_REGS_PARM1(ctx));
	return 0;
}

SEC("uprobe")
int on_free(struct pt_regs *ctx)
{
	__u64 structure = PT_REGS_PARM1(ctx);
	examine(ctx, structure);
	struct session session = {
		.structure = structure,
		.process = bpf_get_current_pid_tgid() >> 32,
		.layout = bpf_get_attach_cookie(ctx),
	};
	bpf_map_delete_elem(&sessions, &session);
	return 0;
}

SEC("uprobe")
int on_handshake(struct pt_regs *ctx)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 structure = PT_REGS_PARM1(ctx);
	bpf_map_update_elem(&handshakes, &thread, &structure, BPF_ANY);
	return 0;
}

SEC("uretprobe")
int after_handshake(struct pt_regs *ctx)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 *structure = bpf_map_lookup_elem(&handshakes, &thread);
	if (!structure)
		return 0;
	examine(ctx, *structure);
	bpf_map_delete_elem(&handshakes, &thread);
	return 0;
}

/* Arguments of Go's functions come in registers of its own choice, since Go 1.17: a string takes two, a slice three. */
#if defined(__TARGET_ARCH_x86)
#define GO_ARGUMENTS(c) {(c)->rax, (c)->rbx, (c)->rcx, (c)->rdi, (c)->rsi, (c)->r8, (c)->r9, (c)->r10}
#elif defined(__TARGET_ARCH_arm64)
#define GO_ARGUMENTS(c) {((struct user_pt_regs *)(c))->regs[0], ((struct user_pt_regs *)(c))->regs[1], \
	((struct user_pt_regs *)(c))->regs[2], ((struct user_pt_regs *)(c))->regs[3], ((struct user_pt_regs *)(c))->regs[4], \
	((struct user_pt_regs *)(c))->regs[5], ((struct user_pt_regs *)(c))->regs[6], ((struct user_pt_regs *)(c))->regs[7]}
#endif

/* crypto/tls.(*Config).writeKeyLog(label string, clientRandom, secret []byte), called whether or not a key log is kept. */
SEC("uprobe")
int on_go_key_log(struct pt_regs *ctx)
{
	__u64 arguments[] = GO_ARGUMENTS(ctx);
	__u64 label_size = arguments[2], random_size = arguments[4], secret_size = arguments[7];
	if (label_size > SECRET || random_size != 32 || secret_size > SECRET)
		return 0;
	struct event *event = reserve(KEY_LOG, bpf_get_current_pid_tgid() >> 32);
	if (!event)
		return 0;
	event->layout = bpf_get_attach_cookie(ctx);
	__builtin_memset(event->secrets[0], 0, SECRET);
	bpf_probe_read_user(event->secrets[0], label_size & 127, (void *)arguments[1]);
	bpf_probe_read_user(event->client_random, 32, (void *)arguments[3]);
	bpf_probe_read_user(event->secrets[1], secret_size & 127, (void *)arguments[6]);
	event->detail = secret_size;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* What calls bpf_probe_read_user has to say that it may be used under the GPL too. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";
