using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Tests.Egress.Git;

/// <summary>A real OpenSSH server on loopback with real bare repositories, and what it was asked to run.</summary>
internal sealed class SshHost : IAsyncDisposable
{
    private const string Server = "/usr/sbin/sshd";

    private readonly DirectoryInfo _folder;
    private readonly Process _server;

    private SshHost(Process server, int port, DirectoryInfo folder) =>
        (_server, Port, _folder) = (server, port, folder);

    public int Port { get; }

    public IPEndPoint Address => new(IPAddress.Loopback, Port);

    /// <summary>The private key that opens it, as a vault would hold it.</summary>
    public string Key => File.ReadAllText(At("agent"));

    /// <summary>The private key of nobody.</summary>
    public string Stranger => File.ReadAllText(At("stranger"));

    /// <summary>What it was asked to run, line by line.</summary>
    public string Asked => File.Exists(At("asked")) ? File.ReadAllText(At("asked")) : "";

    /// <summary>What it says of itself.</summary>
    public string Said => File.ReadAllText(At("said"));

    /// <summary>Where the repositories are, at <paramref name="host"/>.</summary>
    public Uri UrlAt(string host) => new($"ssh://{Environment.UserName}@{host}:{Port}{At("repositories")}/");

    /// <summary>The public key of <paramref name="name"/>: <c>host</c>, or <c>stranger</c>'s.</summary>
    public string PublicKeyOf(string name) =>
        string.Join(' ', File.ReadAllText(At(name + ".pub")).Split(' ')[..2]).Trim();

    public GitHost Described(string name, string host, string key = "host") =>
        new()
        {
            Name = name,
            Url = UrlAt(host),
            HostKey = PublicKeyOf(key),
            Credential = "git-key",
        };

    public static async Task<SshHost> StartAsync()
    {
        Assert.SkipUnless(File.Exists(Server), "OpenSSH's server is not installed");
        Assert.SkipUnless(File.Exists("/usr/bin/git"), "git is not installed");
        var folder = Directory.CreateTempSubdirectory("bartizan-sshd-");
        string At(string name) => Path.Combine(folder.FullName, name);
        foreach (var name in (string[])["host", "agent", "stranger"])
        {
            (await RunAsync("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", At(name))).Code.ShouldBe(0);
        }

        await MakeRepositoryAsync(At("repositories/acme/site.git"), At("made"));
        await MakeRepositoryAsync(At("repositories/acme/secret.git"), At("made-too"));
        if (Environment.UserName == "root")
        {
            // What the distribution makes at boot; sshd doesn't start without it.
            Directory.CreateDirectory("/run/sshd");
        }

        var port = FreePort.Next();
        File.Copy(At("agent.pub"), At("authorized"));
        await File.WriteAllTextAsync(
            At("configuration"),
            $$"""
            ListenAddress 127.0.0.1
            Port {{port}}
            HostKey {{At("host")}}
            AuthorizedKeysFile {{At("authorized")}}
            PidFile none
            UsePAM no
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            AcceptEnv GIT_PROTOCOL
            LogLevel VERBOSE
            ForceCommand printf '%s\n' "$SSH_ORIGINAL_COMMAND" >> {{At("asked")}}; eval "$SSH_ORIGINAL_COMMAND"

            """
        );
        var server = Process.Start(new ProcessStartInfo(Server, ["-D", "-f", At("configuration"), "-E", At("said")]))!;
        var host = new SshHost(server, port, folder);
        while (!File.Exists(At("said")) || !host.Said.Contains("listening", StringComparison.Ordinal))
        {
            server.HasExited.ShouldBeFalse(File.Exists(At("said")) ? host.Said : "");
            await Task.Delay(20);
        }

        return host;
    }

    /// <summary>Asks Git of a repository here.</summary>
    public async Task<string> TellAsync(string repository, params string[] words)
    {
        var (code, said) = await RunAsync("/usr/bin/git", ["-C", At($"repositories/{repository}.git"), .. words]);
        code.ShouldBe(0, said);
        return said;
    }

    /// <summary>Runs a program with nothing of a user's configuration; its code, and all that it said.</summary>
    public static async Task<(int Code, string Said)> RunAsync(string program, params string[] words)
    {
        var start = new ProcessStartInfo(program, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (
            var (name, value) in (KeyValuePair<string, string>[])
                [
                    new("GIT_CONFIG_NOSYSTEM", "1"),
                    new("GIT_CONFIG_GLOBAL", "/dev/null"),
                    new("GIT_AUTHOR_NAME", "A"),
                    new("GIT_AUTHOR_EMAIL", "a@example.com"),
                    new("GIT_COMMITTER_NAME", "A"),
                    new("GIT_COMMITTER_EMAIL", "a@example.com"),
                    new("GIT_TERMINAL_PROMPT", "0"),
                ]
        )
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (process.ExitCode, await output + await error);
    }

    public async ValueTask DisposeAsync()
    {
        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _server.Dispose();
        _folder.Delete(recursive: true);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static async Task MakeRepositoryAsync(string bare, string work)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(bare)!);
        string[][] steps =
        [
            ["init", "-q", "--bare", "-b", "main", bare],
            ["init", "-q", "-b", "main", work],
            ["-C", work, "commit", "-q", "--allow-empty", "-m", "The first"],
            ["-C", work, "push", "-q", bare, "main"],
        ];
        foreach (var step in steps)
        {
            var (code, said) = await RunAsync("/usr/bin/git", step);
            code.ShouldBe(0, said);
        }
    }
}
