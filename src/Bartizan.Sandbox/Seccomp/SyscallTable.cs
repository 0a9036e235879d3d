using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Bartizan.Sandbox.Seccomp;

/// <summary>The system calls of one architecture and what the filter does with each: <c>syscalls.txt</c>, read.</summary>
internal sealed record SyscallTable
{
    private const uint AuditArchX64 = 0xC000003E;
    private const uint AuditArchArm64 = 0xC00000B7;

    private static readonly Lazy<SyscallTable> LazyX64 = new(static () => Load(AuditArchX64, column: 1));
    private static readonly Lazy<SyscallTable> LazyArm64 = new(static () => Load(AuditArchArm64, column: 2));

    private SyscallTable(uint auditArchitecture, ImmutableArray<Row> rows)
    {
        AuditArchitecture = auditArchitecture;
        Rows = rows;
    }

    /// <summary>x86-64.</summary>
    public static SyscallTable X64 => LazyX64.Value;

    /// <summary>arm64.</summary>
    public static SyscallTable Arm64 => LazyArm64.Value;

    /// <summary>The kernel's name of the architecture (AUDIT_ARCH_…).</summary>
    public uint AuditArchitecture { get; }

    /// <summary>True where numbers from 2^30 on are the x32 ABI.</summary>
    public bool HasX32 => AuditArchitecture == AuditArchX64;

    /// <summary>O_DIRECTORY, which differs.</summary>
    public uint DirectoryFlag => AuditArchitecture == AuditArchX64 ? 0x10000u : 0x4000u;

    /// <summary>The calls, by number.</summary>
    public ImmutableArray<Row> Rows { get; }

    /// <summary>The table of an architecture; null when agents can't be run on it.</summary>
    public static SyscallTable? For(Architecture architecture) =>
        architecture switch
        {
            Architecture.X64 => X64,
            Architecture.Arm64 => Arm64,
            _ => null,
        };

    private static SyscallTable Load(uint auditArchitecture, int column)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("syscalls.txt")!;
        using var reader = new StreamReader(stream);
        var rows = ImmutableArray.CreateBuilder<Row>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[column] != "-")
            {
                rows.Add(new Row(words[0], uint.Parse(words[column], CultureInfo.InvariantCulture), Verdict(words[3])));
            }
        }

        rows.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        return new SyscallTable(auditArchitecture, rows.ToImmutable());
    }

    private static SyscallVerdict Verdict(string word) =>
        word switch
        {
            "allow" => SyscallVerdict.Allow,
            "deny" => SyscallVerdict.Deny,
            "enosys" => SyscallVerdict.NoSuchCall,
            "clone" => SyscallVerdict.Clone,
            "socket" => SyscallVerdict.Socket,
            "socketpair" => SyscallVerdict.SocketPair,
            "ioctl" => SyscallVerdict.Ioctl,
            "program" => SyscallVerdict.Program,
            "names" => SyscallVerdict.Names,
            "open" => SyscallVerdict.Open,
            "openat" => SyscallVerdict.OpenAt,
            _ => throw new InvalidDataException($"syscalls.txt: no verdict `{word}`"),
        };

    /// <summary>One call.</summary>
    internal sealed record Row(string Name, uint Number, SyscallVerdict Verdict);
}
