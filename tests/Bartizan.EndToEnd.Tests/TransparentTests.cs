using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Bartizan.Daemon;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Microsoft.AspNetCore.Http;

namespace Bartizan.EndToEnd.Tests;

/// <summary>Programs that know no proxy, on ports that are nobody's: decided, recorded and cut as what goes through the proxy.</summary>
public sealed class TransparentTests
{
    private const string Curl = "curl -sS --noproxy '*'";

    // A client of the protocol of lines, with sockets and nothing else: no variable says anything to it.
    private const string Talk = """
        talk() { python3 -c 'import socket,sys
        s=socket.create_connection((sys.argv[1],int(sys.argv[2])),20); f=s.makefile("rw",newline="\r\n")
        print(f.readline().strip()); f.write("PING\r\n"); f.flush(); print(f.readline().strip())' "$1" "$2" 2>&1 | tail -n 2; }

        """;

    [Fact]
    public async Task A_store_on_a_port_of_its_own_is_reached_by_its_name_and_entries_say_so()
    {
        await using var scene = await Scene.OpenAsync();
        await using var store = new LineStore(IPAddress.Loopback);
        Allow(scene, $"connect cache.test:{store.Port}");
        await using var daemon = await StartAsync(scene);

        var run = await scene.RunAsync(
            Talk + $"talk cache.test {store.Port}; talk cache.test 25; talk other.test {store.Port}"
        );

        run.Output.ShouldContain("+READY\n+PONG\n", Case.Sensitive, run.ToString());
        run.Output.Split("Connection reset by peer").Length.ShouldBe(3, run.ToString());
        var log = await scene.LogAsync("verb:connect");
        log.Count(e => $"{e["kind"]} {e["target"]}" == $"outcome cache.test:{store.Port}").ShouldBe(1);
        log.Count(e => $"{e["kind"]} {e["target"]}" == "refusal cache.test:25").ShouldBe(1);
        log.Count(e => $"{e["kind"]} {e["target"]}" == $"refusal other.test:{store.Port}").ShouldBe(1);
        (await scene.LogAsync("kind:receipt")).ShouldHaveSingleItem().ToJsonString().ShouldContain("every TCP port");
    }

    [Fact]
    public async Task An_address_that_a_rule_names_is_reached_and_every_other_has_no_route()
    {
        var own = NetworkInterface
            .GetAllNetworkInterfaces()
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        Assert.SkipUnless(own is not null, "this host has no address but loopback");
        await using var scene = await Scene.OpenAsync();
        await using var store = new LineStore(own!);
        Allow(scene, $"connect {own}:{store.Port}");
        await using var daemon = await StartAsync(scene);

        var run = await scene.RunAsync(
            Talk
                + $"talk {own} {store.Port}; talk {own} 22; talk 169.254.169.254 80; talk 169.254.169.254 6379; talk fd00:ec2::254 80; talk 1.1.1.1 853"
        );

        run.Output.ShouldContain("+READY\n+PONG\n", Case.Sensitive, run.ToString());
        run.Output.Split("Connection reset by peer").Length.ShouldBe(2, run.ToString());
        run.Output.Split("Network is unreachable").Length.ShouldBe(5, run.ToString());
        var log = await scene.LogAsync("verb:connect");
        log.Count(e => $"{e["kind"]} {e["target"]}" == $"outcome {own}:{store.Port}").ShouldBe(1);
        log.Count(e => $"{e["kind"]} {e["target"]}" == $"refusal {own}:22").ShouldBe(1);
    }

    [Fact]
    public async Task Requests_in_the_clear_and_by_tls_are_decided_one_by_one()
    {
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var raw = new Egress.RawHost();
        await using var server = await SecureServer.StartAsync(
            outside.Sign("api.test"),
            context => context.Response.WriteAsync("over tls")
        );
        var (clear, tls) = ($"http://web.test:{raw.Port}", $"https://api.test:{server.Address.Port}");
        Allow(scene, $"http GET {clear}/open/**", $"http GET {tls}/repos/**");
        File.AppendAllText(scene.ManifestPath, $"\nhosts:\n  api.test: {{ ca: {outside.File} }}\n");
        await using var daemon = await StartAsync(scene);

        var run = await scene.RunAsync(
            $"{Curl} {clear}/open/a; echo; {Curl} {clear}/closed; {Curl} {tls}/repos/a; echo; {Curl} {tls}/user; "
                + $"{Curl} http://web.test:1/; {Curl} https://api.test:1/ 2>&1"
        );

        run.Output.ShouldContain("hello\n", Case.Sensitive, run.ToString());
        run.Output.ShouldContain($"bartizan refused `http GET {clear}/closed`");
        run.Output.ShouldContain("over tls");
        run.Output.ShouldContain($"bartizan refused `http GET {tls}/user`");
        run.Output.ShouldContain("bartizan refused `connect web.test:1`");
        run.Output.ShouldContain("access denied");
        server.Asked.ShouldHaveSingleItem().ShouldStartWith("GET /repos/a");
        raw.Heard.ShouldNotContain("closed");
    }

    [Fact]
    public async Task A_kill_cuts_what_was_captured()
    {
        await using var scene = await Scene.OpenAsync();
        await using var store = new LineStore(IPAddress.Loopback);
        Allow(scene, $"connect cache.test:{store.Port}");
        await using var daemon = await StartAsync(scene);
        await using var run = scene.StartRun($"exec 3<>/dev/tcp/cache.test/{store.Port}; head -n 1 <&3; sleep 6000; :");
        await run.SaysAsync("+READY");

        var session = await scene.SessionAsync();
        (await scene.BartizanAsync("kill", session)).Code.ShouldBe(0);

        await store.Broken.WaitAsync(Running.Limit, TestContext.Current.CancellationToken);
        await run.EndAsync();
    }

    private static async Task<BartizanDaemon> StartAsync(Scene scene) =>
        await BartizanDaemon.StartAsync(
            new DaemonOptions
            {
                Home = scene.Home,
                Resolve = (_, _) => ValueTask.FromResult<ImmutableArray<IPAddress>>([IPAddress.Loopback]),
            },
            CancellationToken.None
        );

    private static void Allow(Scene scene, params string[] rules) =>
        scene.WriteManifest(
            rules: string.Join('\n', rules.Select(rule => $"  - allow: {rule}\n    why: What it dials."))
        );
}
