using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Oci;

/// <summary>
/// What must hold of a container before the go. The engine is asked for it, and its word is not taken: all is looked at from outside,
/// through the kernel. Anything else, unknown or missing refuses the launch.
/// </summary>
/// <param name="Ids">Who its two users are.</param>
/// <param name="Mounts">What is mounted by the plan and by us, by its path inside.</param>
internal sealed record ContainerCheck(HostIds Ids, ImmutableDictionary<string, PlannedMount> Mounts)
{
    /// <summary>What the receipt says of it.</summary>
    public const string Looked =
        "both processes' program, users, groups, user map, capabilities, no_new_privs, PID and other namespaces; the filter of PID 1; "
        + "that there is no network but loopback; every mount against the plan";

    /// <summary>What the kernel itself shows; no disk of the host's is any of it.</summary>
    private static readonly ImmutableHashSet<string> Kernel =
    [
        "proc",
        "sysfs",
        "tmpfs",
        "devpts",
        "mqueue",
        "cgroup",
        "cgroup2",
    ];

    /// <summary>By which an engine tells programs that they are in a container.</summary>
    private const string EnginesFile = "/run/.containerenv";

    private static readonly ImmutableArray<string> KernelPlaces = ["/proc", "/sys", "/dev"];

    /// <summary>The devices that every container has, bound from the host's.</summary>
    private static readonly ImmutableHashSet<string> Devices =
    [
        "/null",
        "/zero",
        "/full",
        "/random",
        "/urandom",
        "/tty",
    ];

    private static readonly ImmutableArray<string> Capabilities = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];

    /// <summary>True when PID 1 has its filter, which it loads while the agent's process says that it is ready.</summary>
    public static bool HasFilter(ProcessFacts init) =>
        init["Seccomp"] == "2"
        && int.TryParse(init["Seccomp_filters"], CultureInfo.InvariantCulture, out var filters)
        && filters > 0;

    /// <summary>What does not hold, as the end of a sentence; null when all does.</summary>
    public string? Problem(ContainerFacts facts) =>
        ProblemOf(facts.Agent, "its process")
        ?? ProblemOf(facts.Init, "its PID 1")
        ?? PlacesOf(facts.Agent, facts.Init)
        ?? (HasFilter(facts.Init) ? null : "its PID 1 has no seccomp filter")
        ?? (facts.Interfaces is ["lo"] ? null : $"its network has `{Other(facts.Interfaces)}` beside loopback")
        ?? MountsOf(facts.Mounts)
        ?? Mounts
            .Where(pair => pair.Value.Node is { } node && facts.Shown.GetValueOrDefault(pair.Key) != node)
            .Select(static pair => $"`{pair.Key}` isn't what the plan shows there")
            .FirstOrDefault();

    private static string Other(ImmutableArray<string> interfaces) =>
        interfaces.FirstOrDefault(static name => name != "lo") ?? "nothing";

    private string? ProblemOf(ProcessFacts process, string whose)
    {
        var (agent, root) = (Text(Ids.Agent), Text(Ids.Root));
        string[] map = [$"0 {root} 1", $"{SandboxPaths.AgentId} {agent} 1"];
        var own = $"{agent} {agent} {agent} {agent}";
        return ProcessFamily.RequiredNamespaces.Except(process.Namespaces).FirstOrDefault() is { } shared
                ? $"{whose} shares the host's namespace `{shared}`"
            : !process.IsHelper ? $"{whose} runs another program than Bartizan's helper"
            : process["Uid"] != own || process["Gid"] != own ? $"{whose} isn't the session's host user"
            : process["Groups"].Length > 0 && process["Groups"] != agent ? $"{whose} is in groups of the host"
            : !IsMap(process.Users, map) || !IsMap(process.Groups, map) ? $"{whose} has other users than its two"
            : Capabilities.FirstOrDefault(name => !IsNone(process[name])) is { } left
                ? $"{whose} has capabilities left in `{left}`"
            : process["NoNewPrivs"] != "1" ? $"{whose} may gain privileges: `no_new_privs` isn't set"
            : null;
    }

    // INVARIANT: the init of a PID namespace of their own, directly below the host's, and the agent's process below that.
    private static string? PlacesOf(ProcessFacts agent, ProcessFacts init) =>
        init["NSpid"].Split(' ') is [_, "1"]
        && agent["NSpid"].Split(' ') is [_, not "1"]
        && agent["PPid"] == init["Pid"]
            ? null
            : "its process isn't a child of the first one of a PID namespace";

    private string? MountsOf(ImmutableArray<MountFact?> mounts)
    {
        foreach (var mount in mounts)
        {
            if (mount is null)
            {
                return "its mounts can't be read";
            }

            if (ProblemOf(mount) is { } problem)
            {
                return problem;
            }
        }

        var there = mounts.Select(static mount => mount!.Path).ToHashSet(StringComparer.Ordinal);
        return !there.Contains("/") ? "it has no root"
            : Mounts.Keys.FirstOrDefault(path => !there.Contains(path)) is { } missing
                ? $"nothing is mounted at `{missing}`"
            : null;
    }

    private string? ProblemOf(MountFact mount)
    {
        var path = mount.Path;
        if (path == "/")
        {
            return mount is { Kind: "overlay", IsReadOnly: true } ? null : "its root isn't the image, read-only";
        }

        if (Mounts.GetValueOrDefault(path) is { } planned)
        {
            return !planned.IsWritable && !mount.IsReadOnly ? $"`{path}` can be written to"
                : planned.Kind is not null && planned.Kind != mount.Kind ? $"`{path}` isn't what the plan shows there"
                : null;
        }

        if (path == EnginesFile && mount.IsReadOnly)
        {
            return null;
        }

        if (!KernelPlaces.Any(place => path == place || IsBelow(path, place)))
        {
            return $"something that the plan doesn't have is mounted at `{path}`";
        }

        return mount.Kind == "devtmpfs" && Devices.Contains(mount.Root) ? null
            : !Kernel.Contains(mount.Kind) ? $"`{path}` shows a file system of the host, `{mount.Kind}`"
            : mount.Kind is "sysfs" or "cgroup" or "cgroup2" && !mount.IsReadOnly ? $"`{path}` can be written to"
            : null;
    }

    private static bool IsMap(ImmutableArray<string> map, string[] wanted) => map.ToHashSet().SetEquals(wanted);

    private static bool IsNone(string capabilities) =>
        capabilities.Length > 0 && capabilities.All(static c => c == '0');

    private static bool IsBelow(string path, string place) => path.StartsWith(place + "/", StringComparison.Ordinal);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
