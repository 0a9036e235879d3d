using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Sandbox.Seccomp;

/// <summary>
/// The agent's seccomp filter: an allow-list compiled to classic BPF.
/// <code>
/// other architecture, x32 ──────────────► kill
/// number ──► search tree over ranges ──► allow | EPERM | ENOSYS | ask whoever observes
///                                    └─► clone, socket, socketpair, ioctl, open: by their arguments
/// </code>
/// </summary>
internal sealed record SyscallFilter
{
    /// <summary>SECCOMP_RET_KILL_PROCESS.</summary>
    public const uint Kill = 0x80000000;

    /// <summary>SECCOMP_RET_ALLOW.</summary>
    public const uint Allow = 0x7FFF0000;

    /// <summary>SECCOMP_RET_USER_NOTIF: the one who observes is asked, and lets it pass.</summary>
    public const uint Ask = 0x7FC00000;

    private const uint Errno = 0x00050000;
    private const uint EPERM = 1,
        ENOSYS = 38,
        EPROTONOSUPPORT = 93,
        EAFNOSUPPORT = 97;

    private const uint NumberOffset = 0,
        ArchitectureOffset = 4,
        ArgumentsOffset = 16;
    private const uint X32Bit = 0x40000000;

    // CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET. (NEWTIME can't be asked of clone.)
    private const uint NamespaceFlags = 0x7E020000;

    private const uint AF_UNIX = 1,
        AF_INET = 2,
        AF_INET6 = 10,
        SOCK_STREAM = 1,
        SOCK_DGRAM = 2,
        SOCK_SEQPACKET = 5,
        SocketTypeBits = 0xF,
        IPPROTO_TCP = 6,
        IPPROTO_UDP = 17;

    private const uint TIOCSTI = 0x5412,
        TIOCLINUX = 0x541C,
        TIOCSETD = 0x5423;

    // O_PATH; and what makes an open of a directory more than a look at its names: O_ACCMODE | O_CREAT | O_TRUNC.
    private const uint PathFlag = 0x200000,
        WritingFlags = 0x243;

    // A conditional jump reaches 255 instructions; the two upper levels of the tree lead further.
    private const int NearRanges = 48;

    private SyscallFilter(ImmutableArray<BpfInstruction> program)
    {
        Program = program;
        Bytes = [.. BpfAssembler.ToBytes(program.AsSpan())];
        Digest = Digest.Of(Bytes.AsSpan());
    }

    /// <summary>The instructions.</summary>
    public ImmutableArray<BpfInstruction> Program { get; }

    /// <summary>The program as the kernel takes it.</summary>
    public ImmutableArray<byte> Bytes { get; }

    /// <summary>The digest of <see cref="Bytes"/>, for receipts.</summary>
    public Digest Digest { get; }

    /// <summary>The verdict that makes a call fail with this error.</summary>
    public static uint Fail(uint error) => Errno | error;

    /// <summary>Compiles the filter for an architecture, for what shall be seen, and for what may be met in files.</summary>
    public static SyscallFilter Compile(SyscallTable table, SeenKind seen, bool meetsNobody = false)
    {
        var code = new BpfAssembler();
        code.Load(ArchitectureOffset);
        code.Test(BpfInstruction.JumpIfEqual, table.AuditArchitecture, "number", BpfAssembler.Next);
        code.Return(Kill);
        code.Label("number");
        code.Load(NumberOffset);
        if (table.HasX32)
        {
            code.Test(BpfInstruction.JumpIfAtLeast, X32Bit, BpfAssembler.Next, "tree");
            code.Return(Kill);
            code.Label("tree");
        }

        var labels = 0;
        EmitTree(code, Ranges(table, seen), ref labels);
        EmitClone(code);
        EmitSocket(code, meetsNobody);
        EmitSocketPair(code, meetsNobody);
        EmitIoctl(code);
        EmitOpen(code, table.DirectoryFlag);
        code.Label("ask");
        code.Return(Ask);
        code.Label("allow");
        code.Return(Allow);
        code.Label("deny");
        code.Return(Fail(EPERM));
        code.Label("no family");
        code.Return(Fail(EAFNOSUPPORT));
        code.Label("no protocol");
        code.Return(Fail(EPROTONOSUPPORT));
        return new SyscallFilter([.. code.Assemble()]);
    }

    private static List<(uint First, SyscallVerdict Verdict)> Ranges(SyscallTable table, SeenKind seen)
    {
        var ranges = new List<(uint First, SyscallVerdict Verdict)>();
        uint next = 0;
        foreach (var row in table.Rows)
        {
            if (row.Number > next)
            {
                Add(next, SyscallVerdict.NoSuchCall);
            }

            Add(row.Number, IsSeen(row.Verdict, seen) ? row.Verdict : SyscallVerdict.Allow);
            next = row.Number + 1;
        }

        Add(next, SyscallVerdict.NoSuchCall);
        return ranges;

        void Add(uint first, SyscallVerdict verdict)
        {
            if (ranges.Count == 0 || ranges[^1].Verdict != verdict)
            {
                ranges.Add((first, verdict));
            }
        }
    }

    private static bool IsSeen(SyscallVerdict verdict, SeenKind seen) =>
        verdict switch
        {
            SyscallVerdict.Program => seen is SeenKind.All or SeenKind.Programs,
            SyscallVerdict.Names or SyscallVerdict.Open or SyscallVerdict.OpenAt => seen is SeenKind.All,
            _ => true,
        };

    private static void EmitTree(BpfAssembler code, List<(uint First, SyscallVerdict Verdict)> ranges, ref int labels)
    {
        if (ranges.Count == 1)
        {
            EmitLeaf(code, ranges[0].Verdict);
            return;
        }

        var middle = ranges.Count / 2;
        var upper = $"upper {labels++}";
        if (ranges.Count > NearRanges)
        {
            var lower = $"lower {labels++}";
            code.Test(BpfInstruction.JumpIfAtLeast, ranges[middle].First, BpfAssembler.Next, lower);
            code.Jump(upper);
            code.Label(lower);
        }
        else
        {
            code.Test(BpfInstruction.JumpIfAtLeast, ranges[middle].First, upper, BpfAssembler.Next);
        }

        EmitTree(code, ranges[..middle], ref labels);
        code.Label(upper);
        EmitTree(code, ranges[middle..], ref labels);
    }

    private static void EmitLeaf(BpfAssembler code, SyscallVerdict verdict)
    {
        switch (verdict)
        {
            case SyscallVerdict.Allow:
                code.Return(Allow);
                break;
            case SyscallVerdict.NoSuchCall:
                code.Return(Fail(ENOSYS));
                break;
            case SyscallVerdict.Clone:
                code.Jump("clone");
                break;
            case SyscallVerdict.Socket:
                code.Jump("socket");
                break;
            case SyscallVerdict.SocketPair:
                code.Jump("socketpair");
                break;
            case SyscallVerdict.Ioctl:
                code.Jump("ioctl");
                break;
            case SyscallVerdict.Program or SyscallVerdict.Names:
                code.Return(Ask);
                break;
            case SyscallVerdict.Open:
                code.Jump("open");
                break;
            case SyscallVerdict.OpenAt:
                code.Jump("openat");
                break;
            default:
                code.Return(Fail(EPERM));
                break;
        }
    }

    private static void EmitClone(BpfAssembler code)
    {
        code.Label("clone");
        LoadArgument(code, 0);
        code.Test(BpfInstruction.JumpIfAnyBit, NamespaceFlags, "deny", "allow");
    }

    // AF_VSOCK and AF_NETLINK are not fenced by a network namespace; on a virtual machine vsock is a way past the proxy.
    // A socket in a file is reached through a mount that is read-only, too, and takes descriptors along.
    private static void EmitSocket(BpfAssembler code, bool meetsNobody)
    {
        code.Label("socket");
        LoadArgument(code, 0);
        code.Test(BpfInstruction.JumpIfEqual, AF_UNIX, meetsNobody ? "no family" : "unix", BpfAssembler.Next);
        code.Test(BpfInstruction.JumpIfEqual, AF_INET, "internet", BpfAssembler.Next);
        code.Test(BpfInstruction.JumpIfEqual, AF_INET6, "internet", "no family");
        code.Label("internet");
        LoadArgument(code, 1);
        code.And(SocketTypeBits);
        code.Test(BpfInstruction.JumpIfEqual, SOCK_STREAM, "protocol", BpfAssembler.Next);
        code.Test(BpfInstruction.JumpIfEqual, SOCK_DGRAM, "protocol", "deny");
        code.Label("protocol");
        LoadArgument(code, 2);
        code.Test(BpfInstruction.JumpIfEqual, 0, "allow", BpfAssembler.Next);
        code.Test(BpfInstruction.JumpIfEqual, IPPROTO_TCP, "allow", BpfAssembler.Next);
        code.Test(BpfInstruction.JumpIfEqual, IPPROTO_UDP, "allow", "no protocol");
    }

    // Of the two ends of a pair of datagrams each can be pointed at a file; those of a stream know one another only.
    private static void EmitSocketPair(BpfAssembler code, bool meetsNobody)
    {
        code.Label("socketpair");
        LoadArgument(code, 0);
        code.Test(BpfInstruction.JumpIfEqual, AF_UNIX, "unix", "no family");
        code.Label("unix");
        LoadArgument(code, 1);
        code.And(SocketTypeBits);
        code.Test(BpfInstruction.JumpIfEqual, SOCK_STREAM, "allow", BpfAssembler.Next);
        code.Test(BpfInstruction.JumpIfEqual, SOCK_DGRAM, meetsNobody ? "deny" : "allow", BpfAssembler.Next);
        code.Test(BpfInstruction.JumpIfEqual, SOCK_SEQPACKET, "allow", "deny");
    }

    // The kernel looks at the low 32 bits only, so a 64-bit comparison could be walked around (CVE-2019-10063).
    private static void EmitIoctl(BpfAssembler code)
    {
        code.Label("ioctl");
        LoadArgument(code, 1);
        code.Test(BpfInstruction.JumpIfEqual, TIOCSTI, "deny", BpfAssembler.Next);
        code.Test(BpfInstruction.JumpIfEqual, TIOCLINUX, "deny", BpfAssembler.Next);
        code.Test(BpfInstruction.JumpIfEqual, TIOCSETD, "deny", "allow");
    }

    // What opens a name only, or lists a directory, reads and writes no file.
    private static void EmitOpen(BpfAssembler code, uint directory)
    {
        code.Label("open");
        LoadArgument(code, 1);
        code.Jump("flags");
        code.Label("openat");
        LoadArgument(code, 2);
        code.Label("flags");
        code.Test(BpfInstruction.JumpIfAnyBit, PathFlag, "allow", BpfAssembler.Next);
        code.Test(BpfInstruction.JumpIfAnyBit, directory, BpfAssembler.Next, "ask");
        code.Test(BpfInstruction.JumpIfAnyBit, WritingFlags, "ask", "allow");
    }

    // The low half of an argument; both architectures are little-endian, and these arguments are 32-bit to the kernel.
    private static void LoadArgument(BpfAssembler code, uint index) => code.Load(ArgumentsOffset + (8 * index));
}
