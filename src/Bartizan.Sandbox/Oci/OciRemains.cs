using System.Globalization;
using System.Text;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.ControlGroups;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Oci;

/// <summary>
/// What an engine that was killed while it started a container has left: its monitor, the runtime, and what runs as one of the session's
/// two users. None of it is in the session's cgroups yet, so it is looked for among all processes.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="ids">Its two users on the host; nobody else's.</param>
internal sealed class OciRemains(SessionId session, HostIds ids)
{
    /// <summary>What says that nothing is left.</summary>
    public const string Evidence =
        "no process of the container's users, monitor or runtime, and none of its name with the engine";

    private const string Monitor = "conmon";
    private const int ContainerIdChars = 64;

    private static readonly string[] Runtimes = ["crun", "runc"];

    private readonly HashSet<string> _containers = new(StringComparer.Ordinal);

    /// <summary>Ends all of it, and has the engine forget the container; false when it wasn't done in time.</summary>
    public async Task<(bool Done, int Ended)> EndAsync(
        ContainerEngine engine,
        TimeSpan patience,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var ended = new HashSet<int>();
        try
        {
            // Twice nothing, with the engine's word between: what was being made while we first looked is there the second time.
            for (var empty = 0; empty < 2; )
            {
                var left = Look();
                foreach (var process in left)
                {
                    ended.Add(process);
                    _ = Libc.kill(process, Libc.SIGKILL);
                }

                var forgotten = await engine.RemoveAsync(session, either.Token).ConfigureAwait(false);
                empty = left.Count == 0 && forgotten ? empty + 1 : 0;
                await Task.Delay(SandboxCgroup.LookAgain, time, either.Token).ConfigureAwait(false);
            }

            return (true, ended.Count);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return (false, ended.Count);
        }
    }

    /// <summary>Those that are there now, but for those that have ended and nobody has buried.</summary>
    internal IReadOnlyList<int> Look()
    {
        var all = Directory
            .EnumerateDirectories("/proc")
            .Select(static place => Path.GetFileName(place))
            .Where(static name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(Read)
            .OfType<Seen>()
            .ToList();
        foreach (var monitor in all.Where(IsMonitor))
        {
            _containers.UnionWith(
                monitor.Words.Where(static w => w.Length == ContainerIdChars && w.All(char.IsAsciiHexDigit))
            );
        }

        return
        [
            .. all.Where(one => IsMonitor(one) || IsRuntime(one) || IsOurs(one.Users[0]))
                .Select(static one => one.Process),
        ];
    }

    // INVARIANT: the engine's own run as root. Anybody can start a program of that name with those words, and would choose who is killed.
    private bool IsMonitor(Seen seen) =>
        seen is { Name: Monitor, IsRoot: true }
        && Array.IndexOf(seen.Words, ContainerEngine.NameOf(session)) is > 0 and var at
        && seen.Words[at - 1] == "-n";

    private bool IsRuntime(Seen seen) =>
        seen.IsRoot
        && Runtimes.Any(name => seen.Name.StartsWith(name, StringComparison.Ordinal))
        && seen.Words.Any(_containers.Contains);

    private bool IsOurs(string user) =>
        int.TryParse(user, CultureInfo.InvariantCulture, out var number) && (number == ids.Agent || number == ids.Root);

    private static Seen? Read(string process)
    {
        try
        {
            var status = ProcessFacts.StatusOf(File.ReadAllLines($"/proc/{process}/status"));
            var words = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/cmdline")).Split('\0');
            return status.GetValueOrDefault("State", "Z")[0] is 'Z' or 'X'
                ? null
                : new Seen(
                    int.Parse(process, CultureInfo.InvariantCulture),
                    status.GetValueOrDefault("Name", ""),
                    status.GetValueOrDefault("Uid", "").Split(' '),
                    words
                );
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Users: real, effective, saved, of files. A set-id program that somebody starts by another name has his as the real one.
    private sealed record Seen(int Process, string Name, string[] Users, string[] Words)
    {
        public bool IsRoot => Users.All(static user => user == "0");
    }
}
