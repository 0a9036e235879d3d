using System.Collections.Immutable;
using System.Diagnostics;
using Bartizan.Core.Manifests;
using Bartizan.Daemon.Runs;

namespace Bartizan.Daemon.Tests.Runs;

/// <summary>What Git inside a sandbox is told of the manifest's Git hosts, and what a real Git makes of it.</summary>
public sealed class GitVariablesTests
{
    /// <summary>Every way to write the address of a host is the same one, and other hosts stay what they are.</summary>
    [Theory]
    [InlineData("git@git.example:acme/site.git", "git://127.0.0.1:3128/forge/acme/site.git")]
    [InlineData("git@git.example:/acme/site.git", "git://127.0.0.1:3128/forge/acme/site.git")]
    [InlineData("ssh://git@git.example/acme/site", "git://127.0.0.1:3128/forge/acme/site")]
    [InlineData("ssh://git@git.example:22/acme/site", "git://127.0.0.1:3128/forge/acme/site")]
    [InlineData("ssh://git@far.example:2222/srv/git/a", "git://127.0.0.1:3128/far/a")]
    [InlineData("ssh://git@far.example:2222/srv/other", "ssh://git@far.example:2222/srv/other")]
    [InlineData("ssh://root@git.example/acme/site", "ssh://root@git.example/acme/site")]
    [InlineData("https://git.example/acme/site", "https://git.example/acme/site")]
    [InlineData("https://own.example/x", "https://other.example/x")]
    public async Task Git_takes_the_address_for_the_proxys_own(string said, string taken)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/git"), "git is not installed");
        var own = ImmutableDictionary<string, string>
            .Empty.Add("GIT_CONFIG_COUNT", "1")
            .Add("GIT_CONFIG_KEY_0", "url.https://other.example/.insteadOf")
            .Add("GIT_CONFIG_VALUE_0", "https://own.example/");
        var start = new ProcessStartInfo("/usr/bin/git", ["ls-remote", "--get-url", said])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        foreach (var (name, value) in GitVariables.Over(own, Hosts()))
        {
            start.Environment[name] = value;
        }

        using var git = Process.Start(start)!;
        (await git.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim().ShouldBe(taken);
    }

    [Fact]
    public void Without_a_git_host_nothing_is_said_to_git() =>
        GitVariables
            .Over(ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, GitHost>.Empty)
            .ShouldBeEmpty();

    private static ImmutableDictionary<string, GitHost> Hosts() =>
        ImmutableDictionary<string, GitHost>
            .Empty.Add("forge", Host("forge", "ssh://git@git.example/"))
            .Add("far", Host("far", "ssh://git@far.example:2222/srv/git"));

    private static GitHost Host(string name, string url) =>
        new()
        {
            Name = name,
            Url = new Uri(url),
            HostKey = "ssh-ed25519 AAAA",
            Credential = "key",
        };
}
