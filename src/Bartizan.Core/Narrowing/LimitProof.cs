using System.Globalization;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>The limits of two sandboxes, side by side.</summary>
internal static class LimitProof
{
    /// <summary>Each limit: its key, whether the first is more, and both in words.</summary>
    public static IEnumerable<(string What, bool More, string First, string Second)> Compare(Limits a, Limits b) =>
        [
            ("cpu", a.Cpu > b.Cpu, $"{a.Cpu}", $"{b.Cpu}"),
            ("memory", a.MemoryBytes > b.MemoryBytes, Bytes(a.MemoryBytes), Bytes(b.MemoryBytes)),
            ("processes", a.Processes > b.Processes, $"{a.Processes}", $"{b.Processes}"),
            ("disk", a.DiskBytes > b.DiskBytes, Bytes(a.DiskBytes), Bytes(b.DiskBytes)),
            ("wall_clock", a.WallClock > b.WallClock, $"{a.WallClock}", $"{b.WallClock}"),
        ];

    private static string Bytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes");
}
