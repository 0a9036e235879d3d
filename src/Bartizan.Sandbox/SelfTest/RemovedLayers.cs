using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Oci;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>H08: a launch from which a layer was taken away must be refused, not go on weaker.</summary>
internal sealed class RemovedLayers(IIsolationBackend backend, EscapeTestOptions options, string stage)
{
    private const string Refused = "refused";
    private static readonly string[] Namespaces = ["ipc", "pid", "net", "uts"];

    /// <summary>Takes each away in turn.</summary>
    public async Task<Attempt> RunAsync(CancellationToken cancellationToken)
    {
        if (backend is not IRewritableBackend rewritable)
        {
            return Make(AttemptResult.NotApplicable, "", "", "this backend's launch can't be taken apart");
        }

        var host = rewritable.Probe();
        var seen = new List<string>();
        var accepted = false;
        foreach (var (layer, remove) in rewritable is OciBackend ? ContainerLayers() : Layers(host))
        {
            var answer = await TryAsync(rewritable, remove, cancellationToken).ConfigureAwait(false);
            accepted |= answer != Refused;
            seen.Add($"without {layer}: {answer}");
        }

        var whole = await TryAsync(rewritable, static _ => { }, cancellationToken).ConfigureAwait(false);
        var control = whole != Refused;
        return Make(
            accepted ? AttemptResult.Open
                : control ? AttemptResult.Blocked
                : AttemptResult.Inconclusive,
            string.Join(", ", seen),
            "with all layers: " + whole,
            accepted || control ? null : "its control failed"
        );
    }

    private static IEnumerable<(string Layer, Action<LaunchSpecs> Remove)> Layers(HostReport host)
    {
        yield return ("Landlock", static specs => LaunchSpecs.Remove(specs.Shim, "landlock", following: 2));
        yield return ("seccomp", static specs => LaunchSpecs.Remove(specs.Shim, "filter", following: 0));
        yield return ("network namespace", static specs => ShareOnly(specs, "net"));
        yield return ("PID namespace", static specs => ShareOnly(specs, "pid"));
        yield return ("IPC namespace", static specs => ShareOnly(specs, "ipc"));
        if (host.Root)
        {
            yield return ("a host user", static specs => LaunchSpecs.Remove(specs.Launch, "user", following: 1));
        }

        if (host.Limits != LimitTier.Rlimits)
        {
            yield return ("cgroups", static specs => LaunchSpecs.Remove(specs.Launch, "cgroup", following: 1));
        }
    }

    // Of a container: limits are put on from outside and looked at there, so no word can take them away.
    private static IEnumerable<(string Layer, Action<LaunchSpecs> Remove)> ContainerLayers()
    {
        yield return ("Landlock", static specs => LaunchSpecs.Remove(specs.Shim, "landlock", following: 2));
        yield return ("seccomp", static specs => LaunchSpecs.Remove(specs.Shim, "filter", following: 0));
        yield return ("network namespace", static specs => ShareHost(specs, "--network"));
        yield return ("PID namespace", static specs => ShareHost(specs, "--pid"));
        yield return ("IPC namespace", static specs => ShareHost(specs, "--ipc"));
        yield return (
            "a host user",
            static specs =>
            {
                LaunchSpecs.Remove(specs.Launch, "--uidmap", following: 1);
                LaunchSpecs.Remove(specs.Launch, "--gidmap", following: 1);
            }
        );
    }

    private static void ShareHost(LaunchSpecs specs, string option) =>
        specs.Launch[specs.Launch.IndexOf(option) + 1] = "host";

    private static void ShareOnly(LaunchSpecs specs, string shared)
    {
        LaunchSpecs.Remove(specs.Arguments, "--unshare-all", following: 0);
        specs.Arguments.InsertRange(0, Namespaces.Where(kind => kind != shared).Select(kind => "--unshare-" + kind));
    }

    private async Task<string> TryAsync(
        IRewritableBackend rewritable,
        Action<LaunchSpecs> rewrite,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var plan = ProbeRun.Plan(options, stage, new byte[] { 0 }, "wait");
            var sandbox = await rewritable.PrepareAsync(plan, rewrite, cancellationToken).ConfigureAwait(false);
            await using var _ = sandbox.ConfigureAwait(false);
            await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
            using var listeners = await sandbox.InjectAsync(cancellationToken).ConfigureAwait(false);
            await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);
            return "accepted";
        }
        catch (SandboxUnavailableException)
        {
            return Refused;
        }
    }

    private static Attempt Make(AttemptResult result, string observed, string control, string? reason) =>
        new()
        {
            Id = "H08",
            Layer = "launch",
            Observed = observed,
            Control = control,
            Result = result,
            Reason = reason,
        };
}
