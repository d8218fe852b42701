/*
 * Sums what processes send and receive, per pair of hosts. Over TCP the kernel counts in each socket itself: that is taken over when
 * the socket closes and at each walk, and nothing runs when data pass. Over UDP each datagram is counted, where a control group's hooks see it.
 *
 * Whose a socket is, is kept with it (socket storage): it goes when the socket goes, and what a listener accepts inherits it.
 * Sums are kept in two tables in turn: user space empties the one that is not written to.
 * Structures of the kernel are declared with the fields that are used; where these lie is relocated when the program is loaded.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

#define FLOWS 16384
#define LISTENERS 16384
#define NAME 16
#define TCP 6
#define UDP 17
#define INET6 10
#define IPV6_HEADER 40
#define UDP_HEADER 8
#define PASS 1
/* enum sock_flags */
#define SOCK_DONE 1
/* The process chose the port itself. */
#define PORT_CHOSEN 8

enum state { ESTABLISHED = 1, SYN_SENT, SYN_RECV, FIN_WAIT1, CLOSE = 7, LAST_ACK = 9, LISTEN, NEW_SYN_RECV = 12 };
enum direction { OUTGOING, INCOMING };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct in6_addr {
	union {
		__be32 u6_addr32[4];
	} in6_u;
};
struct net;
typedef struct {
	struct net *net;
} possible_net_t;
struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	unsigned long skc_flags;
};
struct sock {
	struct sock_common __sk_common;
	__u8 sk_userlocks : 4;
	__u16 sk_protocol;
};
struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};
struct inet_connection_sock {
	struct inet_sock icsk_inet;
};
struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u64 bytes_sent;
	__u64 bytes_retrans;
	__u64 bytes_received;
	__u32 data_segs_out;
	__u32 data_segs_in;
	__u32 total_retrans;
};
struct socket {
	struct sock *sk;
};
struct qstr {
	const unsigned char *name;
};
struct dentry {
	struct qstr d_name;
};
struct path {
	struct dentry *dentry;
};
struct file {
	struct path f_path;
};
struct mm_struct {
	struct file *exe_file;
};
struct task_struct {
	int tgid;
	struct task_struct *group_leader;
	struct mm_struct *mm;
	char comm[16];
};
struct bpf_iter__task_file {
	void *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};
struct bpf_iter__bpf_sk_storage_map {
	void *meta;
	void *map;
	struct sock *sk;
	void *value;
};
#pragma clang attribute pop

struct owner {
	char name[NAME];
	__u32 process;
};

struct counters {
	__u64 sent;
	__u64 received;
	__u32 sent_segments;
	__u32 received_segments;
	__u32 retransmissions;
};

/* With each socket: whose it is, and of TCP what of it is in the sums. */
struct owned {
	struct bpf_spin_lock lock;
	struct owner owner;
	__u8 direction;
	/* TCP: the owner is no more just who listens. UDP: the direction is known. */
	__u8 certain;
	/* The connection itself is in the sums. */
	__u8 counted;
	struct counters told;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct owned);
} sockets SEC(".maps");

struct flow {
	/* IPv4 as ::ffff:a.b.c.d. */
	__be32 local[4];
	__be32 remote[4];
	struct owner owner;
	/* Of the server. */
	__u16 port;
	__u8 protocol;
	__u8 direction;
};

struct sums {
	__u64 sent;
	__u64 received;
	__u64 sent_messages;
	__u64 received_messages;
	__u64 connections;
	__u64 failed;
	__u64 retransmissions;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FLOWS);
	__type(key, struct flow);
	__type(value, struct sums);
} even SEC(".maps"), odd SEC(".maps");

/* By table and protocol: what found the table full. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct sums);
} others SEC(".maps");

/* Which table is written to: 0, 1. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} turn SEC(".maps");

/* Connections accepted since this was last zero. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} accepted SEC(".maps");

struct listener {
	__u64 net;
	__u64 port;
};

/* While sockets are adopted: which ports are listened at. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LISTENERS);
	__type(key, struct listener);
	__type(value, __u8);
} listeners SEC(".maps");

static __always_inline void describe(struct task_struct *task, struct owner *owner)
{
	struct task_struct *leader = task->group_leader;
	owner->process = task->tgid;
	bpf_probe_read_kernel_str(owner->name, NAME, leader->comm);
	/* Node names its threads, the first of them too: then the executable says more. */
	const __u64 *name = (const __u64 *)owner->name;
	if (name[0] != *(const __u64 *)"MainThre" || name[1] != *(const __u64 *)"ad\0\0\0\0\0\0")
		return;
	const unsigned char *executable = BPF_CORE_READ(leader, mm, exe_file, f_path.dentry, d_name.name);
	__builtin_memset(owner->name, 0, NAME);
	bpf_probe_read_kernel_str(owner->name, NAME, executable);
}

static __always_inline struct sums *sums_in(void *table, const struct flow *flow, __u32 number)
{
	struct sums *sums = bpf_map_lookup_elem(table, flow);
	if (sums)
		return sums;
	struct sums none = {};
	bpf_map_update_elem(table, flow, &none, BPF_NOEXIST);
	sums = bpf_map_lookup_elem(table, flow);
	if (sums)
		return sums;
	__u32 other = number * 2 + (flow->protocol == UDP);
	return bpf_map_lookup_elem(&others, &other);
}

static __always_inline void gain(__u64 *sum, __u64 more)
{
	if (more)
		__sync_fetch_and_add(sum, more);
}

static __always_inline void add(const struct flow *flow, const struct sums *more)
{
	__u32 zero = 0;
	__u32 *number = bpf_map_lookup_elem(&turn, &zero);
	if (!number)
		return;
	struct sums *sums = *number ? sums_in(&odd, flow, 1) : sums_in(&even, flow, 0);
	if (!sums)
		return;
	gain(&sums->sent, more->sent);
	gain(&sums->received, more->received);
	gain(&sums->sent_messages, more->sent_messages);
	gain(&sums->received_messages, more->received_messages);
	gain(&sums->connections, more->connections);
	gain(&sums->failed, more->failed);
	gain(&sums->retransmissions, more->retransmissions);
}

static __always_inline void map_address(__be32 *address, __be32 v4)
{
	address[0] = address[1] = 0;
	address[2] = bpf_htonl(0xffff);
	address[3] = v4;
}

static __always_inline void copy_address(__be32 *address, const struct in6_addr *from)
{
	address[0] = from->in6_u.u6_addr32[0];
	address[1] = from->in6_u.u6_addr32[1];
	address[2] = from->in6_u.u6_addr32[2];
	address[3] = from->in6_u.u6_addr32[3];
}

static __always_inline void read_counters(const struct sock *sk, const struct tcp_sock *tcp, struct counters *now)
{
	/* A FIN counts like a byte. */
	__u64 fin = sk->__sk_common.skc_flags >> SOCK_DONE & 1;
	__u64 received = tcp->bytes_received;
	now->sent = tcp->bytes_sent - tcp->bytes_retrans;
	now->received = received ? received - fin : 0;
	now->sent_segments = tcp->data_segs_out;
	now->received_segments = tcp->data_segs_in;
	now->retransmissions = tcp->total_retrans;
}

/* The kernel counts on meanwhile: a counter that seems to go back was read between two of its steps. */
#define GAIN(field) (now.field > told->field ? now.field - told->field : 0)
#define KEEP(field) told->field = now.field > told->field ? now.field : told->field

/* Brings what the socket did since it was last told into the sums. `state` is that of its life: where it `closes`, the last. */
static __always_inline void account(struct sock *sk, struct owned *owned, int state, int closes)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	if (!tcp || state == LISTEN || state == CLOSE || state == SYN_RECV || state == NEW_SYN_RECV)
		return;
	struct flow flow = {.protocol = TCP};
	struct sums more = {};
	struct counters now, *told = &owned->told;
	__u32 opened = state != SYN_SENT;
	bpf_spin_lock(&owned->lock);
	read_counters(sk, tcp, &now);
	more.sent = GAIN(sent);
	more.received = GAIN(received);
	more.sent_messages = GAIN(sent_segments);
	more.received_messages = GAIN(received_segments);
	more.retransmissions = GAIN(retransmissions);
	more.connections = opened && !owned->counted;
	KEEP(sent);
	KEEP(received);
	KEEP(sent_segments);
	KEEP(received_segments);
	KEEP(retransmissions);
	owned->counted |= opened;
	flow.owner = owned->owner;
	flow.direction = owned->direction;
	bpf_spin_unlock(&owned->lock);
	more.failed = !opened && closes;
	if (!(more.sent | more.received | more.sent_messages | more.received_messages | more.retransmissions | more.connections | more.failed))
		return;
	if (sk->__sk_common.skc_family == INET6) {
		copy_address(flow.local, &sk->__sk_common.skc_v6_rcv_saddr);
		copy_address(flow.remote, &sk->__sk_common.skc_v6_daddr);
	} else {
		map_address(flow.local, sk->__sk_common.skc_rcv_saddr);
		map_address(flow.remote, sk->__sk_common.skc_daddr);
	}
	flow.port = bpf_ntohs(flow.direction == INCOMING ? tcp->inet_conn.icsk_inet.inet_sport : sk->__sk_common.skc_dport);
	add(&flow, &more);
}

/* The socket belongs to the process that runs now. */
static __always_inline void own(struct owned *owned, __u8 direction, __u8 certain)
{
	struct owner owner = {};
	describe(bpf_get_current_task_btf(), &owner);
	bpf_spin_lock(&owned->lock);
	owned->owner = owner;
	owned->direction = direction;
	owned->certain = certain;
	bpf_spin_unlock(&owned->lock);
}

/*
 * A socket that was accepted is first its listener's; it becomes that of the process that is seen with it: in the walk through
 * open files, or here when the process closes it.
 */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state, struct sock *sk, int before, int now)
{
	if (sk->sk_protocol != TCP)
		return 0;
	int begins = now == SYN_SENT || now == LISTEN;
	if (before == SYN_RECV && now == ESTABLISHED) {
		__u32 zero = 0;
		__u32 *count = bpf_map_lookup_elem(&accepted, &zero);
		if (count)
			*count = 1;
		return 0;
	}
	if (!begins && now != FIN_WAIT1 && now != LAST_ACK && now != CLOSE)
		return 0;
	struct owned *owned = bpf_sk_storage_get(&sockets, sk, 0, begins ? BPF_SK_STORAGE_GET_F_CREATE : 0);
	if (!owned)
		return 0;
	if (begins) {
		/* It may have had a life before. */
		own(owned, now == LISTEN ? INCOMING : OUTGOING, now == SYN_SENT);
		owned->counted = 0;
		__builtin_memset(&owned->told, 0, sizeof owned->told);
	} else if (now == CLOSE) {
		account(sk, owned, before, 1);
	} else if (!owned->certain) {
		own(owned, owned->direction, 1);
	}
	return 0;
}

SEC("iter/bpf_sk_storage_map")
int walk(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	if (!sk || !ctx->value)
		return 0;
	struct owned *owned = bpf_sk_storage_get(&sockets, sk, 0, 0);
	if (owned)
		account(sk, owned, sk->__sk_common.skc_state, 0);
	return 0;
}

static __always_inline struct sock *socket_of(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;
	if (!ctx->task || !file)
		return 0;
	struct socket *socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	struct sock *sk = socket->sk;
	return sk && (sk->sk_protocol == TCP || sk->sk_protocol == UDP) ? sk : 0;
}

static __always_inline struct listener listener_of(struct sock *sk)
{
	return (struct listener){(__u64)sk->__sk_common.skc_net.net, sk->__sk_common.skc_num};
}

/* The sockets that were there before: first where is listened, */
SEC("iter/task_file")
int find_listeners(struct bpf_iter__task_file *ctx)
{
	struct sock *sk = socket_of(ctx);
	if (!sk || sk->sk_protocol != TCP || sk->__sk_common.skc_state != LISTEN)
		return 0;
	struct listener listener = listener_of(sk);
	__u8 one = 1;
	bpf_map_update_elem(&listeners, &listener, &one, BPF_ANY);
	return 0;
}

static __always_inline int is_incoming(struct sock *sk)
{
	if (sk->sk_protocol == UDP)
		return (BPF_CORE_READ_BITFIELD(sk, sk_userlocks) & PORT_CHOSEN) != 0;
	struct listener listener = listener_of(sk);
	return bpf_map_lookup_elem(&listeners, &listener) != 0;
}

/* then all of them; what they did so far is not counted. Later again for those that were accepted since. */
SEC("iter/task_file")
int adopt(struct bpf_iter__task_file *ctx)
{
	struct sock *sk = socket_of(ctx);
	struct task_struct *task = ctx->task;
	if (!sk || !task)
		return 0;
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	__u32 listens = tcp && sk->__sk_common.skc_state == LISTEN;
	if (tcp && sk->__sk_common.skc_state == CLOSE)
		return 0;
	struct owned *owned = bpf_sk_storage_get(&sockets, sk, 0, 0);
	__u32 is_new = !owned;
	if (owned && (owned->certain || listens))
		return 0;
	if (is_new)
		owned = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!owned)
		return 0;
	struct owner owner = {};
	struct counters now = {};
	describe(task, &owner);
	__u8 incoming = is_new && is_incoming(sk);
	if (is_new && tcp)
		read_counters(sk, tcp, &now);
	bpf_spin_lock(&owned->lock);
	owned->owner = owner;
	owned->certain = !listens;
	if (is_new) {
		owned->direction = incoming ? INCOMING : OUTGOING;
		owned->counted = !listens;
		owned->told = now;
	}
	bpf_spin_unlock(&owned->lock);
	return 0;
}

/* A process that chooses the port of a UDP socket is a server; otherwise who hears before it speaks. */
static __always_inline int bound(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	if (!sk || ctx->protocol != UDP)
		return PASS;
	struct owned *owned = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (owned)
		own(owned, INCOMING, ctx->user_port != 0);
	return PASS;
}

SEC("cgroup/bind4")
int on_bind4(struct bpf_sock_addr *ctx)
{
	return bound(ctx);
}

SEC("cgroup/bind6")
int on_bind6(struct bpf_sock_addr *ctx)
{
	return bound(ctx);
}

/* Addresses and ports are those in its headers: a socket may have none, or many. */
static __always_inline int datagram(struct __sk_buff *skb, int sent)
{
	__u8 *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	if ((void *)(data + 20) > end)
		return PASS;
	int v6 = data[0] >> 4 == 6;
	if ((v6 ? data[6] : data[9]) != UDP || !skb->sk)
		return PASS;
	struct bpf_sock *sk = bpf_sk_fullsock(skb->sk);
	__u32 header = v6 ? IPV6_HEADER : (data[0] & 15) * 4;
	if (!sk || sk->protocol != UDP || skb->len < header + UDP_HEADER)
		return PASS;
	struct flow flow = {.protocol = UDP};
	__be32 from[4], to[4];
	__be16 ports[2];
	if (v6) {
		if (bpf_skb_load_bytes(skb, 8, from, 16) || bpf_skb_load_bytes(skb, 24, to, 16))
			return PASS;
	} else {
		map_address(from, *(__be32 *)(data + 12));
		map_address(to, *(__be32 *)(data + 16));
	}
	/* A tunnel sends packets of a socket within others: those are not the socket's. */
	if (bpf_skb_load_bytes(skb, header, ports, sizeof ports) || bpf_ntohs(ports[!sent]) != sk->src_port)
		return PASS;
	struct owned *owned = bpf_sk_storage_get(&sockets, sk, 0, sent ? BPF_SK_STORAGE_GET_F_CREATE : 0);
	if (owned) {
		__u8 direction = owned->certain ? owned->direction : sent ? OUTGOING : INCOMING;
		if (sent && owned->owner.process != bpf_get_current_task_btf()->tgid)
			own(owned, direction, 1);
		bpf_spin_lock(&owned->lock);
		owned->direction = direction;
		owned->certain = 1;
		flow.owner = owned->owner;
		flow.direction = owned->direction;
		bpf_spin_unlock(&owned->lock);
	}
	struct sums more = {};
	/* One that carries many (UDP_SEGMENT). */
	__u64 messages = skb->gso_segs ?: 1;
	__u64 bytes = skb->len - header - UDP_HEADER;
	flow.port = bpf_ntohs(ports[(flow.direction == INCOMING) != sent]);
	__builtin_memcpy(sent ? flow.local : flow.remote, from, sizeof from);
	__builtin_memcpy(sent ? flow.remote : flow.local, to, sizeof to);
	if (sent) {
		more.sent = bytes;
		more.sent_messages = messages;
	} else {
		more.received = bytes;
		more.received_messages = messages;
	}
	add(&flow, &more);
	return PASS;
}

SEC("cgroup_skb/egress")
int on_send(struct __sk_buff *skb)
{
	return datagram(skb, 1);
}

SEC("cgroup_skb/ingress")
int on_receive(struct __sk_buff *skb)
{
	return datagram(skb, 0);
}

/* The helpers that read the kernel's memory have to be told that this may be used under the GPL too. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";
