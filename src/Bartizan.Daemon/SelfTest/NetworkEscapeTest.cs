using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Gateway.Egress;
using Bartizan.Sandbox;
using Bartizan.Sandbox.SelfTest;

namespace Bartizan.Daemon.SelfTest;

/// <summary>
/// The network half of the escape self-test, P01 to P23 and P28 to P32: a real sandbox, the real egress proxy and monitor, a
/// manifest that allows one canary host, canary servers on the host's loopback and a resolver that answers what the case
/// needs. Every attempt has a control that must reach the canary. Nothing of it leaves the host.
/// </summary>
public sealed class NetworkEscapeTest(IIsolationBackend backend, EscapeTestOptions options)
{
    /// <summary>Which attempts are made, for tests that the self-test can fail: what they don't look at is left out.</summary>
    internal Func<string, bool> Makes { get; init; } = static _ => true;

    /// <summary>Changes the field, for tests that the self-test can fail.</summary>
    internal Func<Field, Field> Weaken { get; init; } = static field => field;

    /// <summary>Which of a sandbox's listeners the proxy gets, for tests that the self-test can fail.</summary>
    internal Func<SandboxListeners, INameResolver, EgressListeners> Serve { get; init; } =
        static (listeners, _) => SandboxEgress.Of(listeners);

    /// <summary>P31: how long a tunnel may outlive its session.</summary>
    private static readonly TimeSpan CutWithin = TimeSpan.FromMilliseconds(50);

    /// <summary>For a tunnel to end after its session was ended: far above what is allowed, so that it is measured.</summary>
    private static readonly TimeSpan CutAtMost = TimeSpan.FromSeconds(5);

    private const string KillAttempt = "P31";
    private const string CrashAttempt = "P32";
    private const string KillMarker = "P31-kill-mark";
    private const string CrashCase = "P32-crash-mark";
    private const string RouteCase = "P32-route-mark";
    private const int ReceiveMilliseconds = 20_000;

    private static readonly ImmutableDictionary<string, string> Layers = new Dictionary<string, string>
    {
        ["P01"] = "rules",
        ["P02"] = "rules (address literals)",
        ["P03"] = "host names",
        ["P04"] = "address guard",
        ["P05"] = "address pinning",
        ["P06"] = "address guard",
        ["P07"] = "host names",
        ["P08"] = "rules",
        ["P09"] = "TLS name check",
        ["P10"] = "TLS name check",
        ["P11"] = "fake DNS and Host (cleartext)",
        ["P12"] = "HTTP reader",
        ["P13"] = "HTTP reader",
        ["P14"] = "rules (ports)",
        ["P15"] = "TLS name check",
        ["P16"] = "HTTP reader (cleartext)",
        ["P17"] = "rules",
        ["P18"] = "network namespace",
        ["P19"] = "fake DNS",
        ["P20"] = "fake DNS",
        ["P21"] = "network namespace, rules",
        ["P22"] = "fake DNS",
        ["P23"] = "fake DNS",
        ["P28"] = "proxy limits",
        ["P29"] = "HTTP reader",
        ["P30"] = "rules (cleartext)",
        ["P31"] = "kill",
        ["P32"] = "network namespace",
    }.ToImmutableDictionary();

    /// <summary>Runs every attempt.</summary>
    /// <exception cref="SandboxUnavailableException">This host can't run a sandbox at all.</exception>
    public async Task<ImmutableArray<Attempt>> RunAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(options.RunWithin);
        var stage = Directory.CreateTempSubdirectory("bartizan-stage-");
        try
        {
            var attempts = await ThroughProxyAsync(stage.FullName, bound.Token).ConfigureAwait(false);
            return Makes(CrashAttempt)
                ? attempts.Add(await AfterCrashAsync(stage.FullName, bound.Token).ConfigureAwait(false))
                : attempts;
        }
        finally
        {
            stage.Delete(recursive: true);
        }
    }

    private async Task<ImmutableArray<Attempt>> ThroughProxyAsync(string stage, CancellationToken cancellationToken)
    {
        var canaries = new CanaryUpstream();
        await using var _ = canaries.ConfigureAwait(false);
        var http = canaries.Listen(Field.Address, 0, CanaryManner.Http);
        canaries.Listen(Field.Second, http, CanaryManner.Http);
        var field = Weaken(
            new Field(
                http,
                canaries.Listen(Field.Address, 0, CanaryManner.Listening),
                canaries.Listen(IPAddress.IPv6Loopback, 0, CanaryManner.Listening),
                canaries.Listen(Field.Address, 0, CanaryManner.Deaf),
                canaries.Listen(Field.Address, 80, CanaryManner.Http) > 0,
                canaries.Listen(Field.Address, 443, CanaryManner.Listening) > 0,
                OneSession.NewToken()
            )
        );
        canaries.RedirectTo = FormattableString.Invariant(
            $"http://{Field.Denied}:{http}/{ProxyCases.Marker("P17", "followed")}"
        );
        var resolver = MakeResolver(field);
        ImmutableArray<WireCase> cases =
        [
            .. ProxyCases.All(field),
            .. TunnelCases.All(field),
            .. NameCases.All(field),
            .. NameCases.Floods(field),
        ];
        cases = cases.RemoveAll(one => !Makes(one.Attempt));
        var script = new StringBuilder();
        foreach (var one in cases)
        {
            script.Append("case ").Append(one.Name).Append('\n').Append(one.Script);
        }

        if (Makes(KillAttempt))
        {
            script.Append(KillScript(field));
        }

        var plan = ProbeRun.Plan(options, stage, Encoding.UTF8.GetBytes(script.ToString()), "wire", ProbeRun.Settings);
        var (session, control) = OpenSession(plan.Id, field);
        var journal = new MemoryJournal();
        var only = new OneSession(session, field.Token);
        var clock = TimeProvider.System;
        var monitor = new ReferenceMonitor(only, journal, only, [], clock, new MonitorOptions());
        var egress = new EgressProxy(
            monitor,
            only,
            resolver,
            clock,
            new EgressOptions { HeadWithin = TimeSpan.FromSeconds(2) }
        );
        await using var __ = egress.ConfigureAwait(false);
        control.Start();

        var cut = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        canaries.Seen = visit => EndOnSight(visit, control, cut);
        var steps = await AttackAsync(plan, egress, session, resolver, cancellationToken).ConfigureAwait(false);
        var seen = new Evidence(steps, canaries, resolver, journal);
        var attempts = cases
            .GroupBy(one => one.Attempt)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => Sum(group.Key, [.. group.Select(one => (one, one.Judge(one, seen)))]));
        return Makes(KillAttempt)
            ? [.. attempts, await KilledAsync(steps, cut.Task).ConfigureAwait(false)]
            : [.. attempts];
    }

    private async Task<ILookup<string, WireLine>> AttackAsync(
        SandboxPlan plan,
        EgressProxy egress,
        Session session,
        CanaryResolver resolver,
        CancellationToken cancellationToken
    )
    {
        var sandbox = await backend.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
        await using var _ = sandbox.ConfigureAwait(false);
        await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
        using var listeners = await sandbox.InjectAsync(cancellationToken).ConfigureAwait(false);
        var binding = egress.Bind(session, Serve(listeners, resolver));
        await using var __ = binding.ConfigureAwait(false);
        await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);
        return Read(await ProbeRun.ReadToEndAsync(sandbox, cancellationToken).ConfigureAwait(false));
    }

    // P32: whoever held the listeners is gone, as after a crash of the daemon.
    private async Task<Attempt> AfterCrashAsync(string stage, CancellationToken cancellationToken)
    {
        var script = FormattableString.Invariant(
            $"case {CrashCase}\ntcp {Field.Loopback} {Field.Proxy}\ncase {RouteCase}\ntcp {Field.Nowhere} 443\n"
        );
        var plan = ProbeRun.Plan(options, stage, Encoding.UTF8.GetBytes(script), "wire", ProbeRun.Settings);
        var sandbox = await backend.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
        await using var _ = sandbox.ConfigureAwait(false);
        await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
        var listeners = await sandbox.InjectAsync(cancellationToken).ConfigureAwait(false);
        listeners.Dispose();
        await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);
        var steps = Read(await ProbeRun.ReadToEndAsync(sandbox, cancellationToken).ConfigureAwait(false));
        var proxy = Last(steps, CrashCase, "connect");
        var route = Last(steps, RouteCase, "connect");
        return Make(
            CrashAttempt,
            proxy == "ok" || route == "ok" ? AttemptResult.Open
                : proxy == "ECONNREFUSED" && route == "ENETUNREACH" ? AttemptResult.Blocked
                : AttemptResult.Inconclusive,
            $"the proxy's port: {proxy}; outside: {route}",
            "with the proxy there, the controls of P01 get through"
        );
    }

    private static CanaryResolver MakeResolver(Field field)
    {
        var resolver = new CanaryResolver(Field.Address);
        resolver.Answer(Field.Changing, [Field.Address], [Field.Second]);
        for (var i = 0; i < GuardedAddresses.All.Length; i++)
        {
            resolver.Answer(GuardedAddresses.NameOf(i, field), [IPAddress.Parse(GuardedAddresses.All[i].Address)]);
        }

        return resolver;
    }

    private static (Session Session, SessionControl Control) OpenSession(SessionId id, Field field)
    {
        var load = ManifestLoader.Load(field.Manifest, "self-test.yaml", static _ => null);
        var manifest =
            load.Manifest
            ?? throw new InvalidOperationException(
                "the self-test's own manifest does not load: "
                    + string.Join("; ", load.Errors.Select(e => e.ToString()))
            );
        return Session.Open(id, manifest, Policy.Compile(manifest), "self-test", observe: false);
    }

    private static string KillScript(Field field)
    {
        var connect = Convert.ToHexStringLower(
            Encoding.Latin1.GetBytes(Field.Connect(FormattableString.Invariant($"{Field.Canary}:{field.Tunnel}")))
        );
        var marker = Convert.ToHexStringLower(Encoding.Latin1.GetBytes(KillMarker));
        return FormattableString.Invariant(
            $"""
            case {KillMarker}
            tcp {Field.Loopback} {Field.Proxy}
            send {connect}
            head {ReceiveMilliseconds}
            send {marker}
            all {ReceiveMilliseconds}
            tcp {Field.Loopback} {Field.Proxy}
            send {connect}
            head {ReceiveMilliseconds}
            wait {CutWithin.Milliseconds}
            tcp {Field.Loopback} {Field.Proxy}

            """
        );
    }

    private static void EndOnSight(Visit visit, SessionControl control, TaskCompletionSource<TimeSpan> cut)
    {
        if (!visit.Text.Contains(KillMarker, StringComparison.Ordinal) || control.Session.State != SessionState.Running)
        {
            return;
        }

        var started = Stopwatch.GetTimestamp();
        control.End();
        _ = MeasureAsync(visit, started, cut);

        static async Task MeasureAsync(Visit visit, long started, TaskCompletionSource<TimeSpan> cut)
        {
            await visit.Ended.WaitAsync(CutAtMost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cut.TrySetResult(Stopwatch.GetElapsedTime(started));
        }
    }

    private static async Task<Attempt> KilledAsync(ILookup<string, WireLine> steps, Task<TimeSpan> cut)
    {
        var reached = cut.IsCompleted || Last(steps, KillMarker, "all").Length > 0;
        var took = reached ? await cut.WaitAsync(CutAtMost).ConfigureAwait(false) : TimeSpan.MaxValue;
        var again = Last(steps, KillMarker, "connect");

        // A connection that the closing listener had already taken may hear a refusal; a second tunnel is what must not stand.
        var stands = Convert.ToHexStringLower("HTTP/1.1 200"u8);
        var granted =
            steps[KillMarker]
                .Count(line => line.Step == "head" && line.Bytes.StartsWith(stands, StringComparison.OrdinalIgnoreCase))
            > 1;
        var result =
            !reached ? AttemptResult.Inconclusive
            : took > CutWithin || granted || again == "ok" ? AttemptResult.Open
            : again == "ECONNREFUSED" ? AttemptResult.Blocked
            : AttemptResult.Inconclusive;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"cut after {took.TotalMilliseconds:F1} ms; then {again}"
        );
        return Make(
            KillAttempt,
            result,
            reached ? text : "the tunnel did not stand",
            reached ? "the tunnel carried bytes before" : "the tunnel carried nothing"
        );
    }

    private static Attempt Sum(string id, ImmutableArray<(WireCase Case, Finding Finding)> cases)
    {
        var controls = cases.Where(c => c.Case.IsControl).ToList();
        var attacks = cases.Where(c => !c.Case.IsControl).ToList();
        var through = attacks.Where(c => c.Finding.Kind == FindingKind.Through).ToList();
        var unclear = attacks.Where(c => c.Finding.Kind == FindingKind.Unclear).ToList();
        var failed = controls.Where(c => c.Finding.Kind is FindingKind.Unclear or FindingKind.Stopped).ToList();
        var impossible = cases.Where(c => c.Finding.Kind == FindingKind.Impossible).ToList();
        var result =
            through.Count > 0 ? AttemptResult.Open
            : unclear.Count + failed.Count > 0 ? AttemptResult.Inconclusive
            : impossible.Count > 0 ? AttemptResult.NotApplicable
            : AttemptResult.Blocked;
        var told =
            through.Count > 0 ? through
            : unclear.Count > 0 ? unclear
            : attacks;
        return Make(id, result, Text(told), Text(controls)) with
        {
            Reason =
                result == AttemptResult.NotApplicable ? impossible[0].Finding.Observed
                : result == AttemptResult.Inconclusive && unclear.Count == 0 ? "its control failed"
                : null,
        };

        static string Text(List<(WireCase Case, Finding Finding)> some) =>
            string.Join("; ", some.Select(c => $"{c.Case.Name[4..^5]}: {c.Finding.Observed}"));
    }

    private static Attempt Make(string id, AttemptResult result, string observed, string control) =>
        new()
        {
            Id = id,
            Layer = Layers[id],
            Observed = observed,
            Control = control,
            Result = result,
        };

    private static string Last(ILookup<string, WireLine> steps, string one, string step) =>
        steps[one].LastOrDefault(line => line.Step == step)?.Result ?? "";

    private static ILookup<string, WireLine> Read(string output) =>
        output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(WireLine.Read)
            .OfType<WireLine>()
            .ToLookup(line => line.Id, StringComparer.Ordinal);
}
