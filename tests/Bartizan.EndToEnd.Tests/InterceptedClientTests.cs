using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;
using Bartizan.Daemon;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Microsoft.AspNetCore.Http;

namespace Bartizan.EndToEnd.Tests;

/// <summary>
/// Clients as they come, inside a sandbox, against a real https host whose requests are looked at: what docs/egress.md says of each.
/// </summary>
public sealed class InterceptedClientTests
{
    private const string Java = """
        import java.net.URI;
        import java.net.http.*;
        public class Fetch {
            public static void main(String[] args) throws Exception {
                var url = URI.create(args[0]).toURL();
                System.out.println(new String(url.openConnection().getInputStream().readAllBytes()) + " by HttpURLConnection");
                var client = HttpClient.newBuilder().proxy(java.net.ProxySelector.getDefault()).build();
                var answer = client.send(HttpRequest.newBuilder(URI.create(args[0])).build(), HttpResponse.BodyHandlers.ofString());
                System.out.println(answer.body() + " by HttpClient over " + answer.version());
            }
        }
        """;

    private const string Go = """
        package main

        import ("fmt"; "io"; "net/http"; "os")

        func main() {
            answer, err := http.Get(os.Args[1])
            if err != nil { fmt.Println(err); os.Exit(1) }
            text, _ := io.ReadAll(answer.Body)
            fmt.Printf("%s over %s\n", text, answer.Proto)
        }
        """;

    // What a client says when it got through, after the words of the host.
    [Theory]
    [InlineData("curl", "/usr/bin/curl", "hello curl")]
    [InlineData("python-urllib", "/usr/bin/python3", "hello python-urllib")]
    [InlineData("python-requests", "/usr/lib/python3/dist-packages/requests", "hello python-requests")]
    [InlineData("node", "node 24", "hello node")]
    [InlineData("npm", "/usr/bin/npm", "\"version\": \"1.0.0\"")]
    [InlineData("dotnet", "dotnet", "hello dotnet over 2.0")]
    [InlineData("go", "/usr/bin/go", "hello go over HTTP/2.0")]
    [InlineData("java", "/usr/bin/javac", "hello java by HttpClient over HTTP_2")]
    [InlineData("grpc", "/usr/lib/python3/dist-packages/grpc", "said b'hello grpc'")]
    public async Task It_works_as_it_comes(string client, string needs, string said)
    {
        var program = Needed(needs);
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var host = await SecureServer.StartAsync(outside.Sign("api.test"), ServeAsync);
        await using var daemon = await StartAsync(scene);
        var at = $"https://api.test:{host.Address.Port}";
        Write(scene, outside, at);

        var run = await scene.BartizanAsync(["run", "--", .. await CommandAsync(client, program, scene, at)]);

        run.Output.ShouldContain(said, customMessage: run.ToString());
        var log = await scene.LogAsync("kind:outcome");
        log.ShouldContain(
            e => e["target"]!.GetValue<string>().Contains($" {at}/", StringComparison.Ordinal),
            run.ToString()
        );
    }

    [Fact]
    public async Task One_that_pins_ends_the_handshake_and_the_log_says_what_to_do()
    {
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var host = await SecureServer.StartAsync(outside.Sign("api.test"), ServeAsync);
        await using var daemon = await StartAsync(scene);
        var at = $"https://api.test:{host.Address.Port}";
        Write(scene, outside, at);
        File.Copy(outside.File, Path.Combine(scene.Project, "pinned.crt"));

        // The run stays until the log says what the client's alert said: what comes with its end may be heard no more.
        await using var running = scene.StartRun(
            $"/usr/bin/curl -sS --cacert pinned.crt {at}/text/a; echo TRIED; read -r x"
        );
        await running.SaysAsync("TRIED");
        await scene.UntilSaysAsync("the client doesn't trust the certificate", "log", "kind:refusal");
        running.Input.Close();
        var run = await running.EndAsync();

        run.Error.ShouldContain("SSL certificate problem");
        host.Asked.ShouldBeEmpty();
        (await scene.LogAsync("kind:refusal")).ShouldContain(e =>
            e["reason"]!
                .GetValue<string>()
                .Contains("the client doesn't trust the certificate that it is shown", StringComparison.Ordinal)
        );
    }

    private static async Task<string[]> CommandAsync(string client, string program, Scene scene, string at)
    {
        var text = $"{at}/text/{client}";
        switch (client)
        {
            case "curl":
                return [program, "-sS", text];
            case "python-urllib":
                return
                [
                    "/usr/bin/python3",
                    "-c",
                    $"import urllib.request as u; print(u.urlopen('{text}').read().decode())",
                ];
            case "python-requests":
                return ["/usr/bin/python3", "-c", $"import requests; print(requests.get('{text}').text)"];
            case "node":
                return [program, "-e", $"fetch('{text}').then(a => a.text()).then(console.log)"];
            case "npm":
                var install = $"npm install --no-audit --no-fund --registry {at}/npm/ thing";
                return ["/bin/sh", "-c", $"mkdir p && cd p && {install} && cat node_modules/thing/package.json"];
            case "dotnet":
                return ["dotnet", Path.Combine(AppContext.BaseDirectory, "Bartizan.EndToEnd.Tests.dll"), "fetch", text];
            case "java":
                await File.WriteAllTextAsync(Path.Combine(scene.Project, "Fetch.java"), Java);
                return ["/usr/bin/java", "Fetch.java", text];
            case "go":
                await BuildGoAsync(scene);
                return ["/bin/sh", "-c", $"./fetch {text}"];
            default:
                var call = "c.unary_unary('/echo.Echo/Say')(b'grpc', timeout=20)";
                var channel = $"grpc.secure_channel('{new Uri(at).Authority}', grpc.ssl_channel_credentials())";
                return ["/usr/bin/python3", "-c", $"import grpc; c = {channel}; print('said', {call})"];
        }
    }

    private static async Task BuildGoAsync(Scene scene)
    {
        await File.WriteAllTextAsync(Path.Combine(scene.Project, "fetch.go"), Go);
        var start = scene.Command("/usr/bin/go", "build", "-o", "fetch", "fetch.go");
        start.Environment["CGO_ENABLED"] = "0";
        start.Environment["GO111MODULE"] = "off";
        await using var go = Running.Start(start);
        (await go.EndAsync()).Code.ShouldBe(0);
    }

    private static string Needed(string what)
    {
        if (what == "dotnet")
        {
            return what;
        }

        if (what != "node 24")
        {
            Assert.SkipUnless(Path.Exists(what), $"`{what}` isn't installed");
            return what;
        }

        // fetch asks proxies of its variables from 24 on.
        var node = Environment
            .GetEnvironmentVariable("PATH")!
            .Split(':')
            .Select(p => Path.Combine(p, "node"))
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(node is not null, "node isn't installed");
        using var version = Process.Start(
            new ProcessStartInfo(node!, "--version") { UseShellExecute = false, RedirectStandardOutput = true }
        )!;
        var said = version.StandardOutput.ReadToEnd().Trim();
        Assert.SkipUnless(
            int.Parse(said.TrimStart('v').Split('.')[0], System.Globalization.CultureInfo.InvariantCulture) >= 24,
            $"node is {said}, and 24 is needed"
        );
        return node!;
    }

    private static async Task<BartizanDaemon> StartAsync(Scene scene) =>
        await BartizanDaemon.StartAsync(
            new DaemonOptions
            {
                Home = scene.Home,
                Resolve = (_, _) =>
                    ValueTask.FromResult<System.Collections.Immutable.ImmutableArray<IPAddress>>([IPAddress.Loopback]),
            },
            CancellationToken.None
        );

    private static void Write(Scene scene, TestAuthority outside, string at) =>
        scene.WriteManifest(
            run: $"  mounts: [{{ path: \"{AppContext.BaseDirectory.TrimEnd('/')}\", as: read-only }}]",
            rules: $$"""
              - allow: http GET {{at}}/{text,npm}/**
                why: What it reads.
              - allow: http POST {{at}}/echo.Echo/*
                why: What it calls.
            hosts:
              api.test: { ca: {{outside.File}} }
            """
        );

    private static async Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var response = context.Response;
        if (path.StartsWith("/text/", StringComparison.Ordinal))
        {
            await response.WriteAsync($"hello {path[6..]}");
        }
        else if (path == "/npm/thing")
        {
            var tarball = $"https://{context.Request.Host}/npm/thing/-/thing-1.0.0.tgz";
            await response.WriteAsync(
                """{"name":"thing","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"thing","version":"1.0.0","dist":{"tarball":"TARBALL"}}}}""".Replace(
                    "TARBALL",
                    tarball,
                    StringComparison.Ordinal
                )
            );
        }
        else if (path.EndsWith(".tgz", StringComparison.Ordinal))
        {
            await response.Body.WriteAsync(Package());
        }
        else
        {
            await CallAsync(context);
        }
    }

    // A package of one file, as npm packs it.
    private static byte[] Package()
    {
        using var packed = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(packed, CompressionLevel.Fastest)))
        {
            tar.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, "package/package.json")
                {
                    DataStream = new MemoryStream("{ \"name\": \"thing\",\n  \"version\": \"1.0.0\" }"u8.ToArray()),
                }
            );
        }

        return packed.ToArray();
    }

    // A unary call: one message of five bytes' head and its content, and the status in a trailer.
    private static async Task CallAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        byte[] said = [.. "hello "u8, .. body.ToArray().AsSpan(5)];
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync((byte[])[0, 0, 0, 0, (byte)said.Length, .. said]);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
