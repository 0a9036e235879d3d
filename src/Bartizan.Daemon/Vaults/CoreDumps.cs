namespace Bartizan.Daemon.Vaults;

/// <summary>
/// Takes the memory out of what the kernel writes when the daemon crashes: a dump lies on a disk, or goes to a collector, with every
/// value that was in memory. What the daemon starts inherits it.
/// </summary>
internal static class CoreDumps
{
    private const string Filter = "/proc/self/coredump_filter";

    /// <summary>Asks the kernel for dumps without memory.</summary>
    public static void LeaveMemoryOut(Action<string> say)
    {
        try
        {
            File.WriteAllText(Filter, "0");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"a dump of a crash would hold credentials: `{Filter}` can't be written");
        }
    }
}
