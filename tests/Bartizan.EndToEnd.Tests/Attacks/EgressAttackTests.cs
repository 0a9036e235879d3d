using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Daemon;
using Bartizan.EndToEnd.Tests.Egress;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Microsoft.AspNetCore.Http;

namespace Bartizan.EndToEnd.Tests.Attacks;

/// <summary>One program in one real sandbox tries every way out that we know; each is stopped, by the layer that its line names.</summary>
public sealed class EgressAttackTests(ITestOutputHelper output)
{
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly ConcurrentQueue<string> _fields = [];

    [Fact]
    public async Task Every_way_out_is_stopped_by_the_layer_that_is_named()
    {
        EgressAttack.All.Count.ShouldBeGreaterThanOrEqualTo(80);
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        using var nobody = new TestAuthority("Nobody");
        await using var raw = new RawHost();
        await using var secure = await SecureServer.StartAsync(outside.Sign("api.test"), HearAsync);
        await using var stranger = await SecureServer.StartAsync(nobody.Sign("stranger.test"));
        await using var misnamed = await SecureServer.StartAsync(outside.Sign("evil-mark.org"));
        var ground = new Ground(raw.Port, secure.Address.Port, stranger.Address.Port, misnamed.Address.Port);
        Write(scene, outside, ground);
        await using var daemon = await BartizanDaemon.StartAsync(
            new DaemonOptions { Home = scene.Home, Resolve = ResolveAsync },
            CancellationToken.None
        );

        var own = Path.Combine(AppContext.BaseDirectory, "Bartizan.EndToEnd.Tests.dll");
        var run = await scene.BartizanAsync("run", "--", "dotnet", own, "attack", ground.Text);

        ShouldBeStopped(run);
        var asked = secure.Asked.Concat(stranger.Asked).Concat(misnamed.Asked).ToList();
        (raw.Heard + string.Join('\n', asked) + string.Join('\n', _fields)).ShouldNotContain(
            EgressAttack.Mark,
            Case.Insensitive
        );
        _asked.ShouldAllBe(name => !name.Contains(EgressAttack.Mark, StringComparison.Ordinal));
        // What got through where it may: these hosts are there, and were reached.
        raw.Heard.ShouldContain("POST / HTTP/1.1");
        raw.Heard.ShouldStartWith("x");
        asked.ShouldContain("GET /repos/a HTTP/1.1");
        await ShouldBeRecordedAsync(scene);
    }

    [Fact]
    public async Task The_page_lists_them_with_their_layers()
    {
        var page = new StringBuilder();
        page.Append(
            CultureInfo.InvariantCulture,
            $"""
            # Attacks on the way out

            What a program inside a sandbox tries to get something out, and which layer stops it: {EgressAttack.All.Count} attempts, all made in one real sandbox by
            `tests/Bartizan.EndToEnd.Tests/Egress`, which this page is made from. A host outside that hears a byte of what it must not hear fails the test
            (`Every_way_out_is_stopped_by_the_layer_that_is_named`); so does an attempt that another layer stops. [The threat model](threat-model.md) says what isn't covered.

            | attempt | stopped by |
            |---|---|

            """
        );
        foreach (var attack in EgressAttack.All)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"| {attack.Name.Replace("|", "\\|", StringComparison.Ordinal)} | {NameOf(attack.Layer)} |\n"
            );
        }

        EgressAttack.All.Select(a => a.Name).ShouldBeUnique();
        var place = Path.Combine(Root(), "docs", "egress-attacks.md");
        if (Environment.GetEnvironmentVariable("BARTIZAN_GOLDEN") == "write")
        {
            await File.WriteAllTextAsync(place, page.ToString());
        }

        (await File.ReadAllTextAsync(place)).ShouldBe(page.ToString(), "write it anew with BARTIZAN_GOLDEN=write");
    }

    private Task HearAsync(HttpContext context)
    {
        foreach (var (name, values) in context.Request.Headers)
        {
            _fields.Enqueue($"{name}: {values}");
        }

        return context.Response.WriteAsync("hello");
    }

    private void ShouldBeStopped(Finished run)
    {
        var told = run
            .Output.Split('\n')
            .Where(line => line.Contains('\t', StringComparison.Ordinal))
            .ToDictionary(
                line => int.Parse(line.Split('\t')[0], CultureInfo.InvariantCulture),
                line => line.Split('\t')[1]
            );
        var wrong = new List<string>();
        for (var i = 0; i < EgressAttack.All.Count; i++)
        {
            var attack = EgressAttack.All[i];
            var came = told.GetValueOrDefault(i, "it was never tried");
            output.WriteLine($"{attack.Name} → {NameOf(attack.Layer)}: {came}");
            var stopped = Shown(attack.Evidence)
                .Split('|')
                .Any(e => e.Length > 0 && came.Contains(e, StringComparison.OrdinalIgnoreCase));
            if (!stopped || came.Contains("GOT IT", StringComparison.Ordinal))
            {
                wrong.Add($"{attack.Name} ({attack.Layer}): `{came}` holds no `{attack.Evidence}`");
            }
        }

        wrong.ShouldBeEmpty(run.Error);
    }

    // As the program inside prints it.
    private static string Shown(string evidence) => evidence.Replace('\0', ' ');

    private static async Task ShouldBeRecordedAsync(Scene scene)
    {
        var log = await scene.LogAsync();
        var said = string.Join('\n', log.Select(e => $"{e["kind"]} {e["reason"]} {e["detail"]}"));
        said.ShouldContain("leads to `10.0.0.1`, which is private");
        said.ShouldContain("TLS names `evil-mark.org` in a tunnel to `good.tunnel.test`");
        said.ShouldContain("TLS encrypts the name of the host it wants (ECH)");
        said.ShouldContain("placeholder-misplaced high");
        said.ShouldContain("no authority that is trusted here vouches");
        // One by one, or above the rate in one entry that counts them: how many come so fast is the machine's affair.
        log.Where(e => (string?)e["kind"] == "refusal")
            .Sum(e => e["count"]?.GetValue<long>() ?? 1)
            .ShouldBeGreaterThan(100);
    }

    private ValueTask<ImmutableArray<IPAddress>> ResolveAsync(HostName host, CancellationToken cancellationToken)
    {
        _asked.Enqueue(host.Text);
        return AddressAttacks.AnswerTo(host.Text, _asked.Count(name => name == host.Text)) is { } addresses
            ? ValueTask.FromResult(addresses)
            : throw new SocketException((int)SocketError.HostNotFound);
    }

    private static string NameOf(Layer layer) =>
        layer switch
        {
            Layer.Policy => "policy",
            Layer.Parser => "parser",
            Layer.AddressCheck => "address check",
            Layer.TlsName => "name in TLS",
            Layer.ConnectionName => "name of the connection",
            Layer.Certificate => "host's certificate",
            Layer.Resolver => "resolver inside",
            Layer.Network => "sandbox network",
            Layer.Kernel => "sandbox kernel interface",
            Layer.Identity => "identity of the listener",
            Layer.Injection => "injection",
            Layer.Framing => "framing anew",
            _ => throw new ArgumentOutOfRangeException(nameof(layer)),
        };

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Bartizan.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    private static void Write(Scene scene, TestAuthority outside, Ground ground)
    {
        scene.WriteManifest(
            run: $"  mounts: [{{ path: \"{AppContext.BaseDirectory.TrimEnd('/')}\", as: read-only }}]",
            rules: $$"""
              - allow: connect good.tunnel.test:{{ground.Raw}}
                why: A host that takes any bytes.
              - allow: connect good.tunnel.test:443
                why: A host with TLS.
              - allow: connect rebind.test:{{ground.Raw}}
                why: A host whose address changes.
              - allow: connect *.inside.example:{{ground.Raw}}
                why: Hosts whose names lead inside.
              - allow: http GET http://metadata.inside.example/**
                why: A host whose name leads inside.
              - allow: http * http://good.plain.test:{{ground.Raw}}/**
                why: A host in the clear.
              - allow: http GET http://good.plain.test/**
                why: A host in the clear.
              - allow: http GET https://api.test:{{ground.Secure}}/repos/**
                why: What it reads.
              - allow: http POST https://api.test:{{ground.Secure}}/repos/**
                why: What it writes.
              - allow: http POST https://api.test:{{ground.Secure}}/quiet/**
                why: What it writes.
              - allow: http GET https://api.test:{{ground.Secure}}/lent/**
                with: lent
                why: What it reads with a credential.
              - allow: http GET https://stranger.test:{{ground.Stranger}}/repos/**
                why: A host that nobody vouches for.
              - allow: http GET https://misnamed.test:{{ground.Misnamed}}/repos/**
                why: A host with a certificate of another.
            hosts:
              api.test: { ca: {{outside.File}} }
              misnamed.test: { ca: {{outside.File}} }
            """
        );
        var value = Path.Combine(scene.Root, "lent");
        File.WriteAllText(value, "ghp_7hQ2mK9vX4pL1sD8fG3jH6kW5zC0bN2rT9yU");
        File.SetUnixFileMode(value, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(
            scene.ManifestPath,
            File.ReadAllText(scene.ManifestPath)
                .Replace(
                    "credentials:\n",
                    $"credentials:\n  lent: {{ from: \"file:{value}\", as: LENT_TOKEN, like: github }}\n",
                    StringComparison.Ordinal
                )
        );
    }
}
