using System.Collections.Immutable;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>
/// The escape self-test: tries to break out of a sandbox that is made exactly as an agent's is, attempt by attempt.
/// <code>
///  1 canaries   a key file, sockets, a process, a variable: put on the host, reachable for everybody
///  2 controls   every act once outside, where nothing forbids it: it must succeed
///  3 attack     the same acts inside, by the probe applet as the agent
///  4 look       from the host: users, namespaces, capabilities, what a kill leaves, what a launch refuses
///  5 judge      attempt by attempt, against the residuals that are checked in
/// </code>
/// What comes in is the backend under test. What goes out is a report; nothing is left on the host.
/// </summary>
public sealed class EscapeTest(IIsolationBackend backend, EscapeTestOptions options)
{
    private const UnixFileMode StageMode =
        UnixFileMode.UserRead
        | UnixFileMode.UserWrite
        | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherExecute;

    /// <summary>Runs every attempt.</summary>
    /// <exception cref="SandboxUnavailableException">This host can't run a sandbox at all.</exception>
    public async Task<EscapeReport> RunAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(options.RunWithin);
        var canaries = await HostCanaries
            .CreateAsync(options.Directory, options.HelperPath, bound.Token)
            .ConfigureAwait(false);
        await using var _ = canaries.ConfigureAwait(false);
        var ground = Directory.CreateDirectory(
            Path.Combine(options.Directory, "bartizan-stage-" + canaries.Mark),
            StageMode
        );
        var stage = ground.CreateSubdirectory("workspace").FullName;

        // A Landlock rule holds for the file itself, by whatever path: the launch helper, which no rule may allow, must not be
        // the same file as the applet, which one does.
        var applet = Path.Combine(ground.FullName, "applet");
        File.Copy(options.HelperPath, applet);
        var inside = options with { HelperPath = applet };
        try
        {
            var before = canaries.Sweep();
            var (receipt, lines) = await AttackAsync(inside, canaries, stage, bound.Token).ConfigureAwait(false);
            var after = canaries.Sweep();
            var outside = await ControlAsync(canaries, stage, bound.Token).ConfigureAwait(false);
            var host = new HostChecks(backend, inside, canaries, stage);
            ImmutableArray<Attempt> looked =
            [
                .. await host.RunAsync(bound.Token).ConfigureAwait(false),
                host.NothingChanged(before, after),
                await new ExportCheck(backend, inside, canaries).RunAsync(bound.Token).ConfigureAwait(false),
            ];
            var judged = AttemptJudge.Judge(
                [.. AttemptCatalogue.InSandbox, .. AttemptCatalogue.Layers],
                lines,
                outside
            );
            return Report(receipt, [.. judged.Select(a => Confirm(a, looked)), .. looked]);
        }
        finally
        {
            ground.Delete(recursive: true);
        }
    }

    private async Task<(SandboxReceipt, ImmutableDictionary<string, ProbeLine>)> AttackAsync(
        EscapeTestOptions insideOptions,
        HostCanaries canaries,
        string stage,
        CancellationToken cancellationToken
    )
    {
        var settings = ProbeSettings.Write(canaries, options, stage, inside: true);
        var plan = options.Shaped(ProbeRun.Plan(insideOptions, stage, settings, "run", ProbeRun.Settings));
        var sandbox = await backend.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
        await using var _ = sandbox.ConfigureAwait(false);
        await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
        using var listeners = plan.Network ? await sandbox.InjectAsync(cancellationToken).ConfigureAwait(false) : null;
        await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);
        var output = await ProbeRun.ReadToEndAsync(sandbox, cancellationToken).ConfigureAwait(false);
        return (sandbox.Receipt, ProbeLine.ReadAll(output));
    }

    private async Task<ImmutableDictionary<string, ProbeLine>> ControlAsync(
        HostCanaries canaries,
        string stage,
        CancellationToken cancellationToken
    )
    {
        var path = Path.Combine(canaries.Scratch, "settings");
        await File.WriteAllBytesAsync(
                path,
                ProbeSettings.Write(canaries, options, stage, inside: false),
                cancellationToken
            )
            .ConfigureAwait(false);
        return ProbeLine.ReadAll(
            await ProbeRun.OutsideAsync(options, path, canaries.Workspace, cancellationToken).ConfigureAwait(false)
        );
    }

    // From inside, nested user namespaces show the parent's number only. The host knows the real one.
    private static Attempt Confirm(Attempt attempt, ImmutableArray<Attempt> looked) =>
        attempt.Id == "priv.real_host_root_uid" && looked.FirstOrDefault(a => a.Id == HostChecks.HostUser) is { } seen
            ? attempt with
            {
                Result = seen.Result,
                Observed = seen.Observed,
                Control = seen.Control,
                Reason = seen.Reason,
            }
            : attempt;

    private EscapeReport Report(SandboxReceipt receipt, ImmutableArray<Attempt> attempts) =>
        new()
        {
            Backend = receipt.Backend,
            BackendVersion = receipt.BackendVersion,
            Kernel = receipt.Kernel,
            Tier = receipt.Limits,
            Host = backend.Probe(),
            Layers = receipt.Layers,
            Attempts = EscapeReport.Accept(attempts, Residuals.Load(), receipt.Limits),
        };
}
