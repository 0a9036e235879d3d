using System.Net;
using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Daemon;

namespace Bartizan.Console.Tests;

/// <summary>A real instance in a directory of its own, inside of the test's process.</summary>
internal sealed class InstanceScene : IAsyncDisposable
{
    private readonly string _root;
    private readonly BartizanDaemon _daemon;

    private InstanceScene(string root, BartizanDaemon daemon)
    {
        _root = root;
        _daemon = daemon;
        Client = new ControlClient(new ControlAddress(Home));
    }

    public string Home => Path.Combine(_root, "state");

    public ControlClient Client { get; }

    /// <summary>Opens it; with a port, people reach it there.</summary>
    public static async Task<InstanceScene> OpenAsync(int? port = null, string people = "people: []\n")
    {
        var root = Directory.CreateTempSubdirectory("bartizan-seen-").FullName;
        var options = new DaemonOptions { Home = Path.Combine(root, "state") };
        if (port is not null)
        {
            Directory.CreateDirectory(
                options.Home,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
            await File.WriteAllTextAsync(Path.Combine(options.Home, "console.yaml"), $"listen: 127.0.0.1:{port}\n");
            await File.WriteAllTextAsync(Path.Combine(options.Home, "people.yaml"), people);
        }

        return new InstanceScene(root, await BartizanDaemon.StartAsync(options, TestContext.Current.CancellationToken));
    }

    /// <summary>Opens a session of an agent with these further parts of a manifest.</summary>
    public async Task<AttachReply> AttachAsync(string parts = "")
    {
        var manifest = Path.Combine(_root, "agent.yaml");
        await File.WriteAllTextAsync(
            manifest,
            $"""
            apiVersion: bartizan/v1
            agent: watched
            version: 1
            owner: tests@example.com
            environment: development
            rules:
              - allow: http GET http://127.0.0.1:10/nothing
                why: The rules of a test.
            {parts}
            """
        );
        return await Client.AttachAsync(
            new AttachRequest
            {
                Manifest = manifest,
                Ttl = TimeSpan.FromMinutes(5),
                AcceptUnsandboxed = true,
            },
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>What the agent is answered when it asks for a page through the egress proxy.</summary>
    public async Task<HttpStatusCode> ThroughAsync(AttachReply attached, string url)
    {
        using var handler = new SocketsHttpHandler
        {
            Proxy = new WebProxy(attached.Endpoints.Egress)
            {
                Credentials = new NetworkCredential("session", attached.Token),
            },
        };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30) };
        using var answer = await client.GetAsync(new Uri(url), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _daemon.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
