using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Sandbox.ControlGroups;

/// <summary>What cgroups this process may make, found once: a delegated v2 subtree, else v1 directories, else none.</summary>
internal sealed class CgroupHost
{
    private const string NamePrefix = "bartizan-";
    private static readonly ImmutableArray<string> V2Required = ["memory", "pids", "cpu"];

    private CgroupHost(LimitTier tier, ImmutableArray<CgroupMount> mounts)
    {
        Tier = tier;
        Mounts = mounts;
    }

    /// <summary>The strongest tier of limits.</summary>
    public LimitTier Tier { get; }

    /// <summary>The hierarchies a sandbox gets a directory in.</summary>
    public ImmutableArray<CgroupMount> Mounts { get; }

    /// <summary>How a pause holds processes.</summary>
    public PauseTier Pause =>
        Mounts.Any(static mount => mount.Controllers.Contains("freezer")) ? PauseTier.FreezerV1
        : Mounts.Any(static mount => mount.Unified) ? PauseTier.FreezerV2
        : PauseTier.Stop;

    /// <summary>Tries what can be made here.</summary>
    public static CgroupHost Discover()
    {
        var all = CgroupMount.ReadAll();
        var unified = all.FirstOrDefault(static mount => mount.Unified);
        if (unified is not null && CanMakeIn(unified) && HasControllers(unified))
        {
            return new CgroupHost(LimitTier.CgroupV2, [unified]);
        }

        // The v2 directory is worth having without controllers: cgroup.kill and cgroup.events work all the same.
        var usable = all.Where(static mount => IsWanted(mount) && CanMakeIn(mount)).ToImmutableArray();
        var limits =
            usable.Any(static m => m.Controllers.Contains("memory"))
            && usable.Any(static m => m.Controllers.Contains("pids"));
        return new CgroupHost(limits ? LimitTier.CgroupV1 : LimitTier.Rlimits, usable);
    }

    /// <summary>Makes a session's cgroups with their limits.</summary>
    public SandboxCgroup Make(SessionId id, Limits limits) => SandboxCgroup.Make(this, NamePrefix + id, limits);

    /// <summary>The cgroups a session left behind, to be swept; empty ones too.</summary>
    public SandboxCgroup Find(SessionId id) => SandboxCgroup.Find(this, NamePrefix + id);

    private static bool IsWanted(CgroupMount mount) =>
        mount.Unified || mount.Controllers.Overlaps(["memory", "pids", "cpu", "freezer"]);

    // Controllers reach children only through subtree_control, which needs a cgroup without processes of its own. A manager
    // that delegates (systemd's Delegate=yes with a sub-group for the service) gives one; we don't move strangers.
    private static bool HasControllers(CgroupMount mount)
    {
        try
        {
            var enabled = Path.Combine(mount.OwnDirectory, "cgroup.subtree_control");
            var words = File.ReadAllText(enabled).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return V2Required.All(words.Contains);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool CanMakeIn(CgroupMount mount)
    {
        var trial = Path.Combine(mount.OwnDirectory, $"{NamePrefix}trial-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(trial);
            Directory.Delete(trial);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
