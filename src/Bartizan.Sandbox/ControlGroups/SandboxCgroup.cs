using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.ControlGroups;

/// <summary>The cgroup directories of one sandbox: limits, pause, the sweep of a kill, and the proof that nobody is left.</summary>
internal sealed class SandboxCgroup
{
    /// <summary>bwrap's two processes, beside the agent's own.</summary>
    private const int OwnProcesses = 2;

    /// <summary>CFS's usual period, in microseconds.</summary>
    private const long CpuPeriod = 100_000;

    /// <summary>How often an event that has no descriptor is looked at again.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(1);

    private readonly ImmutableArray<(CgroupMount Mount, string Directory)> _groups;
    private readonly TimeProvider _time = TimeProvider.System;

    private SandboxCgroup(ImmutableArray<(CgroupMount, string)> groups) => _groups = groups;

    /// <summary>True when there is any.</summary>
    public bool Exists => !_groups.IsEmpty;

    private string? Unified => _groups.FirstOrDefault(static group => group.Mount.Unified).Directory;

    private string? Freezer => Of("freezer");

    /// <summary>Makes the directories and sets the limits.</summary>
    public static SandboxCgroup Make(CgroupHost host, string name, Limits limits)
    {
        var made = new SandboxCgroup([.. host.Mounts.Select(mount => (mount, Path.Combine(mount.OwnDirectory, name)))]);
        foreach (var (_, directory) in made._groups)
        {
            Directory.CreateDirectory(directory);
        }

        if (host.Tier == LimitTier.CgroupV2)
        {
            made.LimitV2(limits);
        }
        else if (host.Tier == LimitTier.CgroupV1)
        {
            made.LimitV1(limits);
        }

        return made;
    }

    /// <summary>Those that are there already.</summary>
    public static SandboxCgroup Find(CgroupHost host, string name) =>
        new([
            .. host
                .Mounts.Select(mount => (Mount: mount, Directory: Path.Combine(mount.OwnDirectory, name)))
                .Where(static group => Directory.Exists(group.Directory)),
        ]);

    /// <summary>
    /// Files that a process enters by writing 0. On v1 a single-threaded process writes to <c>tasks</c>, which spares the wait
    /// for a grace period that <c>cgroup.procs</c> costs. A v2 directory beside v1, there for kill and events only, has no such
    /// file: processes are admitted to it from outside, while the launch goes on.
    /// </summary>
    public ImmutableArray<Descriptor> OpenEntries() =>
        [
            .. _groups
                .Where(group => !group.Mount.Unified || _groups.Length == 1)
                .Select(static group =>
                    Descriptor.Open(
                        Path.Combine(group.Directory, group.Mount.Unified ? "cgroup.procs" : "tasks"),
                        Libc.O_WRONLY
                    )
                ),
        ];

    /// <summary>Admits a process to the v2 directory, if it is not in there yet; one that is gone is none of our business.</summary>
    public void Admit(int process)
    {
        if (Unified is not { } unified)
        {
            return;
        }

        var file = Path.Combine(unified, "cgroup.procs");
        var text = process.ToString(CultureInfo.InvariantCulture);
        if (!Read(file).Split('\n').Contains(text))
        {
            try
            {
                Write(file, text);
            }
            catch (IOException) when (!Directory.Exists($"/proc/{text}"))
            {
                // It has ended.
            }
        }
    }

    /// <summary>Puts a process that somebody else started under all of them.</summary>
    public void AdmitToAll(int process)
    {
        foreach (var (_, directory) in _groups)
        {
            Write(Path.Combine(directory, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Freezes; false when there is no freezer.</summary>
    public async Task<bool> FreezeAsync(CancellationToken cancellationToken)
    {
        if (Freezer is { } v1)
        {
            var state = Path.Combine(v1, "freezer.state");
            while (Read(state).TrimEnd() != "FROZEN")
            {
                Write(state, "FROZEN");
                await Task.Delay(LookAgain, _time, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }

        if (Unified is { } v2)
        {
            Write(Path.Combine(v2, "cgroup.freeze"), "1");
            while (!Read(Path.Combine(v2, "cgroup.events")).Contains("frozen 1", StringComparison.Ordinal))
            {
                await Task.Delay(LookAgain, _time, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }

        return false;
    }

    /// <summary>Thaws; false when there is no freezer.</summary>
    public bool Thaw()
    {
        var (directory, file, word) = Freezer is { } v1
            ? (v1, "freezer.state", "THAWED")
            : (Unified, "cgroup.freeze", "0");
        if (directory is null)
        {
            return false;
        }

        try
        {
            Write(Path.Combine(directory, file), word);
        }
        catch (IOException) when (!Directory.Exists(directory))
        {
            // The next daemon has cleared it: there is nobody to thaw.
        }

        return true;
    }

    /// <summary>Kills whoever is in there and says how many that were.</summary>
    public int Sweep()
    {
        var left = Processes();
        if (left.Length == 0)
        {
            return 0;
        }

        if (Unified is { } unified && File.Exists(Path.Combine(unified, "cgroup.kill")))
        {
            Write(Path.Combine(unified, "cgroup.kill"), "1");
        }

        foreach (var process in left)
        {
            _ = Libc.kill(process, Libc.SIGKILL);
        }

        return left.Length;
    }

    /// <summary>What proves that nobody is left; null while somebody is.</summary>
    public string? EmptyBy()
    {
        if (Unified is { } unified)
        {
            return Read(Path.Combine(unified, "cgroup.events")).Contains("populated 0", StringComparison.Ordinal)
                ? "cgroup.events populated 0"
                : null;
        }

        return Processes().Length == 0 ? "cgroup.procs empty" : null;
    }

    /// <summary>Ends whoever is in there and removes the directories; false when that takes longer than the patience.</summary>
    public async Task<bool> ClearAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (!TryRemove())
        {
            if (_time.GetElapsedTime(started) > patience)
            {
                return false;
            }

            // What was paused when its daemon was killed dies when it is thawed, and v1 keeps even the dead frozen.
            Sweep();
            Thaw();
            await Task.Delay(LookAgain, _time, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Removes the directories; true when all are gone.</summary>
    private bool TryRemove()
    {
        var gone = true;
        foreach (var (_, directory) in _groups)
        {
            try
            {
                if (Directory.Exists(directory))
                {
                    // Not recursive: what looks like files in there is the kernel's.
                    RemoveDirectory(directory);
                }
            }
            catch (IOException)
            {
                gone = false; // a zombie not reaped yet still counts
            }
        }

        return gone;
    }

    /// <summary>True when the process is in every one of them.</summary>
    public bool Holds(int process)
    {
        if (_groups.IsEmpty)
        {
            return true;
        }

        var name = "/" + Path.GetFileName(_groups[0].Directory);
        return Read($"/proc/{process}/cgroup").Split('\n').Count(line => line.EndsWith(name, StringComparison.Ordinal))
            >= _groups.Length;
    }

    /// <summary>The processes in there.</summary>
    public int[] Processes() =>
        _groups.IsEmpty
            ? []
            :
            [
                .. _groups
                    .SelectMany(static group => Read(Path.Combine(group.Directory, "cgroup.procs")).Split('\n'))
                    .Where(static line => line.Length > 0 && line != "0")
                    .Select(static line => int.Parse(line, CultureInfo.InvariantCulture))
                    .Distinct(),
            ];

    private static void RemoveDirectory(string directory)
    {
        if (Libc.rmdir(directory) != 0)
        {
            throw Descriptor.Failure($"remove `{directory}`");
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }

    private static void Write(string file, string text) => File.WriteAllText(file, text);

    private static string Number(double number) => ((long)number).ToString(CultureInfo.InvariantCulture);

    private string? Of(string controller) =>
        _groups.FirstOrDefault(group => group.Mount.Controllers.Contains(controller)).Directory;

    private void LimitV2(Limits limits)
    {
        var directory = Unified!;
        Write(Path.Combine(directory, "memory.max"), Number(limits.MemoryBytes));
        WriteIfThere(Path.Combine(directory, "memory.swap.max"), "0");
        Write(Path.Combine(directory, "pids.max"), Number(limits.Processes + OwnProcesses));
        Write(Path.Combine(directory, "cpu.max"), $"{Number(limits.Cpu * CpuPeriod)} {Number(CpuPeriod)}");
    }

    private void LimitV1(Limits limits)
    {
        var memory = Of("memory")!;
        Write(Path.Combine(memory, "memory.limit_in_bytes"), Number(limits.MemoryBytes));
        WriteIfThere(Path.Combine(memory, "memory.memsw.limit_in_bytes"), Number(limits.MemoryBytes));
        Write(Path.Combine(Of("pids")!, "pids.max"), Number(limits.Processes + OwnProcesses));
        if (Of("cpu") is { } cpu)
        {
            Write(Path.Combine(cpu, "cpu.cfs_period_us"), Number(CpuPeriod));
            Write(Path.Combine(cpu, "cpu.cfs_quota_us"), Number(limits.Cpu * CpuPeriod));
        }
    }

    private static void WriteIfThere(string file, string text)
    {
        if (File.Exists(file))
        {
            Write(file, text);
        }
    }
}
