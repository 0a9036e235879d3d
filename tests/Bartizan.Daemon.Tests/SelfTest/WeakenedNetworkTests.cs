using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Daemon.SelfTest;
using Bartizan.Gateway.Egress;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.SelfTest;

namespace Bartizan.Daemon.Tests.SelfTest;

/// <summary>Negative controls: with a protection of the egress proxy taken away the self-test must fail and name it.</summary>
[Collection(CanaryPorts.Name)]
public sealed class WeakenedNetworkTests
{
    [Fact]
    public async Task With_a_rule_too_many_it_fails_and_names_the_rules() =>
        await FailsAsync(
            ["P01"],
            "rules",
            ["P02", "P08", "P14"],
            static test =>
                test.With(field => field with { MoreRules = Rule("connect", $"{Field.Denied}:{field.Tunnel}") })
        );

    [Fact]
    public async Task With_rules_that_name_private_hosts_it_fails_and_names_the_address_guard() =>
        await FailsAsync(
            ["P04"],
            "address guard",
            ["P01", "P06"],
            static test =>
                test.With(static field =>
                    field with
                    {
                        Guarded = "guarded.test",
                        MoreRules = Rule("http *", $"http://a0.guarded.test:{field.Http}/**"),
                    }
                )
        );

    [Fact]
    public async Task With_a_resolver_that_asks_for_every_name_it_fails_and_names_the_fake_dns() =>
        await FailsAsync(
            ["P19"],
            "fake DNS",
            ["P01", "P18"],
            static test =>
                test.Serving(
                    static (listeners, resolver) =>
                    {
                        _ = AskAsync(listeners.Dns, resolver);
                        return new EgressListeners
                        {
                            Proxy = listeners.Egress,
                            CaptureHttp = listeners.CaptureHttp,
                            CaptureTls = listeners.CaptureTls,
                        };
                    }
                )
        );

    [Fact]
    public async Task Without_a_look_at_the_name_in_TLS_it_fails_and_names_the_check() =>
        await FailsAsync(
            ["P09", "P10"],
            "TLS name check",
            ["P01", "P08", "P12", "P13", "P14"],
            static test => test.Serving(static (l, _) => Behind(WeakProxy.WithoutTlsNames(l.Egress), l))
        );

    [Fact]
    public async Task Without_the_reader_of_requests_it_fails_and_names_it() =>
        await FailsAsync(
            ["P12", "P13", "P29"],
            "HTTP reader",
            ["P01", "P09", "P10", "P14"],
            static test => test.Serving(static (l, _) => Behind(WeakProxy.WithoutReader(l.Egress), l))
        );

    private static EgressListeners Behind(Socket proxy, SandboxListeners listeners) =>
        new()
        {
            Proxy = proxy,
            CaptureHttp = listeners.CaptureHttp,
            CaptureTls = listeners.CaptureTls,
            CaptureAny = listeners.CaptureAny,
            CaptureAnySix = listeners.CaptureAnySix,
            Dns = listeners.Dns,
        };

    private static string Rule(string verb, FormattableString target) =>
        $"  - allow: {verb} {FormattableString.Invariant(target)}\n    why: One too many.\n";

    // The attempts of the lost layer are open and name it; those of its neighbours stay blocked.
    private static async Task FailsAsync(string[] open, string layer, string[] blocked, Func<Weak, Weak> weaken)
    {
        var backend = new BubblewrapBackend(new BubblewrapOptions(), TimeProvider.System);
        var host = backend.Probe();
        if (!host.CanIsolate)
        {
            Assert.Skip(string.Join(' ', host.Missing));
        }

        var weak = weaken(new Weak(backend) { Attempts = [.. open, .. blocked] });
        var attempts = await weak.RunAsync(TestContext.Current.CancellationToken);
        foreach (var attempt in attempts)
        {
            var expected = open.Contains(attempt.Id) ? AttemptResult.Open : AttemptResult.Blocked;
            attempt.Result.ShouldBe(expected, $"{attempt.Id}: {attempt.Observed} | {attempt.Control}");
        }

        attempts.Where(a => open.Contains(a.Id)).ShouldAllBe(a => a.Layer.Contains(layer));
        attempts.Length.ShouldBe(open.Length + blocked.Length);
    }

    // Asks the resolver for the first labels of whatever comes, as a forwarding resolver would.
    private static async Task AskAsync(Socket socket, INameResolver resolver)
    {
        var buffer = new byte[1500];
        var from = new IPEndPoint(IPAddress.Any, 0);
        try
        {
            while (true)
            {
                var got = await socket.ReceiveFromAsync(buffer, from);
                if (HostName.TryParse(NameOf(buffer.AsSpan(12, got.ReceivedBytes - 12)), out var host, out _))
                {
                    await resolver.ResolveAsync(host, CancellationToken.None);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The sandbox is gone.
        }
    }

    private static string NameOf(ReadOnlySpan<byte> labels)
    {
        var name = new StringBuilder();
        for (var at = 0; at < labels.Length && labels[at] != 0; at += labels[at] + 1)
        {
            name.Append(name.Length > 0 ? "." : "")
                .Append(Encoding.Latin1.GetString(labels[(at + 1)..Math.Min(at + 1 + labels[at], labels.Length)]));
        }

        return name.ToString();
    }

    private sealed record Weak(BubblewrapBackend Backend)
    {
        public required string[] Attempts { get; init; }

        private Func<Field, Field> Change { get; init; } = static field => field;

        private Func<SandboxListeners, INameResolver, EgressListeners>? Serve { get; init; }

        public Weak With(Func<Field, Field> change) => this with { Change = change };

        public Weak Serving(Func<SandboxListeners, INameResolver, EgressListeners> serve) =>
            this with
            {
                Serve = serve,
            };

        public Task<ImmutableArray<Attempt>> RunAsync(CancellationToken cancellationToken)
        {
            var options = new EscapeTestOptions();
            var test = Serve is { } serve
                ? new NetworkEscapeTest(Backend, options)
                {
                    Makes = Attempts.Contains,
                    Weaken = Change,
                    Serve = serve,
                }
                : new NetworkEscapeTest(Backend, options) { Makes = Attempts.Contains, Weaken = Change };
            return test.RunAsync(cancellationToken);
        }
    }
}
